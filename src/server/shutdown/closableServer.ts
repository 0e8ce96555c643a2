import type { Node } from "@babel/types";
import { factsOf } from "../analysis/moduleFacts.ts";
import { around, bindingValue } from "../analysis/nodes.ts";
import type { Fix } from "../analysis/rule.ts";
import type { Analysis, Scope } from "../source/scopes.ts";
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

/** The one server that is known by a name at a place; nothing if there are several, or it is no server for sure. */
export function closableServer(analysis: Analysis, place: Node): ClosableServer | undefined {
  const found = new Map<string, "callback" | "promise">();
  const hidden = new Set<string>();
  for (let scope: Scope | undefined = analysis.scopeOf(place); scope !== undefined; scope = scope.parent) {
    for (const [name, binding] of scope.bindings) {
      const value = hidden.has(name) ? undefined : bindingValue(binding);
      const kind = value && serverKind(analysis, value);
      hidden.add(name);
      if (kind === "http") {
        found.set(name, "callback");
      } else if (kind === "fastify" || kind === "nest") {
        found.set(name, "promise");
      }
    }
  }
  const [first, second] = found;
  if (second !== undefined) {
    return undefined;
  }
  return first === undefined ? namedServer(analysis, place) : closable(first[0], first[1], []);
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
