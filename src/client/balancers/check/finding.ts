import type { ServerIdleTime } from "../../../shared/layers/facts.ts";

/** Something in the configuration of a balancer, or of the fleet, that hurts clients. */
export interface Finding {
  /** Stable, for programs. */
  readonly code: string;
  /** `error`: requests are lost, or sent twice; `warning`: they are when something else fails; `note`: worth knowing. */
  readonly severity: "error" | "warning" | "note";
  /** Path on the balancer, or `hitless` for the fleet's own settings. */
  readonly file: string;
  /** From 1; 0 if there is no line to point at. */
  readonly line: number;
  /** What is wrong and what comes of it, in whole sentences. */
  readonly message: string;
  /** What to write instead, and where. */
  readonly fix: string;
}

/** A machine of the fleet, as a balancer may name it. */
export interface FleetMachine {
  readonly name: string;
  /** Its host names and addresses. */
  readonly hosts: readonly string[];
  /** HAProxy's names of it, `backend/server`. */
  readonly servers?: readonly string[];
}

/** For how long the app on a machine keeps idle connections, as one of its workers said. */
export interface KeepAliveReading {
  readonly machine: string;
  /** The worker that was asked; absent where none could tell. */
  readonly worker?: number;
  /** Its servers that speak HTTP/1. */
  readonly servers: readonly ServerIdleTime[];
  /** Why it is not known: a sentence. */
  readonly problem?: string;
}

/** What is to be known of a fleet to judge its balancer. */
export interface FleetFacts {
  readonly machines: readonly FleetMachine[];
  /** Milliseconds between one machine and the next. */
  readonly pauseMs: number;
  /** How machines are taken out for a restart. */
  readonly driver: "haproxy" | "nginx" | "commands" | "none";
  /** What a reload of nginx does to idle clients is accepted (`acceptResets`). */
  readonly acceptsResets?: boolean;
  /** What the app on each machine says of its idle connections; where nobody does, Node's own time is assumed. */
  readonly keepAlive?: readonly KeepAliveReading[];
  /** A URL is asked on each machine before the next one is renewed. */
  readonly verifies: boolean;
}

/** Whether an address of a configuration, with or without a port, is this machine. */
export function isMachine(address: string, { name, hosts }: FleetMachine): boolean {
  const host = hostOf(address);
  return [name, ...hosts].some((one) => one.toLowerCase() === host.toLowerCase());
}

/** An address without port and brackets, such as `::1` of `[::1]:3000`. */
export function hostOf(address: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(address) ?? [];
  return bracketed ?? plain ?? address;
}

/** A machine of the fleet that the balancer does not know. `message` names the group that lacks it, which begins at that place. */
export function missingMachine(
  machine: FleetMachine,
  { message, file, line }: Pick<Finding, "message" | "file" | "line">,
): Finding {
  const fix = `Add ${machine.hosts[0] ?? machine.name} as a server, or take the machine out of the fleet.`;
  return { code: "missingMachine", severity: "error", file, line, message, fix };
}
