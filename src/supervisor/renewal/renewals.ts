import { type LaunchRecipe, surgeCount } from "../../shared/appConfig.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { outcomeNames, renewalNames } from "../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalView } from "../../shared/snapshot.ts";
import { count } from "../../shared/text/count.ts";
import { steadyNow } from "../clock.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { asSentence } from "../process/explainDeath.ts";
import type { FirstAnswers } from "../traffic/firstAnswers.ts";
import type { TrafficMeter, TrafficTotals } from "../traffic/trafficMeter.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { Generations } from "./generations.ts";
import { type Preparation, prepare } from "./preparation.ts";
import { hasPreReload, preReloadOf } from "./preReload.ts";
import { describeRecipeChange } from "./recipeChange.ts";
import { Renewal } from "./renewal.ts";
import type { RenewalHost } from "./renewalOptions.ts";
import { createRenewalQueue, type RenewalQueue, type RenewalTask, type RenewalWish } from "./renewalQueue.ts";
import { bootBudget } from "./steps/bootBudget.ts";

/**
 * Milliseconds that the first new workers of a reload must have been ready before an old one is dismissed: a probe for
 * a free port listens for a moment, and is no server.
 */
const provenMs = 100;

/** For so many milliseconds one reload is begun anew again and again while files change; then it runs to its end. */
const longestSeriesMs = 10_000;

/** One whose first new worker is not ready after so many milliseconds is begun anew even then: what it waits for may never come. */
const stuckMs = 3_000;

/** Milliseconds for the look at what was built; after that nothing is said of it. */
const unbuiltMs = 5_000;

/** Reports kept for clients that ask later. */
const reportsKept = 50;

const nothingRuns = "No worker runs now: mend what keeps them from starting, then reload the app or start it.";

/** What renewals need from the app. */
export interface RenewalsHost extends RenewalHost {
  /** Whether the app is meant to run. */
  readonly running: boolean;
  /** Whether it is about to stop: then nothing is renewed any more. */
  readonly leaving: boolean;
  /** Brings what is not a worker in line with how the app is started now. Resolves with what could not be, for the report. */
  settle(recipe: LaunchRecipe): Promise<readonly string[]>;
  /**
   * Looks whether something was changed that what runs was not built of since: then a sentence that says so, for the report.
   * @param generation The one that is to be renewed.
   */
  lookForUnbuilt(generation: number): Promise<string | undefined>;
  /** Milliseconds until the burst of changes that caused a renewal is over, if nothing more changes. */
  readonly filesSettleIn: number;
  /** Every worker whose process may still exist. */
  workers(): Iterable<WorkerHandle>;
  reconcile(): void;
}

export interface RenewalsOptions {
  readonly host: RenewalsHost;
  readonly generations: Generations;
  readonly traffic: TrafficMeter;
  readonly firstAnswers: FirstAnswers;
  readonly events: EventLog;
}

/** Takes requests for renewals, runs one at a time, and keeps their reports. */
export class Renewals {
  /** Newest first. */
  readonly reports: RenewalReport[] = [];
  readonly #options: RenewalsOptions;
  readonly #queue: RenewalQueue;
  #prepared: { readonly from: number; readonly until?: number } | undefined;
  readonly #reported = createEmitter<RenewalReport>();
  #current: Renewal | undefined;
  #preparing: Preparation | undefined;
  #ending = false;
  /** For the report of the one that runs. */
  #laterNotes: string[] = [];
  #unbuilt: Promise<string | undefined> | undefined;
  /** When the reload that begins anew began at first, on the monotonic clock. */
  #seriesAt: number | undefined;

  constructor(options: RenewalsOptions) {
    this.#options = options;
    const canBegin = (): boolean => options.host.running && !options.host.leaving;
    this.#queue = createRenewalQueue({ canBegin, begin: (task) => this.#begin(task) });
  }

  /** The running renewal. */
  get current(): Renewal | undefined {
    return this.#current;
  }

  /** Whether one runs, or what comes before it does. */
  get busy(): boolean {
    return this.#current !== undefined || this.#preparing !== undefined;
  }

  /** When `preReload` ran last, in epoch milliseconds; `until` is absent while it runs. */
  get prepared(): { readonly from: number; readonly until?: number } | undefined {
    return this.#prepared;
  }

  view(): RenewalView | undefined {
    return this.#preparing?.view(this.#queue.waiting) ?? this.#current?.view(this.#queue.waiting);
  }

  /** Ends what runs because the app is being stopped, or has finished. */
  abort(reason: string): void {
    this.#preparing?.end("failed", reason);
    this.#current?.abort(reason);
  }

  /** What the supervisor before this one has reported, newest first. */
  adopt(reports: readonly RenewalReport[]): void {
    this.reports.splice(0, this.reports.length, ...reports);
  }

  /** Keeps and tells the report of a renewal of the supervisor itself. */
  add(report: RenewalReport): void {
    this.#tell(report, `upgrade to generation ${report.to}`);
  }

  /** Adds a sentence to the report of the renewal that runs, or else to that of the last one, which has been told. */
  addNote(text: string): void {
    const [latest] = this.reports;
    if (this.#current !== undefined) {
      this.#laterNotes.push(text);
    } else if (latest !== undefined) {
      this.reports[0] = { ...latest, notes: [...(latest.notes ?? []), text] };
    }
  }

  onDidReport(listener: (report: RenewalReport) => void): Disposable {
    return this.#reported.on(listener);
  }

  /** Resolves with the report of the renewal that covers this request. */
  request(wish: RenewalWish): Promise<RenewalReport> {
    return this.#queue.request(wish);
  }

  /**
   * Lets the running reload begin anew for files that have changed since it began, if they caused it and no client has been promised
   * anything by it: for clients and reports they are one. Otherwise this is a request like others.
   */
  renewChanged(wish: RenewalWish): Promise<RenewalReport> {
    const renewal = this.#current;
    if (renewal === undefined || !this.#mayBeginAnew(renewal)) {
      return this.request(wish);
    }
    renewal.supersede();
    this.#seriesAt = renewal.startedAt;
    this.#current = undefined;
    this.#ending = false;
    return this.#queue.again(wish);
  }

  #mayBeginAnew(renewal: Renewal): boolean {
    const { host, generations } = this.#options;
    const now = steadyNow();
    const isStuck = !renewal.hasReady && now - renewal.begunAt > stuckMs;
    // What has been built is not thrown away for the next save.
    const isCheap = !hasPreReload(generations.of(renewal.options.to));
    const isDue = isStuck || (isCheap && now - renewal.startedAt < longestSeriesMs);
    return host.running && !host.leaving && isDue && renewal.supersedable;
  }

  /** Cancels the running renewal, if that still undoes everything. */
  cancel(): boolean {
    const cancelled = this.#preparing?.end("cancelled", "Cancelled.") ?? this.#current?.cancel("Cancelled.") ?? false;
    this.#options.host.reconcile();
    return cancelled;
  }

  /** Cancels the request of one client: its place in the queue, or the running renewal if that is its own. */
  withdraw(request: Promise<RenewalReport>): void {
    if (this.#queue.withdraw(request)) {
      this.#preparing?.end("cancelled", "Cancelled.");
      this.#current?.cancel("Cancelled.");
    }
    this.#options.host.reconcile();
  }

  /** Advances the renewal as far as possible; part of reconciling. */
  step(): void {
    const renewal = this.#current;
    if (renewal?.step() === true && !this.#ending) {
      this.#ending = true;
      void this.#end(renewal);
    }
  }

  async #end(renewal: Renewal): Promise<void> {
    const { traffic, host, generations } = this.#options;
    while (this.#current === renewal && renewal.supersedable && host.filesSettleIn > 0) {
      // What did not start may have been half of what is being saved.
      await new Promise((resolve) => setTimeout(resolve, host.filesSettleIn));
    }
    if (this.#current !== renewal) {
      return;
    }
    renewal.conclude();
    const [totals, unbuilt, kept] = await Promise.all([traffic.end(), this.#unbuilt, host.settle(generations.current)]);
    const notes = unbuilt === undefined ? kept : [...kept, unbuilt];
    this.#ending = false;
    this.#current = undefined;
    this.#finish(renewal, totals, notes);
    host.reconcile();
    if (renewal.options.files !== undefined) {
      // So that the next time it is known what is built.
      await within(unbuiltMs, host.lookForUnbuilt(renewal.options.to));
    }
  }

  #begin(task: RenewalTask): void {
    const { generations, events, host } = this.#options;
    const recipe = task.recipe ?? generations.current;
    const command = task.slots === undefined ? preReloadOf(recipe) : undefined;
    if (command === undefined) {
      this.#start(task);
      return;
    }
    const from = Date.now();
    this.#prepared = { from };
    events.log("info", "preReload", `preReload: ${command.command.join(" ")}`);
    const preparation = prepare(task, { command, recipe, from: generations.number, slots: host.slots.size });
    this.#preparing = preparation;
    queueMicrotask(() => host.reconcile());
    void preparation.ended.then((end) => {
      this.#preparing = undefined;
      this.#prepared = { from, until: Date.now() };
      if (end === undefined) {
        events.log("info", "preReload", `preReload took ${Date.now() - from} ms`);
        this.#start(task);
      } else {
        if (this.#seriesAt !== undefined) {
          this.#seriesAt = undefined;
          void this.#options.traffic.end();
        }
        this.#report({ ...end, workers: this.#alive(), killed: 0 });
      }
      host.reconcile();
    });
  }

  #start({ kind, slots: only, recipe, files, notes: told }: RenewalTask): void {
    const { host, generations, traffic, firstAnswers, events } = this.#options;
    const slots = (only ?? [...host.slots.keys()]).filter((index) => host.slots.has(index));
    const from = generations.number;
    // A single worker is renewed within its generation.
    const to = only === undefined ? from + 1 : from;
    const notes: string[] = [...told];
    if (only === undefined) {
      // Frozen by `node:cluster` with the first worker (lib/internal/cluster/primary.js, `setupPrimary`).
      const { scheduling } = generations.current;
      if (recipe !== undefined && recipe.scheduling !== scheduling) {
        notes.push(
          `scheduling stays "${scheduling}": a change to "${recipe.scheduling}" takes effect with "hitless upgrade".`,
        );
      }
      const before = generations.current;
      // The very recipe where it can be: by it the generation knows that it goes back to where an earlier one was.
      generations.open(
        to,
        recipe === undefined || recipe.scheduling === scheduling ? recipe : { ...recipe, scheduling },
      );
      notes.push(...describeRecipeChange(before, generations.of(to)));
    }
    const { surge, minReady, canary, server, waitReady, renewal } = generations.of(to);
    const stopFirst = renewal === "stopFirst" && kind !== "restart";
    const seriesAt = this.#seriesAt;
    this.#seriesAt = undefined;
    if (seriesAt === undefined) {
      traffic.begin();
      firstAnswers.begin();
      this.#laterNotes = [];
    }
    this.#current = new Renewal(host, {
      kind,
      slots,
      single: only !== undefined,
      from,
      to,
      surge: stopFirst ? 1 : surgeCount(surge, Math.max(1, slots.length)),
      boots: bootBudget(),
      stopFirst,
      // What is no server is ready only when it has stayed up that long.
      minReady: server || waitReady ? minReady : 0,
      proven: kind === "restart" ? 0 : provenMs,
      // Nobody has said that these files are finished: one worker proves them.
      canary: (canary || files !== undefined) && kind !== "restart",
      files,
      notes: [...new Set(notes)],
      startedAt: seriesAt,
    });
    if (seriesAt === undefined) {
      const what = only === undefined ? "all workers" : `slot ${only.join(", ")}`;
      const why = files === undefined ? "" : ` since ${nameFiles(files)} changed`;
      events.log("info", "renewing", `${renewalNames[kind]} of ${what} began${why}`);
    }
    queueMicrotask(() => host.reconcile());
    // Of what was saved watching tells itself.
    this.#unbuilt = files === undefined ? within(unbuiltMs, host.lookForUnbuilt(from)) : undefined;
  }

  #finish(renewal: Renewal, totals: TrafficTotals, more: readonly string[]): void {
    const moved = this.#options.generations.moved(renewal.options.from, renewal.options.to);
    const told = renewal.report(this.#alive(), totals);
    const notes = [...(told.notes ?? []), ...this.#laterNotes, ...more];
    const isDown = told.outcome === "failed" && this.#options.host.running && !this.#serves();
    this.#report({
      ...told,
      ...(isDown && { reason: told.reason === undefined ? nothingRuns : `${asSentence(told.reason)} ${nothingRuns}` }),
      ...(notes.length > 0 && { notes }),
      ...(moved && { moved }),
    });
  }

  #serves(): boolean {
    return [...this.#options.host.slots.values()].some(({ current }) => current?.state === "ready");
  }

  #alive(): RenewalReport["workers"] {
    return [...this.#options.host.workers()]
      .filter((worker) => worker.state !== "exited")
      .map(({ id, slot, pid, generation, state }) => ({ id, slot, pid, generation, state }));
  }

  #report(report: RenewalReport): void {
    this.#tell(report, `${renewalNames[report.kind]} to generation ${report.to}`);
    this.#queue.finished(report);
  }

  #tell(report: RenewalReport, what: string): void {
    this.reports.unshift(report);
    this.reports.splice(reportsKept);
    const { outcome, durationMs, moved } = report;
    const level = outcome === "completed" ? "info" : "error";
    const where = moved === undefined ? "" : ` (${moved.from} → ${moved.to})`;
    // Why it did not complete was told when that was known.
    this.#options.events.log(level, "renewed", `${what} ${outcomeNames[outcome]} after ${durationMs} ms${where}`);
    this.#reported.fire(report);
  }
}

/** `undefined` if it takes longer, or fails. */
async function within<T>(ms: number, looking: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const found = await Promise.race([looking.catch(() => undefined), late]);
  clearTimeout(timer);
  return found;
}

function nameFiles(files: readonly string[]): string {
  return files.length === 1 ? `${files[0]}` : `${files[0]} and ${count(files.length - 1, "other")}`;
}
