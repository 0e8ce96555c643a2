import { createRequire } from "node:module";
import type { PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import type { Guard } from "../guard.ts";
import { steadyNow } from "../ownTimers.ts";

/** What a worker connects to so long after it first listens tells nothing of where it means to listen, in milliseconds. */
const lookAfterListeningMs = 5_000;

/** Ports that are remembered, the first ones: an app that looks for a free port begins where it wants to be. */
const mostPorts = 50;

export interface ConnectProbes {
  /** Ports of this machine that answered the app. */
  ports(): Iterable<number>;
  /** A server of the app listens. */
  listens(): void;
  /** To be called now and then: ends the watching when it has been long enough. */
  look(): void;
}

type Hooks = { readonly PerformanceObserver: typeof PerformanceObserver };

/**
 * Learns to which ports of this machine the app connects while it starts: one that looks by connecting whether its port is free
 * (`is-port-reachable`, `tcp-port-used`, `portscanner`) finds its old worker there, and goes to another. Node tells of each
 * connection that was made, by whatever API, as a performance entry of the type `net`
 * (https://nodejs.org/api/perf_hooks.html#performanceentrydetail); who looks is not changed by that.
 */
export function watchConnectProbes(guard: Guard): ConnectProbes {
  const { PerformanceObserver: Observer } = createRequire(process.execPath)("node:perf_hooks") as Hooks;
  const ports = new Set<number>();
  const keep = (entries: readonly PerformanceEntry[]): void => {
    for (const entry of entries) {
      const { host, port } = (Reflect.get(entry, "detail") ?? {}) as {
        readonly host?: unknown;
        readonly port?: unknown;
      };
      if (ports.size < mostPorts && typeof port === "number" && typeof host === "string" && isLocal(host)) {
        ports.add(port);
      }
    }
  };
  const observer = new Observer(guard("port probe", (list) => keep(list.getEntries())));
  observer.observe({ type: "net" });
  let since: number | undefined;
  return {
    ports() {
      // Node hands its entries over in a later turn.
      keep(observer.takeRecords());
      return ports;
    },
    listens() {
      since ??= steadyNow();
    },
    look() {
      if (since !== undefined && steadyNow() - since > lookAfterListeningMs) {
        observer.disconnect();
      }
    },
  };
}

function isLocal(host: string): boolean {
  if (/^(?:(?:::ffff:)?127\.|0\.0\.0\.0$|::1?$)/i.test(host)) {
    return true;
  }
  const { networkInterfaces } = createRequire(process.execPath)("node:os") as typeof import("node:os");
  return Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === host));
}
