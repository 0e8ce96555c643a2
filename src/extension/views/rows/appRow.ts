import type { WorkerFigures } from "../../../shared/facts/pulseFigures.ts";
import { isCrashing } from "../../../shared/facts/snapshotFacts.ts";
import type { WorkerView } from "../../../shared/snapshot.ts";
import {
  type AppView,
  type AppViewState,
  failedRenewal,
  isActive,
  pausedWorker,
  trouble,
  workerCounts,
} from "../../apps/appView.ts";
import type { Localize } from "../../platform/localize.ts";
import { outcomeWord } from "../../presentation/reportWords.ts";
import { appWord, pausedWord, portWords, readyWords, renewalWord } from "../../presentation/stateWords.ts";
import { appContext } from "../rowFlags.ts";
import { appTooltip } from "../treeTooltips.ts";
import { historyRows } from "./historyRows.ts";
import { staleRows } from "./staleRows.ts";
import { bad, busy, faint, firstLine, good, pausedIcon, type TreeIcon, type TreeRow } from "./treeRow.ts";
import { troubleRows } from "./troubleRows.ts";
import { workerRow } from "./workerRow.ts";

/** What the rows are made with, besides the apps. */
export interface TreeSight {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly t: Localize;
  /** What a worker uses, as far as it is measured. */
  readonly figures?: (app: string, worker: number) => WorkerFigures | undefined;
}

export function appRow(app: AppView, sight: TreeSight): TreeRow {
  const { now, t, figures } = sight;
  const { ready, desired } = workerCounts(app);
  const active = isActive(app);
  const counts = app.snapshot === undefined ? "" : readyWords(ready, desired, t);
  const workers = inPlace(app).map((worker) =>
    workerRow(app, worker, { figures: figures?.(app.key, worker.id), now, t }),
  );
  return {
    // A tree remembers for each id whether it is expanded: a row that gets children has a new id, and is expanded.
    id: active ? app.key : `${app.key}#resting`,
    app: app.key,
    // The row of its machine stands above it.
    label: app.there?.app ?? app.name,
    description: withPause(appFacts(app, now, t), pauseOf(app, t)).join(" · "),
    tooltip: appTooltip(app, now, t),
    icon: pauseOf(app, t).length > 0 ? pausedIcon : appIcon(app, now),
    contextValue: appContext(app),
    accessibilityLabel: [
      ...[app.name, appWord(app, t), counts, ...troubleWords(app, now, t)],
      ...(active ? [...pauseOf(app, t), ...watchWords(app, t)] : []),
      ...portsOf(app),
    ]
      .filter(Boolean)
      .join(", "),
    expandable: active,
    children: active
      ? [...workers, ...troubleRows(app, now, t), ...staleRows(app, t), ...historyRows(app, now, t)]
      : [],
    ...(app.state === "invalid" && { opens: "settings" as const }),
    ...failurePlace(app),
  };
}

/** A start that failed leads to the line at which it did. */
function failurePlace({ state, snapshot }: AppView): Pick<TreeRow, "opens"> {
  const { location } = snapshot?.app.failure ?? {};
  return (state === "failed" || state === "crash-looping") && location !== undefined ? { opens: location } : {};
}

/**
 * The workers in an order in which none jumps: those that hold a place, by their number, and behind them those that come
 * or go, so that a reload moves no row that the user may be pointing at. One that does not answer is first.
 */
function inPlace({ snapshot }: AppView): WorkerView[] {
  const workers = snapshot?.workers ?? [];
  const holders = new Map<number, WorkerView>();
  for (const worker of workers) {
    const holder = holders.get(worker.slot);
    if (holder === undefined || rank(worker) < rank(holder)) {
      holders.set(worker.slot, worker);
    }
  }
  const holding = [...holders.values()].sort((a, b) => isStuck(b) - isStuck(a) || a.slot - b.slot);
  return [...holding, ...workers.filter((worker) => holders.get(worker.slot) !== worker)];
}

function rank({ state, id }: WorkerView): number {
  // Of two that are ready, the newer one has taken over or is about to.
  return { ready: 0, starting: 1, draining: 2, exited: 3 }[state] - id / Number.MAX_SAFE_INTEGER;
}

function isStuck({ health, state }: WorkerView): number {
  return health === "unresponsive" && state === "ready" ? 1 : 0;
}

function appFacts(app: AppView, now: number, t: Localize): string[] {
  const { snapshot, state } = app;
  if (snapshot === undefined || !isActive(app)) {
    return restingFacts(app, t);
  }
  const word = appWord(app, t);
  const { ready, desired } = workerCounts(app);
  const counts = `${ready}/${desired}`;
  const { renewal } = snapshot;
  const generation = t("gen {0}", snapshot.app.generation);
  if (state === "reloading" && renewal !== undefined) {
    return [word, counts, renewalWord(renewal, t), generation, ...portsOf(app)];
  }
  if (state === "crash-looping" && snapshot.app.failure !== undefined) {
    return [word, counts, firstLine(snapshot.app.failure.message)];
  }
  return [
    ...(isLooping(app, now) ? [] : [word]),
    ...troubleWords(app, now, t),
    counts,
    generation,
    ...portsOf(app),
    ...watchWords(app, t),
  ];
}

/** What a stopped app would be, or why it is not running. */
function restingFacts(app: AppView, t: Localize): string[] {
  const word = appWord(app, t);
  const reason = app.problem ?? app.snapshot?.app.failure?.message;
  if (app.state !== "stopped") {
    return reason === undefined ? [word] : [word, firstLine(reason)];
  }
  const { entry, port } = app.resting ?? {};
  return [word, ...(entry === undefined ? [] : [entry]), ...(port === undefined ? [] : [`:${port}`])];
}

/** That workers crashed, or that the last reload did not succeed: until a reload does. */
function troubleWords(app: AppView, now: number, t: Localize): string[] {
  const { crashes } = (isActive(app) ? app.snapshot?.app : undefined) ?? {};
  const failed = failedRenewal(app);
  const crashWords =
    crashes === undefined ? [] : [crashes.count === 1 ? t("1 crash") : t("{0} crashes", crashes.count)];
  return [
    ...(isLooping(app, now) ? [t("crashing")] : []),
    ...crashWords,
    ...(isActive(app) && failed !== undefined ? [t("reload {0}", outcomeWord(failed, t))] : []),
  ];
}

function isLooping({ snapshot }: AppView, now: number): boolean {
  return snapshot !== undefined && isCrashing(snapshot, now);
}

/** The pause comes behind the state: a narrow side bar cuts the rest off. */
function withPause([state = "", ...facts]: readonly string[], pause: readonly string[]): string[] {
  return [state, ...pause, ...facts];
}

/** Where a debugger has stopped one of its workers. */
function pauseOf(app: AppView, t: Localize): string[] {
  const paused = pausedWorker(app)?.paused;
  return paused === undefined || !isActive(app) ? [] : [pausedWord(paused, t)];
}

/** That a save is enough, or that it is not though it should be. */
function watchWords({ snapshot }: AppView, t: Localize): string[] {
  const state = snapshot?.app.watch?.state;
  return state === "on" || state === "starting" ? [t("watching")] : state === "failed" ? [t("not watching")] : [];
}

function portsOf({ snapshot }: AppView): string[] {
  return portWords(snapshot?.app.addresses ?? []);
}

function appIcon(app: AppView, now: number): TreeIcon {
  if (app.state !== "running") {
    return appIcons[app.state];
  }
  const level = trouble(app, now);
  return level === 3 ? appIcons.running : { name: "warning", color: level === 1 ? bad : busy };
}

const appIcons: Readonly<Record<AppViewState, TreeIcon>> = {
  stopped: { name: "circle-outline", color: faint },
  starting: { name: "loading~spin", color: busy },
  running: { name: "pass-filled", color: good },
  reloading: { name: "sync~spin", color: busy },
  degraded: { name: "warning", color: busy },
  "crash-looping": { name: "error", color: bad },
  stopping: { name: "loading~spin", color: faint },
  finished: { name: "pass", color: faint },
  failed: { name: "error", color: bad },
  invalid: { name: "settings-gear", color: bad },
};
