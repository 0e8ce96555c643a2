import type { Failure } from "../../shared/failure.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** A place for one worker; during a reload also for the worker that will replace it. */
export interface Slot {
  /** From 1. */
  readonly index: number;
  /** The generation of this slot's worker when it has to be started again. */
  generation: number;
  current: WorkerHandle | undefined;
  /** The worker of the new generation, while it is being proven. */
  next: WorkerHandle | undefined;
  restarts: number;
  lastFailure: Failure | undefined;
  /** Epoch milliseconds before which it is not started again. */
  retryAt: number;
  retryTimer: NodeJS.Timeout | undefined;
  /**
   * How its worker ended, if it is not started again: with code 0 without ever having been ready (unless others serve), or in any
   * way without `autorestart`.
   */
  finished: Failure | undefined;
  /** Too many unexpected exits: no longer restarted automatically. */
  givenUp: boolean;
}

export function createSlot(index: number, generation: number): Slot {
  return {
    index,
    generation,
    current: undefined,
    next: undefined,
    restarts: 0,
    lastFailure: undefined,
    retryAt: 0,
    retryTimer: undefined,
    finished: undefined,
    givenUp: false,
  };
}

/** Makes a slot startable again and clears its failures. */
export function pardonSlot(slot: Slot): void {
  clearTimeout(slot.retryTimer);
  slot.retryTimer = undefined;
  slot.retryAt = 0;
  slot.finished = undefined;
  slot.givenUp = false;
}
