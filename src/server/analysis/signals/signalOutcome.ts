import type { AssignmentExpression, Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { serverKind } from "../../source/serverCalls.ts";
import { walk } from "../../source/walk.ts";
import { functionElsewhere } from "../exportedFunctions.ts";
import { isLogCall } from "../logging.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { asCall, asFunction, asMember, type Call, functionAround, lastName, settledValue } from "../nodes.ts";
import { calledFunction, reachable } from "../requests/requestPath.ts";
import type { SignalHandler } from "./signalHandlers.ts";

/** The effects of a listener that leaves the process running. */
export interface Idle {
  /** Whether it ends pools or clients, without which the process may have nothing left but its servers. */
  readonly endsResources: boolean;
  /** The calls that close a server of Node.js, after which the process lives on only by what else is open. */
  readonly closes: readonly Call[];
}

/** What a listener does, if all of it is known and none of it ends the process for sure; else nothing. */
export function whatIsLeft(analysis: Analysis, { handler }: SignalHandler): Idle | undefined {
  if (handler === undefined) {
    return undefined;
  }
  let endsResources = false;
  const closes: Call[] = [];
  const functions = reachable(analysis, [handler]);
  // The set grows during the iteration, by callbacks that are passed by name.
  for (const node of functions) {
    for (const site of factsOf(analysis).callsIn.get(node) ?? []) {
      const isEnd = endsResource(analysis, site) || followsEnd(analysis, site);
      const isClose = closesServer(analysis, site);
      const callbacks = isEnd || isClose ? callbacksOf(analysis, site) : [];
      if (callbacks === undefined || !(isEnd || isClose || isHarmless(analysis, site))) {
        return undefined;
      }
      if (isClose) {
        closes.push(site.node);
      }
      endsResources ||= isEnd;
      for (const inner of reachable(analysis, callbacks)) {
        functions.add(inner);
      }
    }
  }
  const isMore = [...functions].some((node) => changesAnything(analysis, node, functions));
  return isMore ? undefined : { endsResources, closes };
}

/**
 * Whether all that a function comes to is known, also in other files, and none of it closes a server, whatever it waits for.
 * `server.close()` only begins to, also with an `await` before it: that of Node.js gives no promise.
 */
export function closesNoServer(analysis: Analysis, handler: FunctionNode, depth = 0): boolean {
  const functions = reachable(analysis, [handler]);
  return [...functions].every((node) =>
    (factsOf(analysis).callsIn.get(node) ?? []).every(
      (site) =>
        isHarmless(analysis, site) ||
        /^(?:process#|globals#clear)/.test(site.api ?? "") ||
        joinsCalls(site) ||
        isTimer(analysis, site) ||
        onlyBeginsToClose(analysis, site) ||
        endsResource(analysis, site) ||
        followsEnd(analysis, site) ||
        closesNoServerElsewhere(analysis, site, depth),
    ),
  );
}

/** Calls of functions of other files are followed to this depth. */
const deepest = 2;

function closesNoServerElsewhere(analysis: Analysis, { node }: CallSite, depth: number): boolean {
  const called = depth < deepest ? functionElsewhere(analysis, node) : undefined;
  return called !== undefined && closesNoServer(called.analysis, called.node, depth + 1);
}

/** A timer that calls a function of this file, and not one that a promise is waited for by. */
function isTimer(analysis: Analysis, { node, api }: CallSite): boolean {
  const [callback] = node.arguments;
  return (
    api === "globals#setTimeout" && callback !== undefined && asFunction(settledValue(analysis, callback)) !== undefined
  );
}

/** `Promise.all([pool.end(), redis.quit()])`: the calls are looked at themselves. */
function joinsCalls({ node }: CallSite): boolean {
  const member = asMember(node.callee);
  const [list] = node.arguments;
  return (
    member?.object.type === "Identifier" &&
    member.object.name === "Promise" &&
    /^all(?:Settled)?$/.test(lastName(member) ?? "") &&
    list?.type === "ArrayExpression" &&
    list.elements.every((element) => asCall(element) !== undefined)
  );
}

function onlyBeginsToClose(analysis: Analysis, site: CallSite): boolean {
  const holder = analysis.parentOf(site.node);
  const statement = holder?.type === "AwaitExpression" ? analysis.parentOf(holder) : holder;
  const isAwaited = holder?.type === "AwaitExpression";
  const { method, receiver } = site;
  // Whatever server it is, nothing waits for it.
  const isDropped =
    !isAwaited && method === "close" && /(?:^|[a-z_])(?:server|app)$/i.test((receiver && lastName(receiver)) ?? "");
  return (
    statement?.type === "ExpressionStatement" &&
    (closesServer(analysis, site) || isDropped) &&
    callbacksOf(analysis, site) !== undefined
  );
}

/** The calls directly in a function by which pools and clients begin to end. */
export function endsIn(analysis: Analysis, handler: FunctionNode): Call[] {
  return (factsOf(analysis).callsIn.get(handler) ?? [])
    .filter((site) => endsResource(analysis, site))
    .map(({ node }) => node);
}

/** The functions that run when a pool or a client has ended, which are given to the call that ends it. */
export function afterEnd(analysis: Analysis, site: CallSite): readonly FunctionNode[] {
  const isEnd = endsResource(analysis, site) || followsEnd(analysis, site);
  return isEnd ? (callbacksOf(analysis, site) ?? []) : [];
}

const coloring = /^(?:chalk|picocolors|kleur|colorette|yoctocolors|ansi-colors|cli-color)#/;

/** Calls that only log, and those of functions that are analyzed themselves. */
function isHarmless(analysis: Analysis, site: CallSite): boolean {
  const { node } = site;
  return (
    isLogCall(site) ||
    (node.type === "NewExpression" && /(?:Error|Exception)$/.test(lastName(node.callee) ?? "")) ||
    /^process#(?:uptime|cwd|memoryUsage)/.test(site.api ?? "") ||
    coloring.test(site.api ?? "") ||
    calledFunction(analysis, node) !== undefined
  );
}

/** `server.close()` of a server of Node.js. The `close` of frameworks may end what was opened with them. */
function closesServer(analysis: Analysis, { method, receiver }: CallSite): boolean {
  return method === "close" && receiver !== undefined && serverKind(analysis, receiver) === "http";
}

/** `pool.end()`, `mongoose.connection.close()`, `prisma.$disconnect()`: what keeps the process alive less, but is no server. */
function endsResource(analysis: Analysis, { node, method, receiver }: CallSite): boolean {
  const name = receiver === undefined ? "" : (lastName(receiver) ?? "");
  const isServer = receiver !== undefined && serverKind(analysis, receiver) !== undefined;
  // `sdk.shutdown()` of OpenTelemetry sends what is left.
  const isSdk = method === "shutdown" && /^_?(?:\w*sdk|\w*tracer|\w*provider|otel\w*|telemetry|tracing)$/i.test(name);
  return (
    (isSdk && callbacksOf(analysis, { node } as CallSite) !== undefined) ||
    (!isServer &&
      /^(?:close|end|quit|disconnect|\$disconnect|destroy|stop)$/.test(method ?? "") &&
      /(?:^_?|[a-z_]|^pg|^ws)(?:pool|db|database|client|redis|mongoose|mongo|prisma|sequelize|knex|connection|conn|amqp|channel|consumer|producer|kafka|cache|queue|data_?source|driver|rabbit|rabbitmq|broker|publisher|subscriber|(?<!cluster)worker)$/i.test(
        name,
      ) &&
      callbacksOf(analysis, { node } as CallSite) !== undefined)
  );
}

/** `pool.end().then(…)`, also by way of a function of this file. */
function followsEnd(analysis: Analysis, { method, receiver }: CallSite): boolean {
  const call = /^(?:then|catch|finally)$/.test(method ?? "") ? asCall(receiver) : undefined;
  const site =
    call && (factsOf(analysis).callsIn.get(functionAround(analysis, call)) ?? []).find(({ node }) => node === call);
  return (
    site !== undefined && (endsResource(analysis, site) || followsEnd(analysis, site) || endsByItself(analysis, site))
  );
}

/** A call of a function that does nothing but end pools and clients, and log. */
function endsByItself(analysis: Analysis, { node }: CallSite): boolean {
  const own = calledFunction(analysis, node);
  const calls = own === undefined ? [] : (factsOf(analysis).callsIn.get(own) ?? []);
  return (
    calls.some((call) => endsResource(analysis, call)) &&
    calls.every((call) => endsResource(analysis, call) || isHarmless(analysis, call))
  );
}

/** The functions of this file passed to a call; `undefined` if something else is passed. */
function callbacksOf(analysis: Analysis, { node }: CallSite): FunctionNode[] | undefined {
  const callbacks = node.arguments.map((argument) => asFunction(settledValue(analysis, argument)));
  const known = callbacks.filter((callback) => callback !== undefined);
  return known.length === callbacks.length ? known : undefined;
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
