import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:net";
import type { Guard } from "../guard.ts";

/** An app that makes a server for each connection would otherwise never be rid of them. */
const mostServers = 16;

/** HTTP servers that don't listen: another server accepts for them. */
export interface ServersBehind<Tracked> {
  /** Begins to look, once. */
  look(): void;
  found(): readonly Tracked[];
}

/**
 * Finds HTTP servers that have no socket of their own, and are given the connections of another with `emit("connection")` when a PROXY
 * header has been read, TLS ended, or HTTP and HTTPS told apart. Nobody tells of them before their first request. What
 * each request costs then is too little to measure, but only an app that has such another server pays it.
 */
export function findServersBehind<Tracked>(
  guard: Guard,
  host: {
    /** Whether it listens or did, or was found before. */
    readonly isKnown: (server: Server) => boolean;
    readonly describe: (server: Server) => Tracked;
    readonly found: (tracked: Tracked) => void;
  },
): ServersBehind<Tracked> {
  const found: Tracked[] = [];
  let looking = false;
  return {
    found: () => found,
    look() {
      if (looking) {
        return;
      }
      looking = true;
      subscribe(
        "http.server.request.start",
        guard("server behind another", (message: unknown) => {
          const { server } = message as { server: Server };
          if (!host.isKnown(server) && found.length < mostServers) {
            const tracked = host.describe(server);
            found.push(tracked);
            host.found(tracked);
          }
        }),
      );
    },
  };
}
