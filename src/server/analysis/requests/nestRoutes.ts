/** Decorators of Nest's methods that answer a request, a message or a query. */
export const nestRoutes: ReadonlySet<string> = new Set([
  ...["All", "Delete", "Get", "Head", "Options", "Patch", "Post", "Put", "Search", "Sse"].map(
    (name) => `@nestjs/common#${name}`,
  ),
  ...["MessagePattern", "EventPattern", "GrpcMethod"].map((name) => `@nestjs/microservices#${name}`),
  ...["Query", "Mutation", "Subscription", "ResolveField"].map((name) => `@nestjs/graphql#${name}`),
  "@nestjs/websockets#SubscribeMessage",
]);
