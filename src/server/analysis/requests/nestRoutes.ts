/** Decorators of methods that answer a request, a message or a query. */
export const nestRoutes: ReadonlySet<string> = new Set([
  ...["All", "Delete", "Get", "Head", "Options", "Patch", "Post", "Put", "Search", "Sse"].map(
    (name) => `@nestjs/common#${name}`,
  ),
  ...["MessagePattern", "EventPattern", "GrpcMethod"].map((name) => `@nestjs/microservices#${name}`),
  ...["Query", "Mutation", "Subscription", "ResolveField"].map((name) => `@nestjs/graphql#${name}`),
  "@nestjs/websockets#SubscribeMessage",
  ...["routing-controllers", "tsoa", "@tsoa/runtime", "@tsed/schema", "@tsed/common", "@decorators/express"].flatMap(
    (module) => ["All", "Delete", "Get", "Head", "Options", "Patch", "Post", "Put"].map((name) => `${module}#${name}`),
  ),
  ...["all", "httpDelete", "httpGet", "httpHead", "httpPatch", "httpPost", "httpPut"].map(
    (name) => `inversify-express-utils#${name}`,
  ),
  ...["Query", "Mutation", "Subscription", "FieldResolver"].map((name) => `type-graphql#${name}`),
]);
