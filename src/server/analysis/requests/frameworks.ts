import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { fieldValue } from "../../source/fields.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { serverKind } from "../../source/serverCalls.ts";
import { unwrapped } from "../../source/values.ts";
import { stringOf } from "../constants.ts";
import type { CallSite } from "../moduleFacts.ts";
import { asCall, asFunction, asMember, keyOf, lastName, settledValue } from "../nodes.ts";

/** Functions that create an app or a router, whose methods take request handlers. */
export const routerMakers: ReadonlySet<string> = new Set([
  "express#default",
  "express#Router",
  "router#default",
  "connect#default",
  "fastify#default",
  "fastify#fastify",
  "koa#default",
  "koa-router#default",
  "@koa/router#default",
  "@koa/router#Router",
  "hono#Hono",
  "polka#default",
  "restify#createServer",
  "find-my-way#default",
]);

const serverMakers: ReadonlySet<string> = new Set([
  "http#createServer",
  "http#Server",
  "https#createServer",
  "https#Server",
  "http2#createServer",
  "http2#createSecureServer",
]);

const routeMethods: ReadonlySet<string> = new Set([
  "all",
  "any",
  "del",
  "delete",
  "get",
  "head",
  "options",
  "opts",
  "param",
  "patch",
  "post",
  "put",
  "route",
  "search",
]);

/** Hooks of Fastify that run for each request. */
const requestHooks: ReadonlySet<string> = new Set([
  "onRequest",
  "preParsing",
  "preValidation",
  "preHandler",
  "preSerialization",
  "onSend",
  "onResponse",
  "onError",
  "onTimeout",
  "onRequestAbort",
]);

/** Options of a route that hold functions which run for each request. */
export const routeFunctions: ReadonlySet<string> = new Set([...requestHooks, "handler", "errorHandler"]);

const routerName = /^(?:_?(?:app|api|web|server|express|fastify|instance|koa|hono|routes?)|\w*router|\w+App)$/i;

/** Chains and aliases are followed to this depth. */
const deepest = 8;

/** Whether a call takes request handlers, as arguments or within its options. */
export function takesHandlers(analysis: Analysis, { node, api, method, receiver }: CallSite): boolean {
  if (api !== undefined && serverMakers.has(api)) {
    return true;
  }
  if (receiver === undefined) {
    return false;
  }
  if (method === undefined) {
    // `app[route.method](route.path, route.handler)`
    return node.arguments.length > 1 && node.type !== "NewExpression" && isRouter(analysis, receiver) !== "no";
  }
  const [first] = node.arguments;
  if (procedureKinds.has(method)) {
    return isProcedure(receiver);
  }
  if (method === "on" || method === "addListener") {
    const event = first && stringOf(analysis, first);
    return (
      (event === "request" || event === "stream" || event === "checkContinue") &&
      (serverKind(analysis, receiver) !== undefined || /server$/i.test(lastName(receiver) ?? ""))
    );
  }
  if (method === "addHook") {
    const hook = first && stringOf(analysis, first);
    return hook !== undefined && requestHooks.has(hook) && isRouter(analysis, receiver) !== "no";
  }
  if (method === "setErrorHandler" || method === "setNotFoundHandler") {
    return isRouter(analysis, receiver) !== "no";
  }
  if (method !== "use" && !routeMethods.has(method)) {
    return false;
  }
  const router = isRouter(analysis, receiver);
  return router === "yes" || (router === "maybe" && (method === "use" || (first !== undefined && isRoute(first))));
}

/** What ends the description of a procedure of tRPC, with the function that answers. */
const procedureKinds: ReadonlySet<string> = new Set(["query", "mutation", "subscription"]);

/** `t.procedure`, `publicProcedure` and what is chained to it. */
function isProcedure(receiver: Node): boolean {
  let node = unwrapped(receiver);
  for (let call = asCall(node); call !== undefined; call = asCall(node)) {
    const member = asMember(call.callee);
    node = unwrapped(member === undefined ? call.callee : member.object);
    if (member === undefined) {
      break;
    }
  }
  return /procedure$/i.test(lastName(node) ?? "");
}

const socketServers =
  /^(?:socket\.io#(?:Server|default|listen)|ws#(?:WebSocketServer|Server|default\.(?:WebSocketServer|Server)|WebSocket\.Server))$/;
const socketServerName = /^_?(?:io|sio|wss|ws_?server|web_?socket_?server|socket_?server|socket_?io|nsp|namespace)$/i;

/** Whether a call takes what is called with a client that has connected by a WebSocket: `io.on("connection", …)`. */
export function takesClients(analysis: Analysis, { node, method, receiver }: CallSite): boolean {
  const [event, listener] = method === "on" || method === "addListener" ? node.arguments : [];
  if (event === undefined || listener === undefined || receiver === undefined) {
    return false;
  }
  const isConnection = /^connect(?:ion)?$/.test(stringOf(analysis, event) ?? "");
  return isConnection && isSocketServer(analysis, receiver);
}

/** Whether a call takes functions that a middleware calls for each request: the strategies of Passport, `io.use((socket, next) => …)`. */
export function takesCallbacks({ node, api, method, receiver }: CallSite): boolean {
  const isStrategy = node.type === "NewExpression" && /^passport-[\w-]+#(?:default|\w*Strategy)$/.test(api ?? "");
  const isOfPassport = /^passport#(?:default\.)?(?:de)?serializeUser$/.test(api ?? "");
  const isOfSockets = method === "use" && receiver !== undefined && socketServerName.test(lastName(receiver) ?? "");
  return isStrategy || isOfPassport || isOfSockets;
}

/** Packages that are given functions in their options, which they call for each request. */
const optionTakers: ReadonlyMap<string, readonly string[]> = new Map([
  ["multer#diskStorage", ["destination", "filename"]],
  ["multer#default", ["fileFilter"]],
  ["express-rate-limit#default", ["handler", "keyGenerator", "skip"]],
  ["express-rate-limit#rateLimit", ["handler", "keyGenerator", "skip"]],
  ["cors#default", ["origin"]],
  ["express#static", ["setHeaders"]],
  ["serve-static#default", ["setHeaders"]],
  ["koa-static#default", ["setHeaders"]],
  ["@apollo/server/express4#expressMiddleware", ["context"]],
  ["apollo-server#ApolloServer", ["context"]],
  ["apollo-server-express#ApolloServer", ["context"]],
]);

/** The functions in options that are called for each request: `destination` of `multer.diskStorage({ destination(req, file, done) { … } })`. */
export function optionCallbacks(analysis: Analysis, { node, api }: CallSite): FunctionNode[] {
  const names = api === undefined ? undefined : optionTakers.get(api);
  const last = names && node.arguments.at(-1);
  const options = last && settledValue(analysis, last);
  return options?.type !== "ObjectExpression" || names === undefined
    ? []
    : options.properties.flatMap((property) => {
        const isTaken = property.type !== "SpreadElement" && names.includes(keyOf(property) ?? "");
        const value = property.type === "ObjectProperty" ? settledValue(analysis, property.value) : property;
        return isTaken ? (asFunction(value) ?? []) : [];
      });
}

/** A server of Socket.IO or ws, or a namespace of one; an imported one may be recognized by its name. */
function isSocketServer(analysis: Analysis, expression: Node): boolean {
  const node = settledValue(analysis, fieldValue(analysis, expression) ?? expression);
  const call = asCall(node);
  const member = asMember(node);
  if (call === undefined) {
    const isAll = member !== undefined && lastName(member) === "sockets" && isSocketServer(analysis, member.object);
    return isAll || socketServerName.test(lastName(node) ?? "");
  }
  const api = resolveApi(analysis, call);
  const owner = asMember(call.callee)?.object;
  return (
    (api !== undefined && socketServers.test(`${api.module}#${api.name}`)) ||
    (lastName(call.callee) === "of" && owner !== undefined && isSocketServer(analysis, owner))
  );
}

/** Whether an expression is an app or a router; an imported one may be recognized by its name. */
export function isRouter(analysis: Analysis, expression: Node, depth = 0): "yes" | "maybe" | "no" {
  const node = settledValue(analysis, expression);
  const call = asCall(node);
  if (call !== undefined) {
    const api = resolveApi(analysis, call);
    if (api !== undefined && routerMakers.has(`${api.module}#${api.name}`)) {
      return "yes";
    }
    // `app.route("/x").get(…)`, `router.use(…).get(…)`, `fastify().withTypeProvider()`.
    const before = asMember(call.callee)?.object;
    return before === undefined || depth > deepest ? "no" : isRouter(analysis, before, depth + 1);
  }
  const name = lastName(node);
  const declared = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  const mayBe = declared === undefined ? asMember(node) !== undefined : declared.kind !== "function";
  return mayBe && name !== undefined && routerName.test(name) ? "maybe" : "no";
}

/** `"/users/:id"`, a pattern, a regular expression, or the options of a route. */
function isRoute(node: Node): boolean {
  switch (node.type) {
    case "StringLiteral":
      return /^[/*]/.test(node.value);
    case "TemplateLiteral":
    case "RegExpLiteral":
    case "ObjectExpression":
      return true;
    case "ArrayExpression":
      return node.elements.some((element) => element != null && isRoute(element));
    default:
      return /path|route|url/i.test(lastName(node) ?? "");
  }
}
