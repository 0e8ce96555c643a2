import type { Node } from "@babel/types";
import type { Analysis, Scope } from "../../source/scopes.ts";
import { serverKind } from "../../source/serverCalls.ts";
import { bindingValue } from "../nodes.ts";

/** A server that code at some place can close, and how. */
export interface ClosableServer {
  readonly name: string;
  /** How it reports that it has closed. */
  readonly way: "callback" | "promise";
  /** Code that closes it and then does `exit`, such as `process.exit(0)`. */
  closeAndThen(exit: string): string;
}

/** The single server accessible by name at a place; nothing if there are several, or it is not certainly a server. */
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
  if (first === undefined || second !== undefined) {
    return undefined;
  }
  const [name, way] = first;
  return {
    name,
    way,
    closeAndThen: (exit) =>
      way === "callback"
        ? `${name}.close(() => ${exit})`
        : `${name}.close().then(() => ${exit}, () => process.exit(1))`,
  };
}
