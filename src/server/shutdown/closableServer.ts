import type { Node } from "@babel/types";
import { listensBeside } from "../analysis/atStart.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { around, bindingValue } from "../analysis/nodes.ts";
import type { Fix } from "../analysis/rule.ts";
import type { Analysis, Binding, Scope } from "../source/scopes.ts";
import { serverKind } from "../source/serverCalls.ts";
import { nodesOf } from "../source/walk.ts";
import { placeFor } from "./shutdownPlace.ts";
import { serverAt } from "./shutdownServer.ts";

/** A server that code at some place can close, and how. */
export interface ClosableServer {
  readonly name: string;
  /** How it tells that it has closed. */
  readonly way: "callback" | "promise";
  /** What has to be changed so that it has that name. */
  readonly edits: Fix["edits"];
  /** Code that closes it and then does `exit`, such as `process.exit(0)`. */
  closeAndThen(exit: string): string;
}

/**
 * The one server that is known by a name at a place; nothing if there are several, or it is no server for sure. One process ends
 * once, so there is none either where another server of the process listens, whose requests would be cut off when this one has closed.
 */
export function closableServer(analysis: Analysis, place: Node): ClosableServer | undefined {
  return isOnlyServer(analysis) ? serverFor(analysis, place) : undefined;
}

/** Whether no more than one server listens in the process, as far as is known. */
export function isOnlyServer(analysis: Analysis): boolean {
  return listensOnce(analysis) && !listensBeside(analysis);
}

/** Whether at most one server listens in a file, which may do so in several places. */
function listensOnce(analysis: Analysis): boolean {
  const receivers = factsOf(analysis).listens.map(({ receiver }) => receiver);
  const [first, ...others] = receivers;
  const own = first?.type === "Identifier" ? analysis.bindingOf(first) : undefined;
  const kind = factsOf(analysis).listens[0]?.kind;
  const isItself = kind === "http" || kind === "fastify" || kind === "nest";
  return others.every(
    (other) => isItself && own !== undefined && other.type === "Identifier" && analysis.bindingOf(other) === own,
  );
}

function serverFor(analysis: Analysis, place: Node): ClosableServer | undefined {
  const found = new Map<string, "callback" | "promise">();
  const hidden = new Set<string>();
  let isOther = false;
  for (let scope: Scope | undefined = analysis.scopeOf(place); scope !== undefined; scope = scope.parent) {
    for (const [name, binding] of scope.bindings) {
      const value = hidden.has(name) ? undefined : bindingValue(binding);
      const kind = value && serverKind(analysis, value);
      hidden.add(name);
      const way = kind === "http" ? "callback" : kind === "fastify" || kind === "nest" ? "promise" : undefined;
      if (way !== undefined && value !== undefined) {
        found.set(name, way);
        isOther ||= !isWhatListens(analysis, binding, value);
      }
    }
  }
  const [first, second] = found;
  if (second !== undefined || isOther) {
    return undefined;
  }
  return first === undefined ? namedServer(analysis, place) : closable(first[0], first[1], []);
}

/** Whether a variable holds what listens in its file, if that is known: it does so itself, or is given by the call that makes it listen. */
function isWhatListens(analysis: Analysis, binding: Binding, value: Node): boolean {
  const { listens } = factsOf(analysis);
  const [listen] = listens;
  if (listen === undefined) {
    return true;
  }
  const { receiver, call } = listen;
  const isReceiver = receiver.type === "Identifier" && analysis.bindingOf(receiver) === binding;
  return isReceiver || ((call.start ?? 0) >= (value.start ?? 0) && (call.end ?? 0) <= (value.end ?? 0));
}

function closable(name: string, way: ClosableServer["way"], edits: Fix["edits"]): ClosableServer {
  return {
    name,
    way,
    edits,
    closeAndThen: (exit) =>
      way === "callback"
        ? `${name}.close(() => ${exit})`
        : `${name}.close().then(() => ${exit}, () => process.exit(1))`,
  };
}

/**
 * The one server of a file that has no name yet, as in `app.listen(80);`: it gets one where it begins to listen, which must be
 * in a block around the place.
 */
function namedServer(analysis: Analysis, place: Node): ClosableServer | undefined {
  const [listen, another] = factsOf(analysis).listens;
  const where = listen === undefined || another !== undefined ? undefined : placeFor(analysis, listen.call);
  const isAround =
    where?.kind === "block" &&
    where.edits.length === 0 &&
    [...around(analysis, place)].some((parent) => parent === where.container);
  if (listen === undefined || where === undefined || !isAround) {
    return undefined;
  }
  const taken = new Set(nodesOf(analysis.module.ast.program, "Identifier").map(({ name }) => name));
  const server = serverAt(analysis, listen, where, taken);
  const isNew = server !== undefined && server.way === "callback" && server.after.length === 0;
  return isNew ? closable(server.name, "callback", server.edits) : undefined;
}
