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
