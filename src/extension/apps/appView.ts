import { isCrashing } from "../../shared/facts/snapshotFacts.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { AppState, Snapshot, WorkerView } from "../../shared/snapshot.ts";
import type { Outdated } from "./outdated.ts";

/**
 * The supervisor's states, and those of an app that has no workers for a reason: `finished` (its script is done),
 * `failed` (it could not start, or its supervisor died), `invalid` (its settings are wrong).
 */
export type AppViewState = AppState | "finished" | "failed" | "invalid";

/** All that views show of one app. */
export interface AppView {
  /** Unique in the window and the same after a reload of it. */
  readonly key: string;
  readonly name: string;
  /** Where it runs, and what it is called there, if that is another machine; `name` names both. */
  readonly there?: { readonly machine: string; readonly app: string };
  /** Name of the workspace folder, or of the machine. */
  readonly folder: string;
  /** Absolute path of the app's working directory. */
  readonly root: string;
  readonly state: AppViewState;
  /** Absent while no supervisor runs. */
  readonly snapshot: Snapshot | undefined;
  /** Why it is not running if the snapshot does not say, or can't be started again: its settings are wrong. */
  readonly problem: string | undefined;
  /** What is told of its supervisor that has died, from when it is started again until another one has the app. */
  readonly death?: string;
  /** What it would run, of an app that is not running. */
  readonly resting?: { readonly entry: string; readonly port?: number };
  /** Where `hitless.json` says something of it that is not used, since the settings name it too: file and line. */
  readonly unused?: string;
  /** What a renewal of its supervisor would change; absent if nothing. */
  readonly outdated?: Outdated;
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

/** Whether the app has workers or is starting some. */
export function isActive({ state }: AppView): boolean {
  return statesWithWorkers.has(state);
}

/** Whether a start makes sense: nothing is running, or the supervisor gave up. */
export function isStartable({ state }: AppView): boolean {
  return state === "stopped" || state === "finished" || state === "failed" || state === "crash-looping";
}

export function isRenewable({ state }: AppView): boolean {
  return state === "starting" || state === "running" || state === "reloading" || isAiling(state);
}

/** Whether there is a generation before the current one whose settings a reload can take. */
export function hasPrevious(app: AppView): boolean {
  return isRenewable(app) && (app.snapshot?.app.generation ?? 0) > 1;
}

/** Why the app is not what it should be though it runs, until a reload that completes. */
export function failedRenewal({ reports, snapshot }: AppView): RenewalReport | undefined {
  const newest = reports.find(({ outcome }) => outcome !== "cancelled");
  const failed = newest !== undefined && newest.outcome !== "completed" ? newest : undefined;
  // What was started anew since runs as it was meant to.
  return failed !== undefined && failed.startedAt >= (snapshot?.app.startedAt ?? 0) ? failed : undefined;
}

/** What a person should look at first, the worst first: 0 to 3. */
export function trouble(app: AppView, now: number): 0 | 1 | 2 | 3 {
  const { state, snapshot } = app;
  if (state === "crash-looping" || state === "failed" || state === "invalid") {
    return 0;
  }
  if (state === "degraded" || unhealthyWorkers(app) > 0 || (snapshot !== undefined && isCrashing(snapshot, now))) {
    return 1;
  }
  return isActive(app) && failedRenewal(app) !== undefined ? 2 : 3;
}

/** How many apps should be looked at that are not missing a worker. */
export function troubledApps(apps: readonly AppView[], now: number): number {
  return apps.filter((app) => trouble(app, now) < 3).length;
}

/** Whether a save of the app's files reloads it. */
export function isWatched({ snapshot }: AppView): boolean {
  const state = snapshot?.app.watch?.state;
  return state === "on" || state === "starting";
}

export interface WorkerCounts {
  readonly ready: number;
  readonly desired: number;
}

/** How many of the wanted workers serve; never more than wanted, though a reload runs both generations. */
export function workerCounts({ snapshot }: AppView): WorkerCounts {
  const desired = snapshot?.app.desiredWorkers ?? 0;
  const ready = (snapshot?.workers ?? []).filter(({ state }) => state === "ready").length;
  return { ready: Math.min(ready, desired), desired };
}

/** The first worker that a debugger has stopped. */
export function pausedWorker({ snapshot }: AppView): WorkerView | undefined {
  return snapshot?.workers.find(({ paused }) => paused !== undefined);
}

/** Unresponsive workers, and unless the state was asked for also the missing ones. */
export function unhealthyWorkers(app: AppView): number {
  const { ready, desired } = workerCounts(app);
  const missing = isAiling(app.state) ? desired - ready : 0;
  const unresponsive = app.snapshot?.workers.filter((worker) => worker.health === "unresponsive").length ?? 0;
  return missing + unresponsive;
}

/** The http and https addresses to open in a browser, in the supervisor's order. */
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
