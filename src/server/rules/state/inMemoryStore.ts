import type { Identifier, Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { stringOf } from "../../analysis/constants.ts";
import { excludesProduction, isForDevelopment } from "../../analysis/development.ts";
import { type ExportedValue, valueAcross } from "../../analysis/exportedFunctions.ts";
import { type CallSite, type Facts, factsOf, requiredName } from "../../analysis/moduleFacts.ts";
import { around, asCall, asFunction, asMember, lastName, propertyOf, settledValue } from "../../analysis/nodes.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { requestsShare } from "./sharedCache.ts";

/** A package that keeps its data in the worker's memory unless an option names another store. */
interface Keeper {
  readonly what: "sessions" | "limits" | "messages" | "cache";
  /** The options that name another store; none: it always uses memory. */
  readonly options: readonly string[];
  /** Which argument holds the options. */
  readonly argument: number;
  /** It uses memory only where an option says so: `driver: "memory"`. */
  readonly where?: readonly [name: string, value: string];
}

const sessions = { what: "sessions", options: ["store"], argument: 0 } as const;
const limits = { what: "limits", options: ["store"], argument: 0 } as const;
const cache = { what: "cache", options: [], argument: 0 } as const;

const keepers: ReadonlyMap<string, Keeper> = new Map<string, Keeper>([
  ["express-session#default", sessions],
  ["express-session#MemoryStore", { ...sessions, options: [] }],
  ["memorystore#default", { ...sessions, options: [] }],
  ["koa-generic-session#default", sessions],
  ["express-rate-limit#default", limits],
  ["express-rate-limit#rateLimit", limits],
  ["express-rate-limit#MemoryStore", { ...limits, options: [] }],
  ["express-slow-down#default", limits],
  ["express-slow-down#slowDown", limits],
  ["hono-rate-limiter#rateLimiter", limits],
  ["rate-limiter-flexible#RateLimiterMemory", { ...limits, options: [] }],
  ["rate-limiter-flexible/lib/RateLimiterMemory#default", { ...limits, options: [] }],
  // `new ExpressBruteFlexible(ExpressBruteFlexible.LIMITER_TYPES.MEMORY, {})`
  ["rate-limiter-flexible/lib/ExpressBruteFlexible#default", { ...limits, options: ["MEMORY"] }],
  ["@nestjs/throttler#ThrottlerModule.forRoot", { ...limits, options: ["storage"] }],
  ["@nestjs/throttler#ThrottlerModule.forRootAsync", { ...limits, options: ["storage"] }],
  ["koa-ratelimit#default", { ...limits, where: ["driver", "memory"] }],
  ["koa2-ratelimit#RateLimit.middleware", limits],
  ["express-brute#MemoryStore", { ...limits, options: [] }],
  ["apollo-server#PubSub", { what: "messages", options: [], argument: 0 }],
  ["apollo-server-express#PubSub", { what: "messages", options: [], argument: 0 }],
  ["graphql-yoga#PubSub", { what: "messages", options: [], argument: 0 }],
  ["graphql-yoga#createPubSub", { what: "messages", options: ["eventTarget"], argument: 0 }],
  ["@graphql-yoga/subscription#createPubSub", { what: "messages", options: ["eventTarget"], argument: 0 }],
  ["graphql-subscriptions#PubSub", { what: "messages", options: [], argument: 0 }],
  ["node-cache#default", cache],
  ["lru-cache#default", cache],
  ["lru-cache#LRUCache", cache],
  ["@isaacs/ttlcache#default", cache],
  ["@isaacs/ttlcache#TTLCache", cache],
  ["memory-cache#put", cache],
  ["@nestjs/cache-manager#CacheModule.register", { ...cache, options: ["store", "stores"] }],
  ["@nestjs/common#CacheModule.register", { ...cache, options: ["store", "stores"] }],
]);

/** Plugins that are handed to `register` with their options. */
const plugins: ReadonlyMap<string, Keeper> = new Map<string, Keeper>([
  ["@fastify/session#default", { ...sessions, argument: 1 }],
  ["fastify-rate-limit#default", { what: "limits", options: ["store", "redis"], argument: 1 }],
  ["@fastify/session#fastifySession", { ...sessions, argument: 1 }],
  ["@fastify/rate-limit#default", { what: "limits", options: ["store", "redis"], argument: 1 }],
  ["@fastify/rate-limit#fastifyRateLimit", { what: "limits", options: ["store", "redis"], argument: 1 }],
]);

/** Stores of sessions, limits or messages in the memory of one worker. */
export const inMemoryStore: Rule = {
  id: "in-memory-store",
  severity: "warning",
  check({ analysis }) {
    const facts = factsOf(analysis);
    if (facts.isTest) {
      return [];
    }
    return facts.calls.flatMap((site): Finding[] => {
      const keeper = keeperOf(analysis, site);
      const { start, end } = site.node.callee;
      const isMemory =
        keeper !== undefined &&
        keepsInMemory(analysis, facts, site, keeper) &&
        (keeper.what !== "cache" || requestsShare(analysis, site)) &&
        !isForDevelopment(analysis, site.node) &&
        !hasOtherBranch(analysis, facts, site);
      return isMemory && start != null && end != null
        ? [{ start, end, message: messageOf(keeper.what), fixes: [] }]
        : [];
    });
  },
};

function keeperOf(analysis: Analysis, { node, api, method }: CallSite): Keeper | undefined {
  const known = api === undefined ? undefined : keepers.get(api);
  if (known !== undefined || method !== "register") {
    return known;
  }
  const [plugin] = node.arguments;
  const imported = plugin && unwrapped(plugin);
  if (imported?.type === "ImportExpression") {
    return plugins.get(`${stringOf(analysis, imported.source)}#default`);
  }
  const required = requiredName(asCall(plugin) ?? node);
  const named = plugin && resolveApi(analysis, plugin);
  return plugins.get(required === undefined ? `${named?.module}#${named?.name}` : `${required}#default`);
}

function messageOf(what: Keeper["what"]): string {
  return {
    sessions: t(
      "These sessions are in the memory of one worker: the other workers don't know them, and a reload signs everybody out; give it a store that all workers share, such as Redis.",
    ),
    limits: t(
      "Each worker counts for itself here, so a client gets the limit once per worker and again after a reload: give it a store that all workers share, such as Redis.",
    ),
    cache: t(
      "What a request takes out of this cache stays in the caches of the other workers, and they go on answering with it: share the cache, such as in Redis, or let its entries live briefly.",
    ),
    messages: t(
      "What is published here reaches only subscribers in the same worker: use a PubSub that all workers share, such as that of graphql-redis-subscriptions.",
    ),
  }[what];
}

/** Whether the other branch of a choice uses a shared store: then it was a deliberate choice. */
function hasOtherBranch(analysis: Analysis, { calls }: Facts, site: CallSite): boolean {
  const shared = calls.filter(
    ({ node, api }) =>
      /redis|mongo|postgres|pg|sql|memcache|dynamo|store$/i.test(`${api} ${lastName(node.callee)}`) &&
      !keepers.has(api ?? ""),
  );
  let below: Node = site.node;
  for (const parent of around(analysis, site.node)) {
    const isShared = otherBranches(parent, below).some(({ start, end }) =>
      shared.some(({ node }) => (node.start ?? 0) >= (start ?? 0) && (node.end ?? 0) <= (end ?? 0)),
    );
    if (isShared) {
      return true;
    }
    below = parent;
  }
  return false;
}

/** What a choice does instead of the branch with `below`. */
function otherBranches(parent: Node, below: Node): Node[] {
  switch (parent.type) {
    case "IfStatement":
    case "ConditionalExpression": {
      const other = below === parent.consequent ? parent.alternate : parent.consequent;
      return parent.test === below || other == null ? [] : [other];
    }
    case "SwitchStatement":
      return parent.cases.filter((other) => other !== below);
    default:
      return [];
  }
}

function keepsInMemory(
  analysis: Analysis,
  facts: Facts,
  { node }: CallSite,
  { options, argument, where }: Keeper,
): boolean {
  if (where !== undefined) {
    const own = node.arguments[argument];
    const chosen = own && optionOf(valueAcross(analysis, own), where[0]);
    return chosen !== undefined && chosen !== "unknown" && stringOf(chosen.analysis, chosen.node) === where[1];
  }
  if (options.length === 0) {
    return true;
  }
  const given = node.arguments[argument];
  if (given !== undefined && options.includes("MEMORY")) {
    return lastName(given) === "MEMORY";
  }
  const value = given && madeBy(valueAcross(analysis, given), options);
  if (value === undefined || value.node.type === "ArrayExpression") {
    return true;
  }
  if (value.node.type !== "ObjectExpression") {
    return false;
  }
  // `forRootAsync({ useFactory: () => ({ … }) })`: what the function gives are the options.
  const factory = optionOf(value, "useFactory");
  const isMadeElsewhere = ["useClass", "useExisting"].some((name) => optionOf(value, name) !== undefined);
  if (factory !== undefined || isMadeElsewhere) {
    const made = factory === undefined || factory === "unknown" ? undefined : returnedObject(factory);
    return made !== undefined && options.every((name) => isUnset(optionOf(made, name)));
  }
  const isSetLater =
    given?.type === "Identifier" &&
    facts.assignments.some(({ left }) => {
      const member = asMember(left);
      return (
        member?.object.type === "Identifier" &&
        member.object.name === given.name &&
        member.property.type === "Identifier" &&
        options.includes(member.property.name)
      );
    });
  return !isSetLater && options.every((name) => isUnset(optionOf(value, name)));
}

/** Whether an option is not set, or may be nothing in production: `store: redis ? new RedisStore({ client: redis }) : undefined`. */
function isUnset(option: ExportedValue | "unknown" | undefined): boolean {
  return option === undefined || (option !== "unknown" && mayBeNothing(option.analysis, option.node));
}

function mayBeNothing(analysis: Analysis, expression: Node, depth = 0): boolean {
  if (expression.type === "Identifier" && isSetSometimes(analysis, expression)) {
    return true;
  }
  const value = valueAcross(analysis, expression);
  const { node } = value;
  if (value.analysis !== analysis || depth > 3) {
    return depth <= 3 && mayBeNothing(value.analysis, node, depth + 1);
  }
  switch (node.type) {
    case "NullLiteral":
      return true;
    case "ConditionalExpression":
      return [node.consequent, node.alternate].some(
        (branch) =>
          mayBeNothing(analysis, branch, depth + 1) &&
          !excludesProduction(analysis, node.test, branch === node.consequent),
      );
    case "LogicalExpression":
      return node.operator === "&&"
        ? settledValue(analysis, node.right).type === "NewExpression" && !excludesProduction(analysis, node.left, false)
        : mayBeNothing(analysis, node.right, depth + 1);
    case "Identifier":
      return node.name === "undefined" && analysis.bindingOf(node) === undefined;
    default:
      return false;
  }
}

/** `let store; if (config.redis) { store = new RedisStore(); }` */
function isSetSometimes(analysis: Analysis, identifier: Identifier): boolean {
  const binding = analysis.bindingOf(identifier);
  const { declaration, assignments = [] } = binding ?? {};
  const init = declaration?.type === "VariableDeclarator" ? (declaration.init ?? undefined) : declaration;
  const isEmpty =
    init === undefined || init.type === "NullLiteral" || (init.type === "Identifier" && init.name === "undefined");
  return (
    isEmpty &&
    assignments.length > 0 &&
    assignments.every((assignment) => {
      const choice = [...around(analysis, assignment)].find(({ type }) => type === "IfStatement");
      return (
        choice?.type === "IfStatement" && choice.alternate == null && !excludesProduction(analysis, choice.test, false)
      );
    })
  );
}

/** Of a call of a function that surely gives an object, and sets none of the options later, that object. */
function madeBy(value: ExportedValue, options: readonly string[]): ExportedValue {
  const call = asCall(value.node);
  const maker = call && asFunction(valueAcross(value.analysis, call.callee).node);
  const made = maker && returnedObject({ analysis: value.analysis, node: maker });
  const isSet = factsOf(value.analysis).assignments.some(({ left }) => options.includes(lastName(left) ?? ""));
  return made === undefined || isSet ? value : made;
}

/** What an option is set to, also by `...common` of an object that is written out in this file or in another. */
function optionOf({ analysis, node }: ExportedValue, name: string): ExportedValue | "unknown" | undefined {
  if (node.type !== "ObjectExpression") {
    return "unknown";
  }
  const own = propertyOf(node, name);
  if (own !== "unknown") {
    return own && { analysis, node: own };
  }
  const given = node.properties.flatMap((property) =>
    property.type === "SpreadElement" ? [optionOf(spreadObject(analysis, property.argument), name)] : [],
  );
  return given.find((value) => value !== undefined);
}

/** What is spread; of `...(store && { store })` the object, in which `store` may be nothing. */
function spreadObject(analysis: Analysis, argument: Node): ExportedValue {
  const value = valueAcross(analysis, argument);
  const { node } = value;
  const isChoice = node.type === "LogicalExpression" && node.operator === "&&";
  return isChoice && node.right.type === "ObjectExpression" ? { analysis: value.analysis, node: node.right } : value;
}

/** The object that a function surely gives. */
function returnedObject({ analysis, node }: ExportedValue): ExportedValue | undefined {
  const body = asFunction(settledValue(analysis, node))?.body;
  const last = body?.type === "BlockStatement" ? body.body.at(-1) : undefined;
  const value = body?.type === "BlockStatement" ? (last?.type === "ReturnStatement" ? last.argument : undefined) : body;
  const settled = value == null ? undefined : valueAcross(analysis, value);
  const first = settled?.node.type === "ArrayExpression" ? settled.node.elements[0] : settled?.node;
  return settled !== undefined && first?.type === "ObjectExpression"
    ? { analysis: settled.analysis, node: first }
    : undefined;
}
