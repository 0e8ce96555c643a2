import { availableParallelism } from "node:os";
import type { LaunchRecipe } from "../shared/appConfig.ts";
import { HitlessError } from "../shared/errors.ts";
import { type Failure, isPermanentFailure } from "../shared/failure.ts";
import type { RenewalReport } from "../shared/report.ts";
import type { AppState, RenewalKind, Snapshot } from "../shared/snapshot.ts";
import type { EventLog } from "./eventLog.ts";
import { createHandoffBroker } from "./handoffBroker.ts";
import type { LogStore } from "./logStore.ts";
import { createRenewalDesk, type RenewalDesk } from "./renewalDesk.ts";
import { createRestartPolicy } from "./restartPolicy.ts";
import { createSlot, pardonSlot, type Slot } from "./slot.ts";
import { buildSnapshot } from "./snapshotBuilder.ts";
import { createSnapshotPublisher, type SnapshotPublisher } from "./snapshotPublisher.ts";
import { type SuperviseOptions, superviseWorker } from "./superviseWorker.ts";
import { prepareCluster } from "./workerForker.ts";
import type { WorkerHandle } from "./workerHandle.ts";

/** Idle connections that can't be handed over are closed by their own keepAliveTimeout, at the latest this long before a drain is cut. */
const idleMarginMs = 1_000;

export interface AppSupervisorOptions {
  readonly recipe: LaunchRecipe;
  readonly version: string;
  readonly detached: boolean;
  readonly logs: LogStore;
  readonly events: EventLog;
}

/**
 * Runs one app: holds how it should be (running or not, how many workers, which generation) and what there is (the
 * slots with their workers), and brings the one to the other in `#reconcile`, which every event calls.
 */
export class AppSupervisor {
  readonly publisher: SnapshotPublisher;
  readonly renewals: RenewalDesk;
  readonly #options: AppSupervisorOptions;
  readonly #slots = new Map<number, Slot>();
  /** Every worker whose process may still exist, by id. */
  readonly #workers = new Map<number, WorkerHandle>();
  readonly #broker = createHandoffBroker(() => this.#serving());
  readonly #policy;
  readonly #stopListeners: (() => void)[] = [];
  #running = false;
  #desiredWorkers: number;
  #generation = 0;
  #startedAt = Date.now();
  #failure: Failure | undefined;
  /** Some worker was ready since the last start: from then on a failure is a crash, not a bad start. */
  #everReady = false;
  #everFull = false;
  #finished = false;
  #killedWhileStopping = 0;
  #sequence = 0;
  #reconciling = false;

  constructor(options: AppSupervisorOptions) {
    this.#options = options;
    const { workers, maxRestarts } = options.recipe;
    this.#desiredWorkers = workers === "max" ? availableParallelism() : workers;
    this.#policy = createRestartPolicy(maxRestarts, () => performance.now());
    this.publisher = createSnapshotPublisher(() => this.snapshot());
    this.renewals = createRenewalDesk({
      slots: this.#slots,
      events: options.events,
      broker: this.#broker,
      recipe: options.recipe,
      isRunning: () => this.#running,
      generation: () => this.#generation,
      workers: () => this.#workers.values(),
      reconcile: () => this.#reconcile(),
      startWorker: (slot, generation) => this.#startWorker(slot, generation),
      dismiss: (worker, options) => this.#dismiss(worker, options),
      commit: (generation) => {
        this.#generation = Math.max(this.#generation, generation);
        this.#failure = undefined;
        this.#policy.reset();
      },
    });
    prepareCluster(options.recipe);
  }

  /** Called whenever the app has come to rest: no worker is left and none will start by itself. */
  onDidStop(listener: () => void): void {
    this.#stopListeners.push(listener);
  }

  /** Whether no worker process is left and none will start by itself. */
  get stopped(): boolean {
    return !this.#running && this.#workers.size === 0;
  }

  /** Workers that had to be killed during the last stop. */
  get killedWhileStopping(): number {
    return this.#killedWhileStopping;
  }

  snapshot(): Snapshot {
    this.#sequence += 1;
    const { recipe, version, detached } = this.#options;
    return buildSnapshot({
      sequence: this.#sequence,
      recipe,
      version,
      detached,
      state: this.#state(),
      generation: this.#generation,
      desiredWorkers: this.#desiredWorkers,
      startedAt: this.#startedAt,
      failure: this.#failure,
      finished: this.#finished,
      slots: this.#slots,
      workers: this.#workers,
      renewal: this.renewals.view(),
    });
  }

  /** @throws HitlessError `invalidState` if the app runs. */
  start(): void {
    if (this.#running && this.#state() !== "crash-looping") {
      throw new HitlessError("invalidState", `${this.#options.recipe.name} runs already.`);
    }
    if (this.#workers.size > 0 && !this.#running) {
      throw new HitlessError(
        "invalidState",
        `${this.#options.recipe.name} is still stopping; start it when it has stopped.`,
        { remedy: "retry" },
      );
    }
    this.#policy.reset();
    this.#startedAt = Date.now();
    this.#failure = undefined;
    this.#everReady = this.#serving().length > 0;
    this.#everFull = false;
    this.#finished = false;
    this.#running = true;
    this.#generation += 1;
    for (const slot of this.#slots.values()) {
      pardonSlot(slot);
      slot.generation = this.#generation;
    }
    this.#options.events.log(
      "info",
      "starting",
      `starting ${this.#options.recipe.name}, ${this.#desiredWorkers} workers of generation ${this.#generation}`,
    );
    this.#reconcile();
  }

  /**
   * Renews all workers or one; see `docs/reload.md`. While a renewal runs, further requests share one that follows.
   * @throws HitlessError `invalidState` if the app does not run, `workerNotFound`.
   */
  renew(kind: RenewalKind, workerId: number | undefined): Promise<RenewalReport> {
    if (!this.#running) {
      throw new HitlessError("invalidState", `${this.#options.recipe.name} does not run; start it first.`, {
        remedy: "start",
      });
    }
    const slot = workerId === undefined ? undefined : this.#slotOf(workerId);
    return this.renewals.request(kind, slot?.index);
  }

  /** Changes how many workers there should be; they start or drain at once. */
  scale(workers: number): { readonly from: number; readonly to: number } {
    const from = this.#desiredWorkers;
    this.#desiredWorkers = workers;
    this.#options.events.log(
      "info",
      "scaling",
      `scaling ${this.#options.recipe.name} from ${from} to ${workers} workers`,
    );
    this.#reconcile();
    return { from, to: workers };
  }

  /** @throws HitlessError `workerNotFound` */
  killWorker(workerId: number): void {
    const worker = this.#find(workerId);
    worker.killRequested = true;
    worker.kill();
  }

  /** Sends all workers away. `now`: kills them. May be called again, to hurry. */
  stop(now: boolean): void {
    if (this.#running) {
      this.#options.events.log("info", "stopping", `stopping ${this.#options.recipe.name}${now ? " now" : ""}`);
      this.#killedWhileStopping = 0;
    }
    this.#running = false;
    this.renewals.current?.abort("The app was stopped.");
    if (now) {
      for (const worker of this.#workers.values()) {
        worker.kill();
      }
    }
    this.#reconcile();
  }

  #state(): AppState {
    if (!this.#running) {
      return this.#workers.size > 0 ? "stopping" : "stopped";
    }
    if ([...this.#slots.values()].some((slot) => slot.givenUp)) {
      return "crash-looping";
    }
    if (this.renewals.current !== undefined) {
      return "reloading";
    }
    if (this.#serving().length >= this.#desiredWorkers) {
      return "running";
    }
    return this.#everFull ? "degraded" : "starting";
  }

  /** Workers that take connections and will go on doing so. */
  #serving(): WorkerHandle[] {
    return [...this.#slots.values()].flatMap(({ current }) => (current?.state === "ready" ? [current] : []));
  }

  #find(workerId: number): WorkerHandle {
    const worker = this.#workers.get(workerId);
    if (worker === undefined) {
      throw new HitlessError("workerNotFound", `${this.#options.recipe.name} has no worker ${workerId}.`);
    }
    return worker;
  }

  #slotOf(workerId: number): Slot {
    const worker = this.#find(workerId);
    const slot = this.#slots.get(worker.slot);
    if (slot?.current !== worker) {
      throw new HitlessError("workerNotFound", `Worker ${workerId} is leaving already.`);
    }
    return slot;
  }

  /** Brings what there is to how it should be. Every event ends here. */
  #reconcile(): void {
    if (this.#reconciling) {
      return;
    }
    this.#reconciling = true;
    try {
      this.#reconcileSlots();
      this.renewals.step();
    } finally {
      this.#reconciling = false;
    }
    this.publisher.invalidate();
    this.#checkRest();
  }

  #reconcileSlots(): void {
    const wanted = this.#running ? this.#desiredWorkers : 0;
    for (let index = 1; index <= wanted; index += 1) {
      if (!this.#slots.has(index)) {
        this.#slots.set(index, createSlot(index, this.#generation));
      }
    }
    for (const slot of this.#slots.values()) {
      if (slot.index > wanted) {
        this.#emptySlot(slot);
      } else if (this.#mayStart(slot)) {
        slot.current = this.#startWorker(slot, slot.generation);
      }
    }
  }

  #emptySlot(slot: Slot): void {
    clearTimeout(slot.retryTimer);
    for (const worker of [slot.current, slot.next]) {
      if (worker !== undefined && worker.state !== "exited") {
        this.#dismiss(worker, { handoff: this.#running, graceful: false });
      }
    }
    this.#slots.delete(slot.index);
  }

  #mayStart(slot: Slot): boolean {
    if (slot.current !== undefined || slot.finished || slot.givenUp || (this.renewals.current?.owns(slot) ?? false)) {
      return false;
    }
    const wait = slot.retryAt - Date.now();
    if (wait > 0) {
      slot.retryTimer ??= setTimeout(() => {
        slot.retryTimer = undefined;
        this.#reconcile();
      }, wait);
      return false;
    }
    return true;
  }

  #startWorker(slot: Slot, generation: number): WorkerHandle {
    const { recipe, logs, events } = this.#options;
    const callbacks: SuperviseOptions["callbacks"] = {
      changed: () => this.publisher.invalidate(),
      started: (worker) => this.renewals.traffic.workerStarted(worker),
      counted: (worker, served) => this.renewals.traffic.workerCounted(worker, served),
      ready: (worker) => {
        this.#everReady = true;
        events.log(
          "info",
          "workerReady",
          `worker ${worker.id} (slot ${worker.slot}, pid ${worker.pid}) ready after ${worker.readyAt === undefined ? 0 : worker.readyAt - worker.startedAt} ms`,
          worker.id,
        );
        this.#reconcile();
        if (this.#serving().length >= this.#desiredWorkers) {
          this.#everFull = true;
          this.#failure = undefined;
        }
      },
      notReady: (worker, failure) => this.#workerNotReady(worker, failure),
      exited: (worker) => this.#workerExited(worker),
    };
    const handle = superviseWorker({
      recipe,
      slot: slot.index,
      generation,
      logs,
      events,
      broker: this.#broker,
      callbacks,
    });
    this.#workers.set(handle.id, handle);
    return handle;
  }

  #dismiss(
    worker: WorkerHandle,
    { handoff, graceful }: { readonly handoff: boolean; readonly graceful: boolean },
  ): void {
    const { drainTimeout, streamGrace, drainSpread } = this.#options.recipe;
    if (worker.readyAt === undefined && worker.servers.size === 0) {
      // It never served anybody: there is nothing to drain.
      worker.terminate();
      return;
    }
    const idleGraceMs = handoff ? Math.max(0, drainTimeout - idleMarginMs) : 0;
    const others = handoff && this.#options.recipe.handoff ? this.#serving().filter((other) => other !== worker) : [];
    const servers = [...worker.servers.keys()].filter((key) => others.some((other) => other.servers.get(key)?.handoff));
    worker.dismiss({
      handoff: servers,
      graceful,
      idleGraceMs,
      streamGraceMs: handoff ? streamGrace : 0,
      spreadMs: handoff ? drainSpread : 0,
      drainTimeout,
    });
  }

  #workerNotReady(worker: WorkerHandle, failure: Failure): void {
    worker.verdict = failure;
    this.renewals.current?.workerFailed(worker, failure);
    if (!worker.dismissed) {
      // Its exit counts as a failure of the slot, with this reason.
      worker.kill();
    }
    this.#reconcile();
  }

  #workerExited(worker: WorkerHandle): void {
    const { events } = this.#options;
    this.#workers.delete(worker.id);
    this.#broker.workerExited(worker);
    this.renewals.traffic.workerExited(worker);
    const slot = this.#slots.get(worker.slot);
    const unexpected = !worker.dismissed;
    const finished = unexpected && worker.finished;
    if (worker.killed && worker.dismissed) {
      this.#killedWhileStopping += 1;
    }
    const who = `worker ${worker.id} (slot ${worker.slot}, pid ${worker.pid})`;
    if (worker.killRequested) {
      events.log("info", "workerKilled", `${who} was killed as asked`, worker.id);
    } else if (finished) {
      events.log("info", "workerFinished", `${who} finished (exit code 0) without ever listening`, worker.id);
    } else if (unexpected && this.#running) {
      events.log("error", "workerDied", `${who}: ${worker.failure.message}`, worker.id);
    } else {
      events.log("info", "workerGone", `${who} is gone`, worker.id);
    }
    if (unexpected) {
      this.renewals.current?.workerFailed(worker, worker.failure);
    }
    this.renewals.current?.workerExited(worker);
    if (slot?.next === worker) {
      slot.next = undefined;
    } else if (slot?.current === worker) {
      slot.current = undefined;
      if (unexpected && this.#running) {
        this.#slotFailed(slot, worker);
      }
    }
    this.#reconcile();
  }

  #slotFailed(slot: Slot, worker: WorkerHandle): void {
    if (worker.killRequested) {
      return;
    }
    if (worker.finished) {
      slot.finished = true;
      return;
    }
    const { failure } = worker;
    slot.lastFailure = failure;
    this.#failure = failure;
    if (!this.#everReady && isPermanentFailure(failure)) {
      // The next try would end the same way: tell it now rather than try it ten times.
      this.stop(false);
      return;
    }
    const decision = this.#policy.decide(slot.index, worker.readyMs);
    if (decision.kind === "giveUp") {
      slot.givenUp = true;
      this.#options.events.log(
        "error",
        "crashLooping",
        `${this.#options.recipe.name} is crash-looping, slot ${slot.index} is not started again by itself: ${failure.message}`,
      );
      return;
    }
    slot.restarts += 1;
    slot.retryAt = Date.now() + decision.delayMs;
  }

  /** Settles what has come to an end: an app whose script is done, or that was stopped. */
  #checkRest(): void {
    const slots = [...this.#slots.values()];
    if (this.#running && slots.length > 0 && slots.every((slot) => slot.finished)) {
      this.#running = false;
      this.renewals.current?.abort("The app's script has finished.");
      this.#finished = true;
      this.renewals.step();
    }
    if (this.stopped) {
      for (const listener of this.#stopListeners) {
        listener();
      }
    }
  }
}
