import type { Failure } from "../../shared/failure.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** One seat of the app: its worker, and during a reload the worker that will take it over. */
export interface Slot {
  /** From 1. */
  readonly index: number;
  /** The generation a worker of this slot belongs to when it has to be started again. */
  generation: number;
  current: WorkerHandle | undefined;
  /** Of the new generation, while it is being proven. */
  next: WorkerHandle | undefined;
  restarts: number;
  lastFailure: Failure | undefined;
  /** Epoch milliseconds before which it is not started again. */
  retryAt: number;
  retryTimer: NodeJS.Timeout | undefined;
  /** How its worker ended, if it did with code 0 without ever listening: nothing to start again, unless others serve. */
  finished: Failure | undefined;
  /** Too many unexpected exits: not started again by itself. */
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

/** Makes a slot startable again, as if nothing had happened to it. */
export function pardonSlot(slot: Slot): void {
  clearTimeout(slot.retryTimer);
  slot.retryTimer = undefined;
  slot.retryAt = 0;
  slot.finished = undefined;
  slot.givenUp = false;
}
