import type { AssignmentExpression, Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { serverKind } from "../../source/serverCalls.ts";
import { walk } from "../../source/walk.ts";
import { stringOf } from "../constants.ts";
import { isLogCall } from "../logging.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { asCall, asFunction, functionAround, lastName, settledValue } from "../nodes.ts";
import { calledFunction, reachable } from "../requests/requestPath.ts";
import { endsElsewhere } from "./endsElsewhere.ts";
import type { SignalHandler } from "./signalHandlers.ts";

/** The effects of a listener that leaves the process running. */
export interface Idle {
  /** The calls that close a server. */
  readonly closing: readonly CallSite[];
}

/** What a listener does, if all of it is known and none of it ends the process; else nothing. */
export function whatIsLeft(analysis: Analysis, { handler }: SignalHandler): Idle | undefined {
  if (handler === undefined) {
    return undefined;
  }
  const closing: CallSite[] = [];
  const functions = reachable(analysis, [handler]);
  // The set grows during the iteration, by callbacks that are passed by name.
  for (const node of functions) {
    for (const site of factsOf(analysis).callsIn.get(node) ?? []) {
      if (isClosing(analysis, site)) {
        closing.push(site);
      }
      const isEnd = endsResource(analysis, site) || isClosing(analysis, site) || followsClosing(analysis, site);
      const callbacks = isEnd ? callbacksOf(analysis, site) : [];
      if (callbacks === undefined || !(isHarmless(analysis, site) || isPartOfClosing(analysis, site))) {
        return undefined;
      }
      for (const inner of reachable(analysis, callbacks)) {
        functions.add(inner);
      }
    }
  }
  if ([...functions].some((node) => changesAnything(analysis, node, functions))) {
    return undefined;
  }
  return closing.length > 0 && isEndedOnClose(analysis) ? undefined : { closing };
}

/** Calls that only log, and those of functions that are analyzed themselves. */
function isHarmless(analysis: Analysis, site: CallSite): boolean {
  return (
    isLogCall(site) ||
    endsResource(analysis, site) ||
    /^process#(?:uptime|cwd|memoryUsage)/.test(site.api ?? "") ||
    calledFunction(analysis, site.node) !== undefined
  );
}

/** `pool.end()`, `mongoose.connection.close()`, `prisma.$disconnect()`: what keeps the process alive less, but does not end it. */
function endsResource(analysis: Analysis, { node, method, receiver }: CallSite): boolean {
  const name = receiver === undefined ? "" : (lastName(receiver) ?? "");
  return (
    /^(?:close|end|quit|disconnect|\$disconnect|destroy|stop)$/.test(method ?? "") &&
    /^(?:_?(?:pool|db|database|client|redis|redisClient|mongoose|mongo|prisma|sequelize|knex|connection|conn|io|wss|amqp|channel|consumer|producer|kafka|cache|queue|dataSource))$/i.test(
      name,
    ) &&
    callbacksOf(analysis, { node } as CallSite) !== undefined
  );
}

/** `server.close()`; that of Nest runs hooks of other files. */
function isClosing(analysis: Analysis, { method, receiver }: CallSite): boolean {
  const kind = method === "close" && receiver !== undefined ? serverKind(analysis, receiver) : undefined;
  return kind === "http" || kind === "http2" || kind === "fastify";
}

/** `app.close().then(…)`. */
function followsClosing(analysis: Analysis, { method, receiver }: CallSite): boolean {
  const call = /^(?:then|catch|finally)$/.test(method ?? "") ? asCall(receiver) : undefined;
  const site =
    call && (factsOf(analysis).callsIn.get(functionAround(analysis, call)) ?? []).find(({ node }) => node === call);
  return (
    site !== undefined && (isClosing(analysis, site) || endsResource(analysis, site) || followsClosing(analysis, site))
  );
}

function isPartOfClosing(analysis: Analysis, site: CallSite): boolean {
  const isEndOfConnections = /^close(?:Idle|All)Connections$/.test(site.method ?? "");
  return (
    isClosing(analysis, site) ||
    followsClosing(analysis, site) ||
    (isEndOfConnections && site.receiver !== undefined && serverKind(analysis, site.receiver) === "http")
  );
}

/** The functions of this file passed to a call; `undefined` if something else is passed. */
function callbacksOf(analysis: Analysis, { node }: CallSite): FunctionNode[] | undefined {
  const callbacks = node.arguments.map((argument) => asFunction(settledValue(analysis, argument)));
  const known = callbacks.filter((callback) => callback !== undefined);
  return known.length === callbacks.length ? known : undefined;
}

/** Whether something else may end the process when the server has closed. */
function isEndedOnClose(analysis: Analysis): boolean {
  const facts = factsOf(analysis);
  return (
    endsElsewhere(facts) ||
    facts.calls.some(({ node, method, receiver }) => {
      const [event] = node.arguments;
      const name = event && stringOf(analysis, event);
      const isServer =
        receiver !== undefined &&
        (serverKind(analysis, receiver) !== undefined || /server|app$/i.test(lastName(receiver) ?? ""));
      return (
        (isServer && /^(?:on|once|addListener|prependListener)$/.test(method ?? "") && name === "close") ||
        (method === "addHook" && name === "onClose")
      );
    })
  );
}

/** An assignment here may end a loop elsewhere, and a thrown error ends the process. */
function changesAnything(analysis: Analysis, { body }: FunctionNode, own: ReadonlySet<FunctionNode>): boolean {
  let found = false;
  walk(body, (node) => {
    found ||=
      (node.type === "AssignmentExpression" && !staysInside(analysis, node, own)) ||
      node.type === "UpdateExpression" ||
      node.type === "ThrowStatement" ||
      node.type === "YieldExpression";
    return found ? "skip" : undefined;
  });
  return found;
}

/** `process.exitCode = 0`, and variables that nothing else reads. */
function staysInside(analysis: Analysis, { left }: AssignmentExpression, own: ReadonlySet<FunctionNode>): boolean {
  if (left.type === "MemberExpression") {
    const api = resolveApi(analysis, left);
    return api?.module === "process" && api.name === "exitCode";
  }
  const binding = left.type === "Identifier" ? analysis.bindingOf(left) : undefined;
  return binding?.references.every((use: Node) => own.has(functionAround(analysis, use) as FunctionNode)) ?? false;
}
