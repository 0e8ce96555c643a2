import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Guard } from "../guard.ts";
import { type ClientEnds, leadsFrom } from "../internals/sockets.ts";

/** Connections that are remembered at a time, the latest ones. */
const mostSockets = 200;

export interface OwnClients {
  /** Whether a connection that the app makes has these ends. */
  has(ends: ClientEnds): boolean;
  /** The worker serves: nothing of it waits for itself any more. */
  stop(): void;
}

/**
 * Knows the connections that the app makes while it starts: it may ask its own address (to warm up, or to see whether it answers)
 * before it says that it is ready, and would wait for ever for an answer that no worker gives before it is ready. Node tells of
 * them in a diagnostics channel (https://nodejs.org/api/diagnostics_channel.html#net); Node 20 only of those that are made with
 * `net.connect`, and so of HTTP clients and `fetch`, but not of TLS.
 */
export function watchOwnClients(guard: Guard): OwnClients {
  let sockets: WeakRef<Socket>[] = [];
  const made = guard("own connection", (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    if (sockets.length >= mostSockets) {
      sockets = sockets.filter((known) => known.deref()?.destroyed === false).slice(1 - mostSockets);
    }
    sockets.push(new WeakRef(socket));
  });
  subscribe("net.client.socket", made);
  return {
    has: (ends) =>
      sockets.some((known) => {
        const socket = known.deref();
        return socket !== undefined && leadsFrom(socket, ends);
      }),
    stop() {
      unsubscribe("net.client.socket", made);
      sockets = [];
    },
  };
}
