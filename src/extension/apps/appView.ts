import type { RenewalReport } from "../../shared/report.ts";
import type { AppState, Snapshot, WorkerView } from "../../shared/snapshot.ts";

/**
 * The supervisor's states, and those of an app without workers that has a reason for it: `finished` (its script is
 * done), `failed` (it could not start, or its supervisor died), `invalid` (its settings are wrong).
 */
export type AppViewState = AppState | "finished" | "failed" | "invalid";

/** What every view shows of one app, and nothing they would have to ask for. */
export interface AppView {
  /** Unique in the window and the same after it was reloaded. */
  readonly key: string;
  readonly name: string;
  /** Name of the workspace folder. */
  readonly folder: string;
  /** Absolute path of the app's working directory. */
  readonly root: string;
  readonly state: AppViewState;
  /** Absent while no supervisor runs. */
  readonly snapshot: Snapshot | undefined;
  /** Why it does not run when that is not in the snapshot, or could not be started again: its settings are wrong. */
  readonly problem: string | undefined;
  /** The last renewals, newest first. */
  readonly reports: readonly RenewalReport[];
}

const statesWithWorkers: ReadonlySet<AppViewState> = new Set<AppViewState>([
  "starting",
  "running",
  "reloading",
  "degraded",
  "crash-looping",
  "stopping",
]);

/** Whether the app has workers, or is about to have some. */
export function isActive({ state }: AppView): boolean {
  return statesWithWorkers.has(state);
}

/** Whether a start makes sense: nothing runs, or it was given up. */
export function isStartable({ state }: AppView): boolean {
  return state === "stopped" || state === "finished" || state === "failed" || state === "crash-looping";
}

/** Whether the app can be renewed. */
export function isRenewable({ state }: AppView): boolean {
  return state === "starting" || state === "running" || state === "reloading" || isAiling(state);
}

export interface WorkerCounts {
  readonly ready: number;
  readonly desired: number;
}

/** How many of the wanted workers serve; never more than wanted, though a reload has both generations up. */
export function workerCounts({ snapshot }: AppView): WorkerCounts {
  const desired = snapshot?.app.desiredWorkers ?? 0;
  const ready = (snapshot?.workers ?? []).filter(({ state }) => state === "ready").length;
  return { ready: Math.min(ready, desired), desired };
}

/** Workers that do not answer, and in a state that is none anybody asked for also those that are missing. */
export function unhealthyWorkers(app: AppView): number {
  const { ready, desired } = workerCounts(app);
  const missing = isAiling(app.state) ? desired - ready : 0;
  const unresponsive = app.snapshot?.workers.filter((worker) => worker.health === "unresponsive").length ?? 0;
  return missing + unresponsive;
}

/** What to open in a browser: the http and https addresses, the supervisor's order. */
export function webAddresses(app: AppView): string[] {
  return (app.snapshot?.app.addresses ?? []).filter((address) => /^https?:\/\//.test(address));
}

export function findWorker(app: AppView, id: number): WorkerView | undefined {
  return app.snapshot?.workers.find((worker) => worker.id === id);
}

/** The state of an app that has a supervisor. */
export function stateOfSnapshot({ app }: Snapshot): AppViewState {
  if (app.state !== "stopped") {
    return app.state;
  }
  if (app.finished) {
    return "finished";
  }
  return app.failure === undefined ? "stopped" : "failed";
}

function isAiling(state: AppViewState): boolean {
  return state === "degraded" || state === "crash-looping";
}
