import { type LaunchRecipe, surgeCount } from "../../shared/appConfig.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind, RenewalView } from "../../shared/snapshot.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { Slot } from "../slots/slot.ts";
import type { HandoffBroker } from "../traffic/handoffBroker.ts";
import { createTrafficMeter, type TrafficMeter, type TrafficTotals } from "../traffic/trafficMeter.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { Generations } from "./generations.ts";
import { Renewal, type RenewalHost } from "./renewal.ts";
import { type BeginRenewal, createRenewalQueue } from "./renewalQueue.ts";

/** Reports kept for clients that ask later. */
const reportsKept = 50;

export interface RenewalsOptions extends Omit<RenewalHost, "log" | "wakeAfter"> {
  readonly slots: ReadonlyMap<number, Slot>;
  readonly events: EventLog;
  readonly recipes: Generations;
  readonly isRunning: () => boolean;
  readonly generation: () => number;
  readonly workers: () => Iterable<WorkerHandle>;
  readonly reconcile: () => void;
  readonly broker: HandoffBroker;
}

/** Takes requests for renewals, runs one at a time, and keeps their reports. */
export interface Renewals {
  /** The renewal that runs. */
  readonly current: Renewal | undefined;
  readonly traffic: TrafficMeter;
  /** Newest first. */
  readonly reports: readonly RenewalReport[];
  /** Resolves with the report of the renewal that covers this request. */
  request(kind: RenewalKind, slot: number | undefined, recipe: LaunchRecipe | undefined): Promise<RenewalReport>;
  /** Cancels the renewal that runs, if that still undoes everything. */
  cancel(): boolean;
  /** Cancels what one client asked for: its place in the queue, or the renewal that runs if that is its own. */
  withdraw(request: Promise<RenewalReport>): void;
  /** Lets the renewal do what it can; part of reconciling. */
  step(): void;
  view(): RenewalView | undefined;
  onDidReport(listener: (report: RenewalReport) => void): void;
}

export function createRenewals(options: RenewalsOptions): Renewals {
  const { slots, events, reconcile, recipes } = options;
  const reports: RenewalReport[] = [];
  const reported = createEmitter<RenewalReport>();
  let current: Renewal | undefined;
  let counting = false;
  const traffic = createTrafficMeter(options.workers, options.broker);

  const host: RenewalHost = {
    slots,
    startWorker: options.startWorker,
    dismiss: options.dismiss,
    commit: options.commit,
    wakeAfter: (ms) => {
      setTimeout(reconcile, ms);
    },
    log: (level, code, message) => events.log(level, code, message),
  };

  const begin: BeginRenewal = (kind, only, recipe) => {
    const chosen = (only ?? [...slots.keys()]).filter((index) => slots.has(index));
    const from = options.generation();
    // One worker alone is renewed within its generation.
    const to = only === undefined ? from + 1 : from;
    if (only === undefined) {
      recipes.open(to, recipe);
    }
    const { surge, minReady, canary } = recipes.of(to);
    traffic.begin();
    current = new Renewal(host, {
      kind,
      slots: chosen,
      single: only !== undefined,
      from,
      to,
      surge: surgeCount(surge, Math.max(1, chosen.length)),
      minReady,
      canary: canary && kind !== "restart",
    });
    events.log(
      "info",
      "renewing",
      `${kind} of ${only === undefined ? "all workers" : `slot ${only.join(", ")}`} began`,
    );
    queueMicrotask(reconcile);
  };
  const queue = createRenewalQueue({ canBegin: options.isRunning, begin });

  const finish = (renewal: Renewal, totals: TrafficTotals): void => {
    const alive = [...options.workers()].filter((worker) => worker.state !== "exited");
    const report = renewal.report(
      alive.map(({ id, slot, pid, generation, state }) => ({ id, slot, pid, generation, state })),
      totals,
    );
    reports.unshift(report);
    reports.splice(reportsKept);
    const { kind, outcome, to, durationMs, reason } = report;
    const level = outcome === "completed" ? "info" : "error";
    events.log(
      level,
      "renewed",
      `${kind} to generation ${to} ${outcome} after ${durationMs} ms${reason === undefined ? "" : `: ${reason}`}`,
    );
    reported.fire(report);
    queue.finished(report);
  };

  return {
    get current() {
      return current;
    },
    traffic,
    reports,
    request: queue.request,
    cancel() {
      const cancelled = current?.cancel("Cancelled.") ?? false;
      reconcile();
      return cancelled;
    },
    withdraw(request) {
      if (queue.withdraw(request)) {
        current?.cancel("Cancelled.");
      }
      reconcile();
    },
    step() {
      const renewal = current;
      if (renewal?.step() === true && !counting) {
        counting = true;
        void traffic.end().then((totals) => {
          counting = false;
          current = undefined;
          finish(renewal, totals);
          reconcile();
        });
      }
    },
    view: () => current?.view(queue.waiting),
    onDidReport: reported.on,
  };
}
