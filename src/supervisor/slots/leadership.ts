import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { Slot } from "./slot.ts";

/**
 * One worker of the app leads, for what must not be done by several: that of the first slot which is not without one for good. It
 * leads from its first line, since apps look there; the one before it no longer does when it starts, and does again if the new
 * one fails.
 */
export class Leadership {
  readonly #slots: ReadonlyMap<number, Slot>;
  #leader: WorkerHandle | undefined;

  constructor(slots: ReadonlyMap<number, Slot>) {
    this.#slots = slots;
  }

  /**
   * Starts the worker of a slot, which leads if it is to.
   * @param isOnTrial Whether a worker of another supervisor leads.
   */
  start(slot: Slot, isOnTrial: boolean, start: (leads: boolean) => WorkerHandle): WorkerHandle {
    if (isOnTrial || slot !== this.#leading()) {
      return start(false);
    }
    this.#appoint(undefined);
    const worker = start(true);
    this.#leader = worker;
    return worker;
  }

  /** None leads any more: another supervisor has the app. */
  resign(): void {
    this.#appoint(undefined);
  }

  /** Sees to it that the right one leads, after anything that has happened. */
  settle(): void {
    const slot = this.#leading();
    const due = [slot?.next, slot?.current].find((worker) => worker?.dismissed === false && !worker.dead);
    if (due !== this.#leader) {
      this.#appoint(due);
    }
  }

  #leading(): Slot | undefined {
    const open = [...this.#slots.values()].filter(({ givenUp, finished }) => !givenUp && finished === undefined);
    return open.sort((one, other) => one.index - other.index)[0];
  }

  #appoint(worker: WorkerHandle | undefined): void {
    this.#leader?.send({ type: "leader", on: false });
    worker?.send({ type: "leader", on: true });
    this.#leader = worker;
  }
}
