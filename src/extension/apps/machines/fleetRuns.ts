import { createEmitter } from "../../../shared/basics/emitter.ts";
import type { FleetRun } from "../../../shared/machines/fleetRun.ts";

/** What this window does to fleets, and did last. */
export interface FleetRuns {
  /** By the key of the fleet. */
  of(fleet: string): FleetRun | undefined;
  set(fleet: string, run: FleetRun): void;
  /**
   * Something is about to be done to a fleet. @param cancel Ends it between two machines.
   * @returns What is to be called when it is over; `undefined` if this window is at it already.
   */
  begin(fleet: string, cancel: () => void): (() => void) | undefined;
  /** Ends what is being done, between two machines; false if there is nothing. */
  cancel(fleet: string): boolean;
  readonly onDidChange: ReturnType<typeof createEmitter<void>>["on"];
}

export function createFleetRuns(): FleetRuns {
  const runs = new Map<string, FleetRun>();
  const cancels = new Map<string, () => void>();
  const changes = createEmitter<void>();
  return {
    of: (fleet) => runs.get(fleet),
    set(fleet, run) {
      runs.set(fleet, run);
      changes.fire();
    },
    begin(fleet, cancel) {
      if (cancels.has(fleet)) {
        return undefined;
      }
      cancels.set(fleet, cancel);
      return () => cancels.delete(fleet);
    },
    cancel(fleet) {
      const cancel = cancels.get(fleet);
      cancel?.();
      return cancel !== undefined;
    },
    onDidChange: changes.on,
  };
}
