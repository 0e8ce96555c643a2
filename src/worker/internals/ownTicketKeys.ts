import type { Server } from "node:net";

/* What Node does not document of the ticket keys of a TLS server: see `docs/architecture.md`. */

/**
 * Puts back the keys of session tickets with which the app has made a TLS server: in a cluster worker Node replaces them by those
 * of the worker that listened first, which may be of an older build.
 */
export function keepOwnTicketKeys(server: Server): void {
  const keys: unknown = Reflect.get(server, "ticketKeys");
  const set: unknown = Reflect.get(server, "setTicketKeys");
  if (Buffer.isBuffer(keys) && typeof set === "function") {
    Reflect.apply(set, server, [keys]);
  }
}

/**
 * Lets sessions be resumed by the next build in another folder, and on another Node.js: those of a server without a
 * `sessionIdContext` of its own are of the command line that has made them, the paths in it included. Called when it has the
 * ticket keys that it shares, which take the place of that.
 */
export function shareSessions(server: Server): void {
  const context: unknown = Reflect.get(Reflect.get(server, "_sharedCreds") ?? {}, "context");
  const own: unknown = Reflect.get(server, "sessionIdContext");
  const get: unknown = Reflect.get(server, "getTicketKeys");
  const hasOwnKeys = Reflect.get(server, "ticketKeys") !== undefined;
  if (hasOwnKeys || typeof own !== "string" || typeof get !== "function" || !isObject(context)) {
    return;
  }
  const set: unknown = Reflect.get(context, "setSessionIdContext");
  // A TLS server has loaded it.
  const { createHash } = require("node:crypto") as typeof import("node:crypto");
  const named = (of: string | Buffer, by: string): string => createHash(by).update(of).digest("hex").slice(0, 32);
  const keys: unknown = Reflect.apply(get, server, []);
  if (typeof set === "function" && Buffer.isBuffer(keys) && own === named(process.argv.join(" "), "sha1")) {
    Reflect.apply(set, context, [named(keys, "sha256")]);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
