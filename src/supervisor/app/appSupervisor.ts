import { type LaunchRecipe, surgeCount } from "../../shared/appConfig.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { HitlessError } from "../../shared/errors.ts";
import { stoppedReason } from "../../shared/facts/reportFacts.ts";
import type { RequestResult } from "../../shared/protocol.ts";
import type { AppState, Snapshot } from "../../shared/snapshot.ts";
import { count } from "../../shared/text/count.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import { chooseScheduling } from "../accept/whoAccepts.ts";
import type { DebugSessions } from "../debug/debugSessions.ts";
import type { Metrics } from "../monitoring/metrics/metrics.ts";
import type { Generations } from "../renewal/generations.ts";
import { hasPreReload } from "../renewal/preReload.ts";
import type { RecipeSource } from "../renewal/recipeSource.ts";
import type { Renewals } from "../renewal/renewals.ts";
import { bootBudget } from "../renewal/steps/bootBudget.ts";
import { finalFailure } from "../slots/finalFailure.ts";
import type { SlotTable } from "../slots/slotTable.ts";
import type { AppWatch } from "../watch/appWatch.ts";
import type { WorkerRoster } from "../worker/workerRoster.ts";
import { AppCondition } from "./appCondition.ts";
import { type AppHost, type AppParts, type AppSupervisorOptions, createAppParts } from "./appParts.ts";
import { AppSuccession } from "./appSuccession.ts";
import { workersOf } from "./estate.ts";
import { RenewalRequests } from "./renewalRequests.ts";
import { Schedule } from "./schedule.ts";
import { buildSnapshot } from "./snapshotBuilder.ts";
import type { SnapshotPublisher } from "./snapshotPublisher.ts";
import { WorkerLife } from "./workerLife.ts";

/** Files that are named of those that have changed. */
const staleNamed = 200;

/**
 * Runs one app: holds how it should be (running or not, how many workers, which generation) and what there is (the
 * slots with their workers), and brings the one to the other in `#reconcile`, which every event calls.
 */
export class AppSupervisor {
  readonly publisher: SnapshotPublisher;
  readonly renewals: Renewals;
  readonly renewalRequests: RenewalRequests;
  readonly metrics: Metrics;
  readonly roster: WorkerRoster;
  readonly debugSessions: DebugSessions;
  readonly watch: AppWatch;
  readonly source: RecipeSource;
  readonly succession: AppSuccession;
  readonly #options: AppSupervisorOptions;
  readonly #parts: AppParts;
  readonly #generations: Generations;
  readonly #table: SlotTable;
  readonly #life: WorkerLife;
  readonly #schedule: Schedule;
  readonly #condition = new AppCondition();
  readonly #stops = createEmitter<void>();
  #desiredWorkers: number;
  /** Files that differ from what the running generation was started with, when somebody looked last. */
  #stale: number | undefined;
  /** Until the end of `shutdownDelay`. */
  #leaveTimer: NodeJS.Timeout | undefined;
  /** Its files have changed while it was stopping because it could not start. */
  #startsWhenStopped = false;
  #sequence = 0;
  #reconciling = false;

  constructor(options: AppSupervisorOptions) {
    const { recipe, logs, events } = options;
    const host = this.#host();
    const parts = createAppParts(options, host);
    this.#options = options;
    this.#desiredWorkers = options.trial?.estate.desiredWorkers ?? workersOf(recipe);
    this.#parts = parts;
    this.#generations = parts.generations;
    this.#table = parts.table;
    this.publisher = parts.publisher;
    this.renewals = parts.renewals;
    this.metrics = parts.metrics;
    this.roster = parts.roster;
    this.debugSessions = parts.debugSessions;
    this.watch = parts.watch;
    this.source = parts.source;
    this.renewalRequests = new RenewalRequests({ cwd: recipe.cwd, host, parts, events });
    this.#life = new WorkerLife({
      host,
      parts,
      condition: this.#condition,
      logs,
      events,
      giveUp: () => this.stop(false),
    });
    this.succession = new AppSuccession({
      ...{ host, parts, condition: this.#condition, life: this.#life, trial: options.trial },
      sequence: () => this.#sequence,
      countFrom: (last) => {
        this.#sequence = Math.max(this.#sequence, last);
      },
      endSchedule: () => void this.#schedule.follow(undefined),
    });
    this.#schedule = new Schedule({ events, due: (pattern) => this.#renewBySchedule(pattern) });
    chooseScheduling(recipe.scheduling, events);
    if (options.trial !== undefined) {
      this.#generations.continueAfter(options.trial.estate.generation);
    }
  }

  /** Called whenever the app has come to rest: no worker is left and none will start by itself. */
  onDidStop(listener: () => void): Disposable {
    return this.#stops.on(listener);
  }

  /** How the app is started now. */
  get recipe(): LaunchRecipe {
    return this.#generations.current;
  }

  /** Whether no worker process, and none that one had started, is left and none will start by itself. */
  get stopped(): boolean {
    return !this.#condition.running && this.#life.uncleaned.size === 0;
  }

  /** Whether clients are served and will be: some worker takes connections and answers, and the app is not to stop. */
  get ready(): boolean {
    const { running, leaving } = this.#condition;
    return running && !leaving && this.#table.serving().some(({ vitals }) => vitals.responsive);
  }

  /** Whether nothing runs since the app has ended by itself, and its schedule will start it again. */
  get awaitsSchedule(): boolean {
    return this.stopped && this.#schedule.active;
  }

  /** Workers that had to be killed during the last stop. */
  get killedWhileStopping(): number {
    return this.#life.killedWhileStopping;
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
      logs: this.#options.logFiles.view,
      acceptor: this.#parts.acceptor,
      slots: this.#table.slots,
      workers: this.roster.all,
      others: this.succession.upgrade?.view.workers ?? [],
      renewal: this.succession.upgrade?.view.renewal ?? this.renewals.view(),
      watch: this.watch.view,
      stale: this.#stale,
      nextScheduledAt: this.#schedule.nextAt,
    });
  }

  /** @throws HitlessError `invalidState` if the app runs. */
  start(): void {
    const { name } = this.#options.recipe;
    if (this.#condition.running && !this.#condition.leaving && this.#state() !== "crash-looping") {
      throw new HitlessError("invalidState", `${name} runs already.`);
    }
    if (this.#condition.leaving || (this.#life.uncleaned.size > 0 && !this.#condition.running)) {
      throw new HitlessError("invalidState", `${name} is still stopping; start it when it has stopped.`, {
        remedy: "retry",
      });
    }
    this.#startsWhenStopped = false;
    this.#parts.policy.reset();
    this.#condition.started(this.#table.serving().length);
    if (this.roster.all.size === 0) {
      // Of a crash-looping app some workers may live: the new ones join their generation.
      const next = this.#generations.number + 1;
      this.#generations.open(next);
      this.#generations.commit(next);
    }
    this.#table.pardonAll(this.#generations.number);
    this.#followSchedule();
    this.#log(
      "starting",
      `starting ${name}, ${count(this.#desiredWorkers, "worker")} of generation ${this.#generations.number}`,
    );
    this.#reconcile();
  }

  /** Runs what the app's files are now: by a reload that one worker proves, or by a start where nothing runs. */
  #renewChanged(files: readonly string[]): void {
    const { upgrade } = this.succession;
    if (upgrade !== undefined) {
      upgrade.hold(files);
      return;
    }
    if (this.stopped) {
      this.start();
      return;
    }
    if (!this.#condition.running) {
      // It is being stopped; if that is since it did not start, what has changed may be why.
      this.#startsWhenStopped = this.#condition.failure !== undefined && !this.#condition.everReady;
      return;
    }
    this.renewalRequests.renewChanged(files);
  }

  /** It is time: what runs is renewed, what has ended by itself, such as a job, is started again. */
  #renewBySchedule(pattern: string): void {
    if (this.stopped) {
      this.#log("schedule", `it is started by schedule (${pattern})`);
      this.start();
      return;
    }
    this.renewalRequests.renewBySchedule(pattern);
  }

  /** Changes how many workers there should be; they start or drain at once. */
  scale(workers: number): { readonly from: number; readonly to: number } {
    if (this.succession.upgrade !== undefined) {
      const { name } = this.#options.recipe;
      throw new HitlessError("invalidState", `${name} is being upgraded; try it when that is over.`, {
        remedy: "retry",
      });
    }
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
    return this.#parts.health.heartbeat.look(this.roster.find(workerId));
  }

  /**
   * Lets a worker go on that a debugger has stopped.
   * @throws HitlessError `workerNotFound`, or `invalidState` if none has.
   */
  async resume(workerId: number): Promise<void> {
    const worker = this.roster.find(workerId);
    await worker.debugging.resume().catch((error: unknown) => {
      throw new HitlessError("invalidState", `Worker ${workerLabel(worker)} can't be continued: ${errorText(error)}.`);
    });
    await this.look(workerId);
  }

  /**
   * Sends all workers away, once `shutdownDelay` is over if clients are served. `now`: kills them. May be called again, to
   * hurry.
   */
  stop(now: boolean): void {
    const { shutdownDelay } = this.#generations.current;
    this.#startsWhenStopped = false;
    void this.#schedule.follow(undefined);
    const serves = this.#condition.running && this.#table.serving().length > 0;
    const delay = now || !serves ? 0 : shutdownDelay;
    if (this.#condition.running && !this.#condition.leaving) {
      const how = now ? " now" : delay === 0 ? "" : `; it serves on for ${delay} ms (shutdownDelay)`;
      this.#log("stopping", `stopping ${this.#options.recipe.name}${how}`);
      this.#life.killedWhileStopping = 0;
    }
    this.#condition.leaving = this.#condition.running;
    for (const worker of this.roster.all.values()) {
      // A stop must come to its end, whoever debugs.
      worker.debugging.ignorePauses();
    }
    this.renewals.abort(stoppedReason);
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
      this.#life.killAll();
    }
    this.#reconcile();
  }

  #log(code: string, message: string): void {
    this.#options.events.log("info", code, message);
  }

  #state(): AppState {
    return this.#condition.state({
      workers: this.#life.uncleaned.size,
      serving: this.#table.serving().length,
      desired: this.#desiredWorkers,
      ...this.#table.empty(),
      renewing: this.renewals.busy || this.succession.upgrade !== undefined,
    });
  }

  /** Brings what there is to how it should be. Every event ends here. */
  #reconcile(): void {
    if (this.#reconciling) {
      return;
    }
    this.#reconciling = true;
    try {
      const wanted = this.#condition.running ? this.#desiredWorkers : 0;
      const { surge } = this.#generations.current;
      const serving = this.#table.serving().length;
      const atOnce = Math.min(bootBudget(), surgeCount(surge, Math.max(1, wanted)));
      const now = this.succession.onTrial ? Math.min(wanted, serving + atOnce) : wanted;
      this.#table.resize(now, this.#startGeneration());
      this.#table.fill(this.renewals.current);
      this.renewals.step();
      if (!this.succession.onTrial && this.succession.successor === undefined) {
        this.#parts.leadership.settle();
      }
    } finally {
      this.#reconciling = false;
    }
    if (!this.succession.onTrial) {
      this.#admit();
    }
    this.publisher.invalidate();
    this.#options.trial?.look(this.#table, this.#desiredWorkers, this.#generations.current);
    this.#checkRest();
  }

  /** Clients are given to those workers that serve or, with real traffic, are on trial; to no other that listens. */
  #admit(): void {
    const { leader, onTrial = [] } = this.renewals.current ?? {};
    const admitted = new Set(leader === undefined ? [...this.#table.serving(), ...onTrial] : [leader]);
    for (const worker of this.roster.all.values()) {
      this.#parts.acceptor.admit(worker.id, admitted.has(worker));
      if (admitted.has(worker)) {
        worker.noteAdmitted();
        this.#parts.firstAnswers.admitted(worker);
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
    this.#parts.policy.reset();
    this.#stale = undefined;
    this.watch.follow();
    this.#followSchedule();
  }

  #followSchedule(): void {
    void this.#schedule.follow(this.#generations.current.schedule).then(() => this.publisher.invalidate());
  }

  /** Looks which files differ from what the running generation was started with. */
  async lookForStale(): Promise<RequestResult<"app/stale">> {
    const generation = this.#generations.number;
    const commit = this.#generations.commitOf(generation);
    const startedAt = this.#generations.openedAtOf(generation);
    const files = await this.watch.stale(generation, startedAt, this.#generations.cleanCommitOf(generation));
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
  #host(): AppHost {
    const app = this;
    return {
      get name() {
        return app.#options.recipe.name;
      },
      get recipe() {
        return app.#generations.current;
      },
      get ready() {
        return app.ready;
      },
      get desiredWorkers() {
        return app.#desiredWorkers;
      },
      snapshot: () => this.snapshot(),
      renewChanged: (files) => this.#renewChanged(files),
      get running() {
        return app.#condition.running;
      },
      get onTrial() {
        return app.succession.onTrial;
      },
      get successor() {
        return app.succession.successor;
      },
      get upgrading() {
        return app.succession.upgrade !== undefined;
      },
      get autorestart() {
        return app.#generations.current.autorestart;
      },
      get renewing() {
        return app.renewals.current !== undefined || app.succession.upgrade !== undefined;
      },
      get leaving() {
        return app.#condition.leaving;
      },
      settle: async (recipe) => {
        const { monitor, logFiles } = this.#options;
        const kept = await monitor.follow(recipe.health);
        return [...(kept === undefined ? [] : [kept]), ...(await logFiles.follow(recipe.logs))];
      },
      lookForUnbuilt: (generation) => {
        const openedAt = this.#generations.openedAtOf(generation);
        // Of one that another supervisor has started it is not known.
        return this.watch.lookForUnbuilt(openedAt === 0 ? Number.POSITIVE_INFINITY : openedAt);
      },
      get slots() {
        return app.#table.slots;
      },
      get filesPending() {
        // What a build writes is told of after it.
        return !hasPreReload(app.#generations.current) && app.watch.pending;
      },
      get filesSettleIn() {
        return app.watch.settlesIn;
      },
      workers: () => this.roster.all.values(),
      reconcile: () => this.#reconcile(),
      changed: () => this.publisher.invalidate(),
      startWorker: (slot, generation) => this.#life.start(slot, generation),
      dismiss: (worker, how) => this.#life.dismiss(worker, how),
      replace: async (worker) => this.renewalRequests.renew("reload", { worker: worker.id }),
      commit: (generation) => this.#commit(generation),
      finalFailure: ({ lastFailure: before }, failure, wasReady) => {
        const { everFull } = this.#condition;
        return finalFailure({ failure, before, wasReady, everFull, othersServe: this.#table.serving().length > 0 });
      },
      lacks: (failure, worker) => {
        if (this.succession.onTrial) {
          this.#options.trial?.fail(failure);
        } else {
          this.#life.lacks(failure, worker);
        }
      },
      wakeAfter: (ms) => void setTimeout(() => this.#reconcile(), ms),
      log: (level, code, message) => this.#options.events.log(level, code, message),
    };
  }

  /** Settles what has come to an end: an app whose script is done, or that was stopped. */
  #checkRest(): void {
    const slots = [...this.#table.slots.values()];
    if (this.#condition.running && slots.length > 0 && slots.every((slot) => slot.finished !== undefined)) {
      this.#condition.scriptEnded(slots.every(({ finished }) => finished?.exitCode === 0));
      this.renewals.abort("The app's script has finished.");
      this.renewals.step();
    }
    if (this.stopped && this.#startsWhenStopped) {
      this.start();
      return;
    }
    if (this.stopped) {
      if (this.watch.active) {
        this.#log("waitingForChange", "nothing runs; waiting for a change of the files");
      }
      this.#parts.acceptor.end();
      this.#stops.fire();
    }
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
