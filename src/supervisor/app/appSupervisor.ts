import { availableParallelism } from "node:os";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { HitlessError } from "../../shared/errors.ts";
import { type Failure, isPermanentFailure } from "../../shared/failure.ts";
import type { RecipeOrigin } from "../../shared/launch.ts";
import type { RequestResult } from "../../shared/protocol.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { AppState, RenewalKind, Snapshot } from "../../shared/snapshot.ts";
import { count } from "../../shared/text/count.ts";
import { Acceptor } from "../accept/acceptor.ts";

import { steadyNow } from "../clock.ts";
import { DebugSessions } from "../debug/debugSessions.ts";
import { InspectorDoors } from "../debug/inspectorDoors.ts";
import { HealthActions, type HealthHost } from "../health/healthActions.ts";
import { createReachability } from "../listening/reachability.ts";
import { createSocketKeeper, type SocketKeeper } from "../listening/unixSockets.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogStore } from "../logs/logStore.ts";
import { Metrics } from "../monitoring/metrics/metrics.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { chooseScheduling } from "../process/workerForker.ts";
import { createGenerations, type Generations } from "../renewal/generations.ts";
import { RecipeSource } from "../renewal/recipeSource.ts";
import { isSameFolder, resolvePlace } from "../renewal/releasePlace.ts";
import { Renewals, type RenewalsHost } from "../renewal/renewals.ts";
import { finalFailure } from "../slots/finalFailure.ts";
import { createRestartPolicy, type RestartPolicy } from "../slots/restartPolicy.ts";
import type { Slot } from "../slots/slot.ts";
import { type SlotHost, SlotTable } from "../slots/slotTable.ts";
import { HandoffBroker } from "../traffic/handoffBroker.ts";
import { mostOpenFiles } from "../traffic/openFileLimit.ts";
import { TrafficMeter } from "../traffic/trafficMeter.ts";
import { AppWatch } from "../watch/appWatch.ts";
import { WatcherProcess } from "../watcher/watcherProcess.ts";
import { describeExit, describeWorker } from "../worker/describeExit.ts";
import { drainOrderFor } from "../worker/drainOrder.ts";
import { primaryProtocolOf } from "../worker/notices/primaryProtocols.ts";
import type { WorkerEvents } from "../worker/workerEvents.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { WorkerRoster } from "../worker/workerRoster.ts";
import { AppCondition } from "./appCondition.ts";
import { createMessageTable } from "./messageTable.ts";
import { buildSnapshot } from "./snapshotBuilder.ts";
import { createSnapshotPublisher, type SnapshotPublisher } from "./snapshotPublisher.ts";

/** A reload that files caused is given up for the next one when none of its workers is ready after this many milliseconds. */
const outdatedMs = 3_000;

/** Files that are named of those that have changed. */
const staleNamed = 200;

export interface RenewOptions {
  /** The only worker to renew; absent: all. */
  readonly worker?: number | undefined;
  /** How to start the app from then on; absent: as before. */
  readonly recipe?: LaunchRecipe | undefined;
  /** For the report, one sentence each. */
  readonly notes?: readonly string[] | undefined;
  /** The files whose change made it necessary, relative to the app's folder; absent: somebody asked for it. */
  readonly files?: readonly string[] | undefined;
}

export interface AppSupervisorOptions {
  readonly recipe: LaunchRecipe;
  /** What it was made from, if that is to be read anew. */
  readonly origin?: RecipeOrigin | undefined;
  readonly version: string;
  readonly detached: boolean;
  /** Where supervisors write their endpoint files. */
  readonly endpointFolder: string;
  readonly logs: LogStore;
  readonly events: EventLog;
  readonly monitor: Pick<Monitor, "url" | "port" | "follow">;
}

/**
 * Runs one app: holds how it should be (running or not, how many workers, which generation) and what there is (the
 * slots with their workers), and brings the one to the other in `#reconcile`, which every event calls.
 */
export class AppSupervisor {
  readonly publisher: SnapshotPublisher;
  readonly renewals: Renewals;
  readonly metrics: Metrics;
  readonly roster: WorkerRoster;
  readonly debugSessions: DebugSessions;
  readonly watch: AppWatch;
  readonly source: RecipeSource;
  readonly #options: AppSupervisorOptions;
  readonly #generations: Generations;
  readonly #table: SlotTable;
  readonly #acceptor: Acceptor;
  readonly #health: HealthActions;
  readonly #broker: HandoffBroker;
  readonly #doors: InspectorDoors;
  readonly #traffic: TrafficMeter;
  readonly #workerEvents: WorkerEvents<WorkerHandle>;
  readonly #policy: RestartPolicy;
  readonly #condition = new AppCondition();
  readonly #keeper: SocketKeeper;
  readonly #watcher: WatcherProcess;
  /** Libraries of the app that were warned of. */
  readonly #warnedOf = new Set<string>();
  /** Workers that live, or of which something that they had started may. */
  readonly #uncleaned = new Set<WorkerHandle>();
  readonly #stops = createEmitter<void>();
  #desiredWorkers: number;
  /** Files that differ from what the running generation was started with, when somebody looked last. */
  #stale: number | undefined;
  #killedWhileStopping = 0;
  /** Until the end of `shutdownDelay`. */
  #leaveTimer: NodeJS.Timeout | undefined;
  #sequence = 0;
  #reconciling = false;

  constructor(options: AppSupervisorOptions) {
    const { recipe, logs, events, endpointFolder } = options;
    const host = this.#host();
    this.#options = options;
    this.source = new RecipeSource(options.origin);
    this.#generations = createGenerations(recipe);
    this.#desiredWorkers = workersOf(recipe);
    this.#policy = createRestartPolicy(
      () => ({ ...this.#generations.current, workers: this.#desiredWorkers }),
      steadyNow,
    );
    this.publisher = createSnapshotPublisher(() => this.snapshot());
    this.#table = new SlotTable(host, this.#policy, events);
    this.#watcher = new WatcherProcess(events);
    this.#keeper = createSocketKeeper({
      events,
      isServed: (path) => this.#acceptor.holds(path),
      putBack: (path) => this.renewals.current?.socketRemoved(path),
    });
    this.#broker = new HandoffBroker(this.#table);
    this.#acceptor = new Acceptor({
      shared: recipe.scheduling === "shared",
      paths: this.#keeper,
      limit: () => this.#generations.current.maxWaiting,
      mostOpenFiles,
      onRefused: (waiting) => this.#health.refused(waiting),
    });
    this.roster = new WorkerRoster({
      app: recipe.name,
      logs,
      events,
      reachability: createReachability({ acceptor: this.#acceptor, files: this.#keeper }),
      healthPort: () => options.monitor.port,
      endpointFolder,
      table: this.#table,
    });
    this.#doors = new InspectorDoors(events);
    this.debugSessions = new DebugSessions({ events, workers: host.workers });
    this.#health = new HealthActions(host, events, this.#acceptor);
    this.#traffic = new TrafficMeter({ workers: host.workers, broker: this.#broker, acceptor: this.#acceptor });
    this.renewals = new Renewals({ host, generations: this.#generations, traffic: this.#traffic, events });
    this.metrics = new Metrics({
      get isAsked() {
        return options.monitor.url !== undefined;
      },
      isReady: () => this.ready,
      snapshot: () => this.snapshot(),
      workers: host.workers,
    });
    this.renewals.onDidReport((report) => this.metrics.renewed(report));
    this.watch = new AppWatch(
      {
        recipe: () => this.#generations.current,
        place: () => resolvePlace(this.#generations.current),
        files: () => this.source.files,
        startedAt: () => this.#generations.openedAt,
        prepared: () => this.renewals.prepared,
        renew: (files) => this.#renewChanged(files),
        changed: () => this.publisher.invalidate(),
      },
      events,
    );
    this.#workerEvents = this.#listenToWorkers(host);
    chooseScheduling(recipe.scheduling);
  }

  /** Called whenever the app has come to rest: no worker is left and none will start by itself. */
  onDidStop(listener: () => void): Disposable {
    return this.#stops.on(listener);
  }

  /** Milliseconds a worker has to become ready, as the app is started now. */
  get readyTimeout(): number {
    return this.#generations.current.readyTimeout;
  }

  /** Whether no worker process, and none that one had started, is left and none will start by itself. */
  get stopped(): boolean {
    return !this.#condition.running && this.#uncleaned.size === 0;
  }

  /** Whether clients are served and will be: some worker takes connections and answers, and the app is not to stop. */
  get ready(): boolean {
    const { running, leaving } = this.#condition;
    return running && !leaving && this.#table.serving().some(({ vitals }) => vitals.responsive);
  }

  /** Workers that had to be killed during the last stop. */
  get killedWhileStopping(): number {
    return this.#killedWhileStopping;
  }

  snapshot(): Snapshot {
    this.#sequence += 1;
    const { version, detached } = this.#options;
    return buildSnapshot({
      sequence: this.#sequence,
      recipe: this.#generations.current,
      version,
      detached,
      state: this.#state(),
      generation: this.#generations.number,
      desiredWorkers: this.#desiredWorkers,
      startedAt: this.#condition.startedAt,
      failure: this.#condition.failure,
      crashes: this.#condition.crashes,
      finished: this.#condition.finished,
      health: this.#options.monitor.url,
      acceptor: this.#acceptor,
      slots: this.#table.slots,
      workers: this.roster.all,
      renewal: this.renewals.view(),
      watch: this.watch.view,
      stale: this.#stale,
    });
  }

  /** @throws HitlessError `invalidState` if the app runs. */
  start(): void {
    const { name } = this.#options.recipe;
    if (this.#condition.running && !this.#condition.leaving && this.#state() !== "crash-looping") {
      throw new HitlessError("invalidState", `${name} runs already.`);
    }
    if (this.#condition.leaving || (this.#uncleaned.size > 0 && !this.#condition.running)) {
      throw new HitlessError("invalidState", `${name} is still stopping; start it when it has stopped.`, {
        remedy: "retry",
      });
    }
    this.#policy.reset();
    this.#condition.started(this.#table.serving().length);
    if (this.roster.all.size === 0) {
      // Of a crash-looping app some workers may live: the new ones join their generation.
      const next = this.#generations.number + 1;
      this.#generations.open(next);
      this.#generations.commit(next);
    }
    this.#table.pardonAll(this.#generations.number);
    this.#log(
      "starting",
      `starting ${name}, ${count(this.#desiredWorkers, "worker")} of generation ${this.#generations.number}`,
    );
    this.#reconcile();
  }

  /**
   * Renews all workers or one; see `docs/reload.md`. While a renewal runs, further requests share one that follows.
   * @throws HitlessError `invalidState` if the app does not run, `workerNotFound`, `badConfig` for a recipe of another app.
   */
  renew(kind: RenewalKind, options: RenewOptions = {}): Promise<RenewalReport> {
    const { worker: workerId, recipe, notes, files } = options;
    const { name, cwd } = this.#options.recipe;
    if (!this.#condition.running) {
      throw new HitlessError("invalidState", `${name} is not running; start it first.`, { remedy: "start" });
    }
    if (this.#condition.leaving) {
      throw new HitlessError("invalidState", `${name} is still stopping; start it when it has stopped.`, {
        remedy: "retry",
      });
    }
    if (recipe !== undefined && (recipe.name !== name || !isSameFolder(recipe.cwd, cwd))) {
      throw new HitlessError(
        "badConfig",
        `This supervisor runs ${name} in ${cwd}; name and cwd can't change in a reload. Stop the app and start it anew.`,
      );
    }
    if (recipe !== undefined && workerId !== undefined) {
      throw new HitlessError(
        "badConfig",
        "recipe: one worker can't be started in another way than the rest; leave out either worker or recipe.",
      );
    }
    const slot = workerId === undefined ? undefined : this.#slotOf(workerId);
    const named = recipe && this.#generations.named(recipe);
    return this.renewals.request({ kind, slot: slot?.index, recipe: named, notes, files });
  }

  /**
   * How the app is to be started by what its files of variables, package.json and the like say now; `undefined` if they are as
   * they were.
   * @throws HitlessError which says what is wrong with them.
   */
  async readRecipe(): Promise<Pick<RenewOptions, "recipe" | "notes"> | undefined> {
    const reading = await this.source.readChanged();
    // The name is the app's as long as it runs, whatever its package is called by now.
    return reading && { notes: reading.notes, recipe: { ...reading.recipe, name: this.#options.recipe.name } };
  }

  /** Renews all workers by what those files say now. */
  async renewAnew(kind: RenewalKind, files?: readonly string[]): Promise<RenewalReport> {
    const reading = await this.readRecipe();
    return this.renew(kind, { ...reading, files });
  }

  /** Runs what the app's files are now: by a reload that one worker proves, or by a start where nothing runs. */
  #renewChanged(files: readonly string[]): void {
    if (this.stopped) {
      this.start();
      return;
    }
    if (!this.#condition.running) {
      // It is being stopped.
      return;
    }
    const { current } = this.renewals;
    if (current?.options.files !== undefined && steadyNow() - current.startedAt > outdatedMs && !current.hasReady) {
      // What it waits for may never come, and is not what the files are now.
      current.cancel("The files changed again.");
    }
    this.renewAnew("reload", files).catch((error: unknown) =>
      this.#options.events.log("warning", "watch", String(error)),
    );
    this.#reconcile();
  }

  /**
   * How the previous generation was started.
   * @throws HitlessError `invalidState` if there is none, or its files are not the same any more.
   */
  previousRecipe(): Promise<LaunchRecipe> {
    return this.#generations.previous();
  }

  /** Changes how many workers there should be; they start or drain at once. */
  scale(workers: number): { readonly from: number; readonly to: number } {
    const from = this.#desiredWorkers;
    this.#condition.scaled(this.#table.serving().length, from, workers);
    this.#desiredWorkers = workers;
    this.#log("scaling", `scaling ${this.#options.recipe.name} from ${from} to ${count(workers, "worker")}`);
    this.#reconcile();
    return { from, to: workers };
  }

  /** How a generation was started. */
  originOf(generation: number): { readonly recipe: LaunchRecipe; readonly commit: string | undefined } {
    return { recipe: this.#generations.of(generation), commit: this.#generations.commitOf(generation) };
  }

  /** Finds out whether a debugger has stopped a worker. */
  look(workerId: number): Promise<boolean> {
    return this.#health.heartbeat.look(this.roster.find(workerId));
  }

  /**
   * Lets a worker go on that a debugger has stopped.
   * @throws HitlessError `workerNotFound`, or `invalidState` if none has.
   */
  async resume(workerId: number): Promise<void> {
    const worker = this.roster.find(workerId);
    await worker.debugging.resume().catch((error: unknown) => {
      throw new HitlessError("invalidState", `Worker ${workerId} can't be continued: ${errorText(error)}.`);
    });
    await this.look(workerId);
  }

  /**
   * Sends all workers away, once `shutdownDelay` is over if clients are served. `now`: kills them. May be called again, to
   * hurry.
   */
  stop(now: boolean): void {
    const { shutdownDelay } = this.#generations.current;
    const serves = this.#condition.running && this.#table.serving().length > 0;
    const delay = now || !serves ? 0 : shutdownDelay;
    if (this.#condition.running && !this.#condition.leaving) {
      const how = now ? " now" : delay === 0 ? "" : `; it serves on for ${delay} ms (shutdownDelay)`;
      this.#log("stopping", `stopping ${this.#options.recipe.name}${how}`);
      this.#killedWhileStopping = 0;
    }
    this.#condition.leaving = this.#condition.running;
    for (const worker of this.roster.all.values()) {
      // A stop must come to its end, whoever debugs.
      worker.debugging.ignorePauses();
    }
    this.renewals.abort("The app was stopped.");
    if (delay === 0) {
      this.#sendAllAway(now);
      return;
    }
    this.#leaveTimer ??= setTimeout(() => this.#sendAllAway(false), delay);
    this.#reconcile();
  }

  #sendAllAway(now: boolean): void {
    clearTimeout(this.#leaveTimer);
    this.#leaveTimer = undefined;
    this.#condition.running = false;
    this.#condition.leaving = false;
    if (now) {
      this.roster.killAll();
      for (const worker of this.#uncleaned) {
        if (worker.state === "exited") {
          worker.kill("stopping");
        }
      }
    }
    this.#reconcile();
  }

  #log(code: string, message: string): void {
    this.#options.events.log("info", code, message);
  }

  #state(): AppState {
    return this.#condition.state({
      workers: this.#uncleaned.size,
      serving: this.#table.serving().length,
      desired: this.#desiredWorkers,
      givenUp: [...this.#table.slots.values()].some((slot) => slot.givenUp),
      renewing: this.renewals.busy,
    });
  }

  #slotOf(workerId: number): Slot {
    const worker = this.roster.find(workerId);
    const slot = this.#table.slots.get(worker.slot);
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
      this.#table.resize(this.#condition.running ? this.#desiredWorkers : 0, this.#startGeneration());
      this.#table.fill(this.renewals.current);
      this.renewals.step();
    } finally {
      this.#reconciling = false;
    }
    this.#admit();
    this.publisher.invalidate();
    this.#checkRest();
  }

  /** Clients are given to those workers that serve or, with real traffic, are on trial; to no other that listens. */
  #admit(): void {
    const admitted = new Set([...this.#table.serving(), ...(this.renewals.current?.onTrial ?? [])]);
    for (const worker of this.roster.all.values()) {
      this.#acceptor.admit(worker.id, admitted.has(worker));
      if (admitted.has(worker)) {
        worker.noteAdmitted();
      }
    }
  }

  /** The generation of a slot that is new: in a restart the one that comes, else the one that is proven. */
  #startGeneration(): number {
    const { current } = this.renewals;
    return current?.options.kind === "restart" ? current.options.to : this.#generations.number;
  }

  #commit(generation: number): void {
    const before = this.#generations.current;
    this.#generations.commit(Math.max(this.#generations.number, generation));
    if (workersOf(this.#generations.current) !== workersOf(before)) {
      this.#desiredWorkers = workersOf(this.#generations.current);
    }
    this.#condition.renewed();
    this.#policy.reset();
    this.#stale = undefined;
    this.watch.follow();
  }

  /** Looks which files differ from what the running generation was started with. */
  async lookForStale(): Promise<RequestResult<"app/stale">> {
    const generation = this.#generations.number;
    const commit = this.#generations.commitOf(generation);
    const files = await this.watch.stale(generation, this.#generations.openedAtOf(generation));
    if (generation === this.#generations.number) {
      this.#stale = files.length;
      this.publisher.invalidate();
    }
    return {
      generation,
      count: files.length,
      files: files.slice(0, staleNamed),
      ...(commit !== undefined && { commit }),
    };
  }

  /** What its parts may ask of the app. */
  #host(): Host {
    const app = this;
    return {
      get name() {
        return app.#options.recipe.name;
      },
      get recipe() {
        return app.#generations.current;
      },
      get running() {
        return app.#condition.running;
      },
      get renewing() {
        return app.renewals.current !== undefined;
      },
      get leaving() {
        return app.#condition.leaving;
      },
      settle: async (recipe) => {
        const kept = await this.#options.monitor.follow(recipe.health);
        return kept === undefined ? [] : [kept];
      },
      get slots() {
        return app.#table.slots;
      },
      workers: () => this.roster.all.values(),
      reconcile: () => this.#reconcile(),
      changed: () => this.publisher.invalidate(),
      startWorker: ({ index: slot }, generation) => {
        const recipe = this.#generations.placed(generation);
        const debug = this.debugSessions.startOf(slot);
        const worker = this.roster.start({ recipe, slot, generation, events: this.#workerEvents, debug });
        this.#uncleaned.add(worker);
        this.#doors.started(worker, worker.inspectPlace);
        this.#watcher.add({ pid: worker.pid, mark: worker.mark, killTimeout: recipe.killTimeout });
        return worker;
      },
      dismiss: (worker, how) => this.#dismiss(worker, how),
      replace: async (worker) => this.renew("reload", { worker: worker.id }),
      commit: (generation) => this.#commit(generation),
      finalFailure: ({ lastFailure: before }, failure, wasReady) => {
        const { everFull } = this.#condition;
        return finalFailure({ failure, before, wasReady, everFull, othersServe: this.#table.serving().length > 0 });
      },
      lacks: (failure, worker) => this.#lacks(failure, worker),
      wakeAfter: (ms) => void setTimeout(() => this.#reconcile(), ms),
      log: (level, code, message) => this.#options.events.log(level, code, message),
    };
  }

  #listenToWorkers({ changed, reconcile }: Host): WorkerEvents<WorkerHandle> {
    const acceptor = this.#acceptor;
    const { metrics } = this;
    const { heartbeat } = this.#health;
    return {
      messages: createMessageTable({ acceptor, broker: this.#broker, traffic: this.#traffic, heartbeat, metrics }),
      acceptor,
      debugging: (worker) => {
        if (worker.debugging.openedBySignal) {
          this.#doors.signalled(worker);
        }
        reconcile();
      },
      appMessage: (worker, message) => this.#warnOfProtocol(worker, message),
      changed,
      listening: reconcile,
      ready: (worker) => this.#workerReady(worker),
      unready: (worker) => {
        this.renewals.current?.workerUnready(worker);
        this.#reconcile();
      },
      notReady: (worker, failure) => this.#workerNotReady(worker, failure),
      drained: (worker, end) => metrics.askLast(worker, end),
      unreachable: (worker) => this.#broker.workerLeft(worker),
      exited: (worker) => this.#workerExited(worker),
      cleanedUp: (worker) => {
        this.#uncleaned.delete(worker);
        this.#watcher.remove(worker.pid);
        this.#reconcile();
      },
    };
  }

  #dismiss(worker: WorkerHandle, how: { readonly handoff: boolean; readonly graceful: boolean }): void {
    if (!worker.wasReady && worker.servers.size === 0) {
      // It never served anybody: there is nothing to drain.
      worker.terminate();
    } else {
      worker.dismiss(drainOrderFor(worker, this.#generations.current, { ...how, serving: this.#table.serving() }));
    }
  }

  /** Once for each library, since its own primary will never answer. */
  #warnOfProtocol(worker: WorkerHandle, message: unknown): void {
    const protocol = primaryProtocolOf(message);
    if (protocol !== undefined && !this.#warnedOf.has(protocol.library)) {
      this.#warnedOf.add(protocol.library);
      worker.warn("primaryProtocol", `${protocol.library} expects a cluster primary of its own: ${protocol.advice}`);
    }
  }

  #workerReady(worker: WorkerHandle): void {
    const ms = (worker.readyAt ?? 0) - worker.startedAt;
    this.#options.events.log("info", "workerReady", `${describeWorker(worker)} ready after ${ms} ms`, worker.id);
    this.#condition.workerReady(this.#table.serving().length, this.#desiredWorkers);
    this.#reconcile();
  }

  #workerNotReady(worker: WorkerHandle, failure: Failure): void {
    this.renewals.current?.workerFailed(worker, failure);
    if (!worker.dismissed) {
      // Its exit counts as a failure of the slot, with this reason.
      worker.kill("unfit");
    }
    this.#reconcile();
  }

  #workerExited(worker: WorkerHandle): void {
    // First of all: whatever else goes wrong, it is not counted among the living.
    this.roster.remove(worker);
    this.#doors.ended(worker);
    // Many apps remove the file of their socket at their end.
    this.#keeper.look();
    this.#options.logs.ended(worker.id);
    this.metrics.workerExited(worker, !worker.dismissed && !worker.killRequested && !worker.finished);
    const { level, code, message } = describeExit(worker, this.#condition.running);
    this.#options.events.log(level, code, message, worker.id);
    this.#broker.workerLeft(worker);
    this.#traffic.workerExited(worker);
    if (worker.killed && worker.dismissed) {
      this.#killedWhileStopping += 1;
    }
    if (!worker.dismissed) {
      this.renewals.current?.workerFailed(worker, worker.failure);
    }
    this.renewals.current?.workerExited(worker);
    this.#table.vacate(worker);
    this.#acceptor.gone(worker.id);
    this.#reconcile();
  }

  /** A slot has no worker, and why. */
  #lacks(failure: Failure, worker?: WorkerHandle): void {
    this.#condition.crashed(failure, worker?.slot);
    if (this.#condition.everReady || !isPermanentFailure(failure)) {
      return;
    }
    const place = worker?.refusedPlace;
    if (typeof place !== "string") {
      // The next try would end the same way: tell it now rather than try it ten times.
      this.stop(false);
      return;
    }
    this.#keeper.clear(place, (cleared) => {
      if (!cleared && this.#condition.running && !this.#condition.everReady) {
        this.stop(false);
      }
    });
  }

  /** Settles what has come to an end: an app whose script is done, or that was stopped. */
  #checkRest(): void {
    const slots = [...this.#table.slots.values()];
    if (this.#condition.running && slots.length > 0 && slots.every((slot) => slot.finished !== undefined)) {
      this.#condition.scriptEnded();
      this.renewals.abort("The app's script has finished.");
      this.renewals.step();
    }
    if (this.stopped) {
      if (this.watch.active) {
        this.#log("waitingForChange", "nothing runs; waiting for a change of the files");
      }
      this.#acceptor.end();
      this.#stops.fire();
    }
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Host = SlotHost & RenewalsHost & HealthHost;

function workersOf({ workers }: LaunchRecipe): number {
  return workers === "max" ? availableParallelism() : workers;
}
