import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { promisify } from "node:util";
import type { BalancerSettings } from "../../shared/settings/balancerSettings.ts";
import { type FleetFacts, type FleetMachine, hostOf } from "./check/finding.ts";

/** Names that can't be found out within so many milliseconds are left as they are. */
const resolveMs = 3_000;

/**
 * The facts of a fleet with all by which its balancer may name the machines: what the balancer's own settings say of
 * them, what ssh makes of an alias, and the addresses of those names.
 */
export async function withKnownHosts(facts: FleetFacts, settings: BalancerSettings): Promise<FleetFacts> {
  const machines = await Promise.all(
    facts.machines.map(async (machine): Promise<FleetMachine> => {
      const resolved = await Promise.all(machine.hosts.map(namesOf));
      const { hosts, servers } = namedIn(settings, machine.name);
      return { ...machine, hosts: [...new Set([...machine.hosts, ...resolved.flat(), ...hosts])], servers };
    }),
  );
  return { ...facts, machines };
}

function namedIn(settings: BalancerSettings, machine: string): Required<Pick<FleetMachine, "hosts" | "servers">> {
  if (settings.kind === "nginx" && Object.hasOwn(settings.servers, machine)) {
    return { hosts: [hostOf(settings.servers[machine]?.split(" ")[0] ?? "")], servers: [] };
  }
  if (settings.kind === "haproxy" && Object.hasOwn(settings.servers, machine)) {
    return { hosts: [], servers: [settings.servers[machine] ?? []].flat() };
  }
  return { hosts: [], servers: [] };
}

/** The host name that ssh has for a destination, and the addresses of that and of the destination. */
async function namesOf(destination: string): Promise<readonly string[]> {
  if (isIP(destination) !== 0) {
    return [];
  }
  const host = await sshHost(destination);
  const addresses = await Promise.all([destination, host].map(addressesOf));
  return [host, ...addresses.flat()];
}

async function sshHost(destination: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("ssh", ["-G", "--", destination], { timeout: resolveMs });
    return /^hostname (\S+)$/m.exec(stdout)?.[1] ?? destination;
  } catch {
    return destination;
  }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const late = new Promise<readonly []>((resolve) => setTimeout(resolve, resolveMs, []).unref());
  const found = lookup(host, { all: true }).then(
    (addresses) => addresses.map(({ address }) => address),
    () => [],
  );
  return Promise.race([found, late]);
}
