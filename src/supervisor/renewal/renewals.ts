import { type LaunchRecipe, surgeCount } from "../../shared/appConfig.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { outcomeNames, type RenewalReport, renewalNames } from "../../shared/report.ts";
import type { RenewalKind, RenewalView } from "../../shared/snapshot.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { TrafficMeter, TrafficTotals } from "../traffic/trafficMeter.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { Generations } from "./generations.ts";
import { Renewal, type RenewalHost } from "./renewal.ts";
import { createRenewalQueue, type RenewalQueue } from "./renewalQueue.ts";

/**
 * Milliseconds that the first new workers of a reload must have been ready before an old one is dismissed: a probe for
 * a free port listens for a moment, and is no server.
 */
const provenMs = 100;

/** Reports kept for clients that ask later. */
const reportsKept = 50;

/** What renewals need from the app. */
export interface RenewalsHost extends RenewalHost {
  /** Whether the app is meant to run. */
  readonly running: boolean;
  /** Whether it is about to stop: then nothing is renewed any more. */
  readonly leaving: boolean;
  /** Brings what is not a worker in line with how the app is started now. Resolves with what could not be, for the report. */
  settle(recipe: LaunchRecipe): Promise<readonly string[]>;
  /** Every worker whose process may still exist. */
  workers(): Iterable<WorkerHandle>;
  reconcile(): void;
}

export interface RenewalsOptions {
  readonly host: RenewalsHost;
  readonly generations: Generations;
  readonly traffic: TrafficMeter;
  readonly events: EventLog;
}

/** Takes requests for renewals, runs one at a time, and keeps their reports. */
export class Renewals {
  /** Newest first. */
  readonly reports: RenewalReport[] = [];
  readonly #options: RenewalsOptions;
  readonly #queue: RenewalQueue;
  readonly #reported = createEmitter<RenewalReport>();
  #current: Renewal | undefined;
  #counting = false;

  constructor(options: RenewalsOptions) {
    this.#options = options;
    const canBegin = (): boolean => options.host.running && !options.host.leaving;
    this.#queue = createRenewalQueue({ canBegin, begin: (...wish) => this.#begin(...wish) });
  }

  /** The running renewal. */
  get current(): Renewal | undefined {
    return this.#current;
  }

  view(): RenewalView | undefined {
    return this.#current?.view(this.#queue.waiting);
  }

  onDidReport(listener: (report: RenewalReport) => void): Disposable {
    return this.#reported.on(listener);
  }

  /** Resolves with the report of the renewal that covers this request. */
  request(kind: RenewalKind, slot?: number, recipe?: LaunchRecipe): Promise<RenewalReport> {
    return this.#queue.request(kind, slot, recipe);
  }

  /** Cancels the running renewal, if that still undoes everything. */
  cancel(): boolean {
    const cancelled = this.#current?.cancel("Cancelled.") ?? false;
    this.#options.host.reconcile();
    return cancelled;
  }

  /** Cancels the request of one client: its place in the queue, or the running renewal if that is its own. */
  withdraw(request: Promise<RenewalReport>): void {
    if (this.#queue.withdraw(request)) {
      this.#current?.cancel("Cancelled.");
    }
    this.#options.host.reconcile();
  }

  /** Advances the renewal as far as possible; part of reconciling. */
  step(): void {
    const renewal = this.#current;
    if (renewal?.step() === true && !this.#counting) {
      this.#counting = true;
      const { traffic, host, generations } = this.#options;
      void Promise.all([traffic.end(), host.settle(generations.current)]).then(([totals, notes]) => {
        this.#counting = false;
        this.#current = undefined;
        this.#finish(renewal, totals, notes);
        host.reconcile();
      });
    }
  }

  #begin(kind: RenewalKind, only: readonly number[] | undefined, recipe: LaunchRecipe | undefined): void {
    const { host, generations, traffic, events } = this.#options;
    const slots = (only ?? [...host.slots.keys()]).filter((index) => host.slots.has(index));
    const from = generations.number;
    // A single worker is renewed within its generation.
    const to = only === undefined ? from + 1 : from;
    const notes: string[] = [];
    if (only === undefined) {
      // Frozen by `node:cluster` with the first worker (lib/internal/cluster/primary.js, `setupPrimary`).
      const { scheduling } = generations.current;
      if (recipe !== undefined && recipe.scheduling !== scheduling) {
        notes.push(
          `scheduling stays "${scheduling}": a change to "${recipe.scheduling}" takes effect when the app is stopped and started.`,
        );
      }
      // The very recipe where it can be: by it the generation knows that it goes back to where an earlier one was.
      generations.open(
        to,
        recipe === undefined || recipe.scheduling === scheduling ? recipe : { ...recipe, scheduling },
      );
    }
    const { surge, minReady, canary } = generations.of(to);
    traffic.begin();
    this.#current = new Renewal(host, {
      kind,
      slots,
      single: only !== undefined,
      from,
      to,
      surge: surgeCount(surge, Math.max(1, slots.length)),
      minReady,
      proven: kind === "restart" ? 0 : provenMs,
      canary: canary && kind !== "restart",
      notes,
    });
    const what = only === undefined ? "all workers" : `slot ${only.join(", ")}`;
    events.log("info", "renewing", `${renewalNames[kind]} of ${what} began`);
    queueMicrotask(() => host.reconcile());
  }

  #finish(renewal: Renewal, totals: TrafficTotals, more: readonly string[]): void {
    const alive = [...this.#options.host.workers()].filter((worker) => worker.state !== "exited");
    const moved = this.#options.generations.moved(renewal.options.from, renewal.options.to);
    const told = renewal.report(
      alive.map(({ id, slot, pid, generation, state }) => ({ id, slot, pid, generation, state })),
      totals,
    );
    const notes = [...(told.notes ?? []), ...more];
    const report: RenewalReport = { ...told, ...(notes.length > 0 && { notes }), ...(moved && { moved }) };
    this.reports.unshift(report);
    this.reports.splice(reportsKept);
    const { kind, outcome, to, durationMs } = report;
    const level = outcome === "completed" ? "info" : "error";
    const where = moved === undefined ? "" : ` (${moved.from} → ${moved.to})`;
    // Why it did not complete was told when that was known.
    const text = `${renewalNames[kind]} to generation ${to} ${outcomeNames[outcome]} after ${durationMs} ms${where}`;
    this.#options.events.log(level, "renewed", text);
    this.#reported.fire(report);
    this.#queue.finished(report);
  }
}
