import { type Failure, failureOf } from "../../shared/failure.ts";
import { steadyNow } from "../clock.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { RestartDecision, RestartPolicy } from "./restartPolicy.ts";
import { createSlot, pardonSlot, type Slot } from "./slot.ts";

/** What the table needs from the app. */
export interface SlotHost {
  /** Whether the app is meant to run. */
  readonly running: boolean;
  readonly name: string;
  /** Whether a worker that ends by itself is started again. */
  readonly autorestart: boolean;
  /** @throws the system's error when it can't start a process. */
  startWorker(slot: Slot, generation: number): WorkerHandle;
  /** Orders a worker to exit; `handoff` only if another worker keeps serving. */
  dismiss(worker: WorkerHandle, how: { readonly handoff: boolean; readonly graceful: boolean }): void;
  /** Something may be due now. */
  reconcile(): void;
  /** The failure to end with if another attempt to fill a slot would end as its worker did; see `finalFailure`. */
  finalFailure(slot: Slot, failure: Failure, wasReady: boolean): Failure | undefined;
  /** A slot has no worker, and why; the worker that failed, if there was one. */
  lacks(failure: Failure, worker?: WorkerHandle): void;
}

/** The temporary manager of some slots, where nothing else may start a worker. */
export interface SlotOwner {
  owns(slot: Slot): boolean;
}

/** The slots of the app: opens and closes them, fills them, and decides when an empty one is filled again. */
export class SlotTable {
  readonly slots = new Map<number, Slot>();
  readonly #host: SlotHost;
  readonly #policy: RestartPolicy;
  readonly #events: Pick<EventLog, "log">;

  constructor(host: SlotHost, policy: RestartPolicy, events: Pick<EventLog, "log">) {
    this.#host = host;
    this.#policy = policy;
    this.#events = events;
  }

  /** The workers that take connections and will continue to. */
  serving(): WorkerHandle[] {
    return [...this.slots.values()].flatMap(({ current }) =>
      current?.state === "ready" && current.connected ? [current] : [],
    );
  }

  /** Opens and closes slots so that there are `wanted`. The workers of closed ones drain. */
  resize(wanted: number, generation: number): void {
    for (let index = 1; index <= wanted; index += 1) {
      if (!this.slots.has(index)) {
        this.slots.set(index, createSlot(index, generation));
      }
    }
    for (const slot of [...this.slots.values()].filter(({ index }) => index > wanted)) {
      clearTimeout(slot.retryTimer);
      this.slots.delete(slot.index);
      for (const worker of [slot.current, slot.next]) {
        if (worker !== undefined && worker.state !== "exited") {
          this.#host.dismiss(worker, { handoff: this.#host.running, graceful: false });
        }
      }
    }
  }

  /** Starts workers where one is missing and due. */
  fill(owner: SlotOwner | undefined): void {
    for (const slot of this.slots.values()) {
      this.#reconsider(slot);
      if (this.#isDue(slot, owner)) {
        this.#tryToStart(slot);
      }
    }
  }

  /** What has become of slots that stay without a worker. */
  empty(): { readonly givenUp: boolean; readonly done: number } {
    const slots = [...this.slots.values()];
    const ended = this.#host.autorestart ? [] : slots.flatMap(({ finished }) => finished ?? []);
    const done = ended.filter(({ exitCode }) => exitCode === 0).length;
    return { givenUp: slots.some(({ givenUp }) => givenUp) || done < ended.length, done };
  }

  /** Makes every slot startable again. */
  pardonAll(generation: number): void {
    for (const slot of this.slots.values()) {
      pardonSlot(slot);
      slot.generation = generation;
    }
  }

  /** A worker has ended. Unless it was dismissed, or was a script that is done, it is a failure of its slot. */
  vacate(worker: WorkerHandle): void {
    const slot = this.slots.get(worker.slot);
    if (slot?.next === worker) {
      slot.next = undefined;
    } else if (slot?.current === worker) {
      slot.current = undefined;
      if (worker.dismissed || worker.killRequested || !this.#host.running) {
        return;
      }
      if (worker.finished) {
        slot.finished = worker.failure;
      } else if (!this.#host.autorestart) {
        this.#leaveEmpty(slot, worker);
      } else {
        const final = this.#host.finalFailure(slot, worker.failure, worker.wasReady);
        const failure = final ?? worker.failure;
        this.#note(slot, failure, worker.readyMs, final !== undefined);
        this.#host.lacks(failure, worker);
      }
    }
  }

  /** Without `autorestart` a worker that has failed stays away. */
  #leaveEmpty(slot: Slot, worker: WorkerHandle): void {
    const { failure } = worker;
    slot.finished = failure;
    slot.lastFailure = failure;
    const message = `slot ${slot.index} stays without a worker, since autorestart is false`;
    this.#events.log("warning", "notRestarted", message);
    this.#host.lacks(failure, worker);
  }

  /** Where others serve, the app is no script, and an ended worker is missing. */
  #reconsider(slot: Slot): void {
    if (slot.finished !== undefined && this.#host.autorestart && this.serving().length > 0) {
      const ended = slot.finished;
      slot.finished = undefined;
      const final = this.#host.finalFailure(slot, ended, false);
      this.#host.lacks(final ?? ended);
      if (final === undefined) {
        const why = "its worker ended without ever listening, while others serve";
        this.#events.log("warning", "finishedEarly", `slot ${slot.index} is started again: ${why}`);
      }
      this.#note(slot, final ?? ended, 0, final !== undefined);
    }
  }

  #isDue(slot: Slot, owner: SlotOwner | undefined): boolean {
    if (slot.current !== undefined || slot.finished !== undefined || slot.givenUp || owner?.owns(slot) === true) {
      return false;
    }
    if (slot.retryAt > steadyNow()) {
      this.#wakeWhenDue(slot);
      return false;
    }
    return true;
  }

  #wakeWhenDue(slot: Slot): void {
    slot.retryTimer ??= setTimeout(
      () => {
        slot.retryTimer = undefined;
        this.#host.reconcile();
      },
      Math.max(0, slot.retryAt - steadyNow()),
    );
  }

  /** The system may refuse a process at once, for lack of memory or because the environment is too large. */
  #tryToStart(slot: Slot): void {
    try {
      slot.current = this.#host.startWorker(slot, slot.generation);
    } catch (error) {
      const failure = failureOf("spawnFailed", `The worker could not be started: ${String(error)}`);
      this.#note(slot, failure, 0);
      this.#host.lacks(failure);
      this.#events.log("error", "spawnFailed", `slot ${slot.index}: ${failure.message}`);
      if (!slot.givenUp) {
        // Without a process no exit will trigger another attempt.
        this.#wakeWhenDue(slot);
      }
    }
  }

  #note(slot: Slot, failure: Failure, readyMs: number, final = false): void {
    slot.lastFailure = failure;
    const decision: RestartDecision = final ? { kind: "giveUp" } : this.#policy.decide(slot.index, readyMs);
    if (decision.kind === "giveUp") {
      slot.givenUp = true;
      const state = final ? ":" : " is crash-looping,";
      const what = `${this.#host.name}${state} slot ${slot.index} is not started again by itself`;
      this.#events.log("error", "crashLooping", `${what}: ${failure.message}`);
    } else {
      slot.restarts += 1;
      slot.retryAt = steadyNow() + decision.delayMs;
    }
  }
}
