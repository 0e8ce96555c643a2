import type {
  CallExpression,
  MemberExpression,
  NewExpression,
  Node,
  ObjectExpression,
  OptionalCallExpression,
} from "@babel/types";
import { fieldValue } from "./fields.ts";
import { resolveApi } from "./resolveApi.ts";
import type { Analysis } from "./scopes.ts";
import { onlyValue, unwrapped } from "./values.ts";
import { nodesOf } from "./walk.ts";

/**
 * The kind of a server, by how it is closed: `http` has `close(callback)`, and `http2` sessions to close besides; the
 * `listen` of `express` and `koa` returns an `http` one; the `close` of `fastify` and `nest` returns a promise; of
 * `other` it is only known that it listens.
 */
export type ServerKind = "http" | "http2" | "express" | "koa" | "fastify" | "nest" | "other";

export interface ListenCall {
  readonly call: CallExpression | OptionalCallExpression | NewExpression;
  /** What listens, as written: `app`, `this.server`, `http.createServer(handle)`; the call itself, if it makes a server that listens. */
  readonly receiver: Node;
  /** The word `listen`, or the name of the function that makes a server listen. */
  readonly name: Node;
  readonly kind: ServerKind;
}

const kinds: ReadonlyMap<string, ServerKind> = new Map([
  ["http#createServer", "http"],
  ["http#Server", "http"],
  ["https#createServer", "http"],
  ["https#Server", "http"],
  ["net#createServer", "http"],
  ["net#Server", "http"],
  ["http2#createServer", "http2"],
  ["http2#createSecureServer", "http2"],
  ["express#default", "express"],
  ["connect#default", "express"],
  ["koa#default", "koa"],
  ["fastify#default", "fastify"],
  ["fastify#fastify", "fastify"],
  ["@nestjs/core#NestFactory.create", "nest"],
  ["@hono/node-server#serve", "http"],
  ["restify#createServer", "other"],
  ["polka#default", "other"],
]);

/** Methods that return the server they are called on. */
const chaining: ReadonlySet<string> = new Set(
  "on once addListener setTimeout ref unref use get post put patch delete all set enable disable register".split(" "),
);

/** Functions and classes whose servers listen at once, or on the port among their options. */
const listening: ReadonlyMap<string, ServerKind> = new Map([
  ["@hono/node-server#serve", "http"],
  ["@apollo/server/standalone#startStandaloneServer", "other"],
  ["ws#WebSocketServer", "other"],
  ["ws#Server", "other"],
  ["ws#WebSocket.Server", "other"],
]);

const hapi = /^(?:@hapi\/)?hapi#(?:default\.)?[sS]erver$/;

/** What the text of a file has in which a server listens. */
export const listenText =
  /\.listen\s*\(|@hono\/node-server|startStandaloneServer|WebSocketServer|WebSocket\.Server|["']hapi["']|@hapi\/hapi/;

/** Usual names of servers, for those of unknown kind. */
const usualName = /(?:^|[a-z\d_$])(?:app|server|api|fastify|koa|express|application)$/i;

const serverGiver = /^(?:get|create|build|make)(?:Express|Fastify|Koa|Http)?(?:App|Application|Server)$/;

/** Aliases and chains are followed to this depth. */
const deepest = 8;

/** Every call that makes a server listen, in source order. */
export function listenCalls(analysis: Analysis): ListenCall[] {
  const calls = nodesOf(analysis.module.ast.program, "CallExpression", "OptionalCallExpression", "NewExpression");
  return calls.flatMap((call) => {
    const byItself = startsToListen(analysis, call);
    if (byItself !== undefined) {
      return [{ call, receiver: call, name: call.callee, kind: byItself }];
    }
    const { receiver, name } = methodCall(call, "listen") ?? {};
    const kind = receiver && (serverKind(analysis, receiver) ?? guessedKind(analysis, receiver));
    return receiver === undefined || name === undefined || kind === undefined ? [] : [{ call, receiver, name, kind }];
  });
}

/** The kind of a server that listens with no `listen()`: `serve({ fetch, port })` of Hono, `await server.start()` of hapi. */
function startsToListen(analysis: Analysis, call: ListenCall["call"]): ServerKind | undefined {
  const api = resolveApi(analysis, call);
  const kind = api && listening.get(`${api.module}#${api.name}`);
  if (kind !== undefined) {
    const [options] = call.arguments;
    const isAttached = api?.module === "ws" && !(options?.type === "ObjectExpression" && hasPort(options));
    return isAttached ? undefined : kind;
  }
  const receiver = call.type === "NewExpression" ? undefined : methodCall(call, "start")?.receiver;
  const binding = receiver?.type === "Identifier" ? analysis.bindingOf(receiver) : undefined;
  const value = binding && onlyValue(binding);
  const maker =
    value?.type === "CallExpression" || value?.type === "NewExpression" ? resolveApi(analysis, value) : undefined;
  return maker !== undefined && hapi.test(`${maker.module}#${maker.name}`) ? "other" : undefined;
}

function hasPort({ properties }: ObjectExpression): boolean {
  return properties.some(
    (property) =>
      property.type === "ObjectProperty" && property.key.type === "Identifier" && property.key.name === "port",
  );
}

/** The kind of server that an expression yields; `undefined` if it yields none or that is unknown. */
export function serverKind(analysis: Analysis, expression: Node, depth = 0): ServerKind | undefined {
  const node = unwrapped(expression);
  if (depth > deepest) {
    return undefined;
  }
  if (node.type === "Identifier") {
    const binding = analysis.bindingOf(node);
    const value = binding && onlyValue(binding);
    return value && serverKind(analysis, value, depth + 1);
  }
  const field = fieldValue(analysis, node);
  if (field !== undefined) {
    return serverKind(analysis, field, depth + 1);
  }
  if (node.type !== "CallExpression" && node.type !== "NewExpression" && node.type !== "OptionalCallExpression") {
    return undefined;
  }
  const api = resolveApi(analysis, node);
  const kind = api && kinds.get(`${api.module}#${api.name}`);
  if (kind !== undefined || node.type === "NewExpression") {
    return kind;
  }
  const { callee } = node;
  if (callee.type === "MemberExpression" && callee.property.type === "Identifier" && !callee.computed) {
    const before = serverKind(analysis, callee.object, depth + 1);
    if (callee.property.name === "listen") {
      const giver = before ?? guessedKind(analysis, callee.object);
      return giver === "express" || giver === "koa" ? "http" : before;
    }
    return chaining.has(callee.property.name) ? before : undefined;
  }
  return undefined;
}

/** What a method of that name is called on, and the name itself. */
export function methodCall(
  { callee }: CallExpression | OptionalCallExpression | NewExpression,
  method: string,
): { readonly receiver: Node; readonly name: Node } | undefined {
  const isMember = callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression";
  return isMember && !callee.computed && callee.property.type === "Identifier" && callee.property.name === method
    ? { receiver: callee.object, name: callee.property }
    : undefined;
}

/** A parameter, an import or a property may hold a server; one created in this file would be known. */
function guessedKind(analysis: Analysis, receiver: Node): ServerKind | undefined {
  // `this.app.getServer().listen(port)`
  if (receiver.type === "CallExpression" && serverGiver.test(lastName(receiver.callee) ?? "")) {
    return "other";
  }
  const name = lastName(receiver);
  if (name === undefined || !usualName.test(name)) {
    return undefined;
  }
  if (isImportedApp(analysis, receiver, name)) {
    return "express";
  }
  const kind = receiver.type === "Identifier" ? analysis.bindingOf(receiver)?.kind : "param";
  return kind === "param" || kind === "import" || kind === "let" || kind === "const" || kind === "var"
    ? "other"
    : undefined;
}

/**
 * Whether an app of another file is one of Express or Koa, or an HTTP server, whose `listen` all return an HTTP server:
 * in `const server = app.listen(port)`. That of Fastify and Nest returns a promise, takes options, or both.
 */
function isImportedApp(analysis: Analysis, receiver: Node, name: string): boolean {
  const binding = receiver.type === "Identifier" && !/fastify/i.test(name) ? analysis.bindingOf(receiver) : undefined;
  const value = binding && onlyValue(binding);
  // `const app = createApp();` as well.
  const api = binding && (resolveApi(analysis, receiver) ?? (value && resolveApi(analysis, unwrapped(value))));
  const callee = analysis.parentOf(receiver);
  const call = callee && analysis.parentOf(callee);
  if (api?.module.startsWith(".") !== true || call?.type !== "CallExpression") {
    return false;
  }
  const [port] = call.arguments;
  const holder = analysis.parentOf(call);
  const given = holder?.type === "VariableDeclarator" ? holder.id : undefined;
  const assigned = holder?.type === "AssignmentExpression" && holder.operator === "=" ? holder.left : undefined;
  const target = given ?? assigned;
  return (
    target?.type === "Identifier" &&
    /server|listener|http/i.test(target.name) &&
    port !== undefined &&
    isPort(analysis, port)
  );
}

function isPort(analysis: Analysis, node: Node): boolean {
  const name = lastName(node);
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  const isObject = (binding && onlyValue(binding))?.type === "ObjectExpression";
  return (
    node.type === "NumericLiteral" ||
    (!isObject && /port$/i.test(name ?? "")) ||
    (node.type === "LogicalExpression" && (isPort(analysis, node.left) || isPort(analysis, node.right))) ||
    (node.type === "CallExpression" && givesPort(node))
  );
}

/** `Number(process.env.PORT)`, and `app.get("port")` of Express. */
function givesPort({ callee, arguments: [first] }: CallExpression): boolean {
  const name = lastName(callee) ?? "";
  return (
    /^(?:Number|parseInt)$/.test(name) || (name === "get" && first?.type === "StringLiteral" && first.value === "port")
  );
}

function lastName(node: Node): string | undefined {
  if (node.type === "Identifier") {
    return node.name;
  }
  const property = node.type === "MemberExpression" ? (node satisfies MemberExpression).property : undefined;
  if (property?.type === "PrivateName") {
    return property.id.name;
  }
  return property?.type === "Identifier" ? property.name : undefined;
}
