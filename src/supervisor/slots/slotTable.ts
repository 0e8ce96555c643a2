import type { Failure } from "../../shared/failure.ts";
import { steadyNow } from "../clock.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { RestartPolicy } from "./restartPolicy.ts";
import { createSlot, pardonSlot, type Slot } from "./slot.ts";

export interface SlotTableOptions {
  readonly policy: RestartPolicy;
  /** Whether a renewal takes care of this slot, so that nothing is started there. */
  readonly isOwned: (slot: Slot) => boolean;
  readonly start: (slot: Slot, generation: number) => WorkerHandle;
  readonly dismiss: (worker: WorkerHandle) => void;
  /** A slot may be started again now. */
  readonly due: () => void;
  /** The system did not start a worker. */
  readonly couldNotStart: (slot: Slot, failure: Failure) => void;
  /** A slot whose worker ended like a script that is done is filled again, since others serve. */
  readonly finishedEarly: (slot: Slot, failure: Failure) => void;
  /** A worker failed too often: the slot is left empty until somebody asks. */
  readonly gaveUp: (slot: Slot, failure: Failure) => void;
}

/** The seats of the app: opens and closes them, fills them, and decides when an empty one is filled again. */
export interface SlotTable {
  readonly slots: ReadonlyMap<number, Slot>;
  /** Opens and closes slots so that there are `wanted`, and starts workers where one is missing and due. */
  reconcile(wanted: number, generation: number): void;
  /** Makes every slot startable again. */
  pardonAll(generation: number): void;
  /** The worker of a slot ended unexpectedly. */
  failed(slot: Slot, worker: WorkerHandle): void;
  /** The workers that take connections and will go on doing so. */
  serving(): WorkerHandle[];
}

export function createSlotTable(options: SlotTableOptions): SlotTable {
  const { policy, isOwned, start, dismiss, due, couldNotStart, finishedEarly, gaveUp } = options;
  const slots = new Map<number, Slot>();

  const close = (slot: Slot): void => {
    clearTimeout(slot.retryTimer);
    slots.delete(slot.index);
    for (const worker of [slot.current, slot.next]) {
      if (worker !== undefined && worker.state !== "exited") {
        dismiss(worker);
      }
    }
  };

  const isDue = (slot: Slot): boolean => {
    if (slot.current !== undefined || slot.finished !== undefined || slot.givenUp || isOwned(slot)) {
      return false;
    }
    const wait = slot.retryAt - steadyNow();
    if (wait > 0 && slot.retryTimer === undefined) {
      slot.retryTimer = setTimeout(() => {
        slot.retryTimer = undefined;
        due();
      }, wait);
    }
    return wait <= 0;
  };

  const note = (slot: Slot, failure: Failure, readyMs: number): void => {
    slot.lastFailure = failure;
    const decision = policy.decide(slot.index, readyMs);
    if (decision.kind === "giveUp") {
      slot.givenUp = true;
      gaveUp(slot, failure);
    } else {
      slot.restarts += 1;
      slot.retryAt = steadyNow() + decision.delayMs;
    }
  };

  /** The system may refuse a process at once, for want of memory or because the environment is too large. */
  const tryToStart = (slot: Slot): void => {
    try {
      slot.current = start(slot, slot.generation);
    } catch (error) {
      const message = `The worker could not be started: ${String(error)}`;
      const failure: Failure = { code: "spawnFailed", message, exitCode: null, signal: null, stderr: [] };
      note(slot, failure, 0);
      couldNotStart(slot, failure);
    }
  };

  const serving = (): WorkerHandle[] =>
    [...slots.values()].flatMap(({ current }) => (current?.state === "ready" && current.connected ? [current] : []));

  /** Where others serve, the app is no script, and a worker that has ended is one too few. */
  const reconsider = (slot: Slot): void => {
    if (slot.finished !== undefined && serving().length > 0) {
      const failure = slot.finished;
      slot.finished = undefined;
      finishedEarly(slot, failure);
      note(slot, failure, 0);
    }
  };

  return {
    slots,
    reconcile(wanted, generation) {
      for (let index = 1; index <= wanted; index += 1) {
        if (!slots.has(index)) {
          slots.set(index, createSlot(index, generation));
        }
      }
      for (const slot of slots.values()) {
        if (slot.index > wanted) {
          close(slot);
          continue;
        }
        reconsider(slot);
        if (isDue(slot)) {
          tryToStart(slot);
        }
      }
    },
    pardonAll(generation) {
      for (const slot of slots.values()) {
        pardonSlot(slot);
        slot.generation = generation;
      }
    },
    failed(slot, worker) {
      if (worker.finished) {
        slot.finished = worker.failure;
      } else {
        note(slot, worker.failure, worker.readyMs);
      }
    },
    serving,
  };
}
