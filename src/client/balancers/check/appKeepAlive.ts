import type { ServerIdleTime } from "../../../shared/layers/facts.ts";
import { type FleetFacts, isMachine } from "./finding.ts";

/** `server.keepAliveTimeout` of Node.js, in milliseconds, where the app does not set another one. */
export const nodeKeepAliveTimeoutMs = 5_000;

/** What is known of how long an app keeps idle connections, on the machines that a balancer passes requests to. */
export interface AppKeepAlive {
  /** The shortest time that was read; absent if none was. */
  readonly read?: {
    /** Milliseconds after which an idle connection is closed; infinite if never. */
    readonly ms: number;
    /** The machines with this time, and where their servers listen, for a sentence. */
    readonly where: string;
  };
  /** Machines of which it is not known. */
  readonly unknown: readonly string[];
}

/**
 * Finds the shortest time for which the app keeps an idle connection.
 * @param addresses Of the balancer's servers, with ports, and the machine of each that is known by name.
 */
export function appKeepAlive(
  { machines, keepAlive = [] }: FleetFacts,
  addresses: readonly { readonly address: string; readonly machine?: string }[],
): AppKeepAlive {
  const unknown = new Set<string>();
  const times: { readonly ms: number; readonly machine: string; readonly place: string }[] = [];
  for (const { address, machine: named } of addresses) {
    const machine = machines.find((one) => (named === undefined ? isMachine(address, one) : one.name === named));
    if (machine === undefined) {
      continue;
    }
    const servers = serversAt(keepAlive.find((one) => one.machine === machine.name)?.servers ?? [], address);
    if (servers.length === 0) {
      unknown.add(machine.name);
    }
    for (const { idleMs, address: place } of servers) {
      times.push({ ms: idleMs === 0 ? Number.POSITIVE_INFINITY : idleMs, machine: machine.name, place: place ?? "" });
    }
  }
  if (times.length === 0) {
    return { unknown: [...unknown] };
  }
  const ms = Math.min(...times.map((time) => time.ms));
  const shortest = times.filter((time) => time.ms === ms);
  const names = [...new Set(shortest.map(({ machine }) => machine))].join(", ");
  const places = [...new Set(shortest.map(({ place }) => place))].filter((place) => place !== "").join(", ");
  return { read: { ms, where: places === "" ? names : `${names} (${places})` }, unknown: [...unknown] };
}

/** Those that listen on the port of an address; all of them if none does, since something between may use another port. */
function serversAt(servers: readonly ServerIdleTime[], address: string): readonly ServerIdleTime[] {
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  const exact = servers.filter((server) => server.port === port);
  return exact.length > 0 ? exact : servers;
}
