import type { Server } from "node:net";
import type { TLSSocket } from "node:tls";
import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { TrackedServer } from "../connections/servers.ts";
import type { Guard } from "../guard.ts";
import { openConnections } from "../internals/serverConnections.ts";

export type ListeningServer = Pick<TrackedServer, "server" | "protocol">;

type Sessions = NonNullable<LayerPulse["openssl"]["sessions"]>;

/** Counts the TLS sessions negotiated by the app's servers. */
export interface TlsWatch {
  /** Since observation began. */
  sessions(): Sessions;
  /** Observes these from now on, and no others. */
  follow(servers: readonly Server[]): void;
  stop(): void;
}

export function watchTls(guard: Guard): TlsWatch {
  const followed = new Set<Server>();
  const sums = { full: 0, resumed: 0 };
  const protocols = new Map<string, number>();
  const countOne = guard("TLS session", (socket: TLSSocket) => {
    sums[socket.isSessionReused() ? "resumed" : "full"] += 1;
    const protocol = socket.getProtocol() ?? "unknown";
    protocols.set(protocol, (protocols.get(protocol) ?? 0) + 1);
  });
  const leave = (server: Server): void => {
    followed.delete(server);
    server.removeListener("secureConnection", countOne);
  };
  return {
    sessions: () => ({
      ...sums,
      protocols: [...protocols].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
    }),
    follow(servers) {
      for (const server of [...followed].filter((known) => !servers.includes(known))) {
        leave(server);
      }
      for (const server of servers.filter((listening) => !followed.has(listening))) {
        followed.add(server);
        server.on("secureConnection", countOne);
      }
    },
    stop() {
      for (const server of [...followed]) {
        leave(server);
      }
    },
  };
}

/** Those that speak TLS. */
export function secureServers(servers: readonly ListeningServer[]): Server[] {
  return servers
    .filter(({ protocol }) => protocol === "https" || protocol === "https2" || protocol === "tls")
    .map(({ server }) => server);
}

/** How many connections to these servers are open; `undefined` if this Node does not tell, or if there is no server. */
export function connectionsOf(servers: readonly Server[]): number | undefined {
  const counts = servers.map(openConnections).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
