import type { ServerIdleTime } from "../../shared/layers/collected.ts";
import { keepAliveLimit } from "../internals/httpMessages.ts";
import { isHttpServer, type ServerTracker, type TrackedServer } from "./servers.ts";

/** For how long the app's servers let a connection be idle, as they are set at this moment: an app may change it later. */
export function idleTimes({ servers, behind }: Pick<ServerTracker, "servers" | "behind">): ServerIdleTime[] {
  const all = [...servers().filter(({ server }) => server.listening), ...behind()];
  return all.flatMap(({ server, protocol, address }): ServerIdleTime[] => {
    if (!isHttpServer(server)) {
      return [];
    }
    const { keepAliveTimeout, timeout } = server;
    // Without the one, the other holds: it is for connections that are silent, idle or not.
    const idleMs = finite(keepAliveLimit(server)) || finite(timeout);
    return [{ protocol, ...shown(address), keepAliveTimeoutMs: finite(keepAliveTimeout), idleMs }];
  });
}

function shown(address: TrackedServer["address"]): Pick<ServerIdleTime, "address" | "port"> {
  if (typeof address === "string") {
    return address === "" ? {} : { address };
  }
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { address: `${host}:${address.port}`, port: address.port };
}

/** Only Node.js itself insists that it is a number. */
function finite(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}
