import { type HitlessError, toHitlessError } from "../../shared/errors.ts";
import { type FleetPlaces, fleetsBalancedBy, lacksOnlyHitless } from "../../shared/machines/balancerMachines.ts";
import type { Greeting, MachineFacts } from "../../shared/machines/machineProtocol.ts";
import { MachineConnection } from "./machineConnection.ts";
import type { Machine } from "./sshMachine.ts";

/** A clock that is off by more than this and half a round trip, in milliseconds, is worth a word. */
const clockToleranceMs = 5_000;

/** A machine as it was at one look; either `there` or `error`. */
export interface MachineView {
  readonly machine: Machine;
  readonly there?: {
    readonly greeting: Greeting;
    readonly facts: MachineFacts;
    /** Names of the apps that have a supervisor. */
    readonly apps: string[];
    readonly roundTripMs: number;
    /** How far its clock is ahead of this one's. */
    readonly clockOffsetMs: number;
  };
  /** Why it can't be used. */
  readonly error?: HitlessError;
  /** Fleets whose balancer runs there, where it is in no fleet itself: then it needs no Hitless. */
  readonly balancerOf?: readonly string[];
}

/** Whether it can do what the project wants of it. */
export function isUsable({ error, balancerOf = [] }: MachineView): boolean {
  return error === undefined || (balancerOf.length > 0 && lacksOnlyHitless(error.code));
}

/** Looks at all machines at once; one that can't be reached delays none of the others. */
export function lookAtMachines(
  machines: readonly Machine[],
  fleets: readonly FleetPlaces[] = [],
): Promise<MachineView[]> {
  return Promise.all(
    machines.map(async (machine) => {
      const balancerOf = fleetsBalancedBy(machine.name, fleets);
      return { ...(await lookAt(machine)), ...(balancerOf.length > 0 && { balancerOf }) };
    }),
  );
}

async function lookAt(machine: Machine): Promise<MachineView> {
  let connection: MachineConnection | undefined;
  try {
    connection = await MachineConnection.open(machine);
    const facts = await connection.facts();
    const { endpoints } = await connection.request("apps", {});
    const { greeting, roundTripMs, clockOffsetMs } = connection;
    const apps = endpoints.map(({ name }) => name);
    return { machine, there: { greeting, facts, apps, roundTripMs, clockOffsetMs } };
  } catch (error) {
    return { machine, error: toHitlessError(error) };
  } finally {
    connection?.dispose();
  }
}

/** Whether a clock that is so far ahead is off, and not only the measurement. */
export function isClockOff({ clockOffsetMs, roundTripMs }: { clockOffsetMs: number; roundTripMs: number }): boolean {
  return Math.abs(clockOffsetMs) > clockToleranceMs + roundTripMs / 2;
}
