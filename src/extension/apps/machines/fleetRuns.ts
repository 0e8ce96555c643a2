import { createEmitter } from "../../../shared/basics/emitter.ts";
import type { FleetRun } from "../../../shared/machines/fleetRun.ts";

/** What this window does to fleets, and did last. */
export interface FleetRuns {
  /** By the key of the fleet. */
  of(fleet: string): FleetRun | undefined;
  set(fleet: string, run: FleetRun): void;
  readonly onDidChange: ReturnType<typeof createEmitter<void>>["on"];
}

export function createFleetRuns(): FleetRuns {
  const runs = new Map<string, FleetRun>();
  const changes = createEmitter<void>();
  return {
    of: (fleet) => runs.get(fleet),
    set(fleet, run) {
      runs.set(fleet, run);
      changes.fire();
    },
    onDidChange: changes.on,
  };
}
