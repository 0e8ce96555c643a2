import {
  type AppView,
  type AppViewState,
  isActive,
  isWatched,
  pausedWorker,
  troubledApps,
  workerCounts,
} from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { escapeMarkdown } from "../presentation/markdown.ts";
import { appWord, pausedWord, readyWords, renewalWord, stateWord } from "../presentation/stateWords.ts";

/** The button beside the item. */
export type StatusAction = "reload" | "start";

export interface StatusModel {
  /** With codicons, `$(name)`. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly accessibilityLabel: string;
  readonly severity: "none" | "warning" | "error";
  readonly action: StatusAction | undefined;
}

/** The status bar's content for all apps: the only one, or their sum with the worst state. `undefined`: hidden. */
export function projectStatus(apps: readonly AppView[], t: Localize): StatusModel | undefined {
  const [first] = apps;
  if (first === undefined) {
    return undefined;
  }
  const worst = apps.reduce((a, b) => (severityOrder.indexOf(b.state) < severityOrder.indexOf(a.state) ? b : a), first);
  const counts = apps.map(workerCounts);
  const ready = counts.reduce((sum, count) => sum + count.ready, 0);
  const desired = counts.reduce((sum, count) => sum + count.desired, 0);
  const active = apps.some(isActive);
  const name = apps.length === 1 ? first.name : t("{0} apps", apps.length);
  const numbers = active && desired > 0 ? countWords(ready, desired, apps.length, t) : stateWord(worst.state, t);
  const [paused] = apps.flatMap((app) => pausedWorker(app)?.paused ?? []);
  const pause = active && paused !== undefined ? [pausedWord(paused, t)] : [];
  const spoken = active && desired > 0 ? readyWords(ready, desired, t) : "";
  const named = `${escapeIcons(name)}${apps.length > 1 ? " ·" : ""} ${numbers}`;
  const icon = pause.length > 0 ? "debug-pause" : iconOf(worst, apps);
  const watched = apps.some(isWatched);
  return {
    text: `$(${icon}) ${[named, ...pause.map(escapeIcons)].join(" · ")}${watched ? " $(eye)" : ""}`,
    tooltip: [...apps.map((app) => tooltipLine(app, t)), escapeMarkdown(t("Click for the menu"))].join("  \n"),
    accessibilityLabel: ["Hitless", name, stateWord(worst.state, t), spoken, ...pause, watched ? t("watching") : ""]
      .filter(Boolean)
      .join(", "),
    severity: severityOf(worst.state),
    action: actionFor(apps),
  };
}

/** Beside the number of apps, that of their workers needs its word. */
function countWords(ready: number, desired: number, apps: number, t: Localize): string {
  if (apps === 1) {
    return `${ready}/${desired}`;
  }
  return desired === 1 ? t("{0}/1 worker", ready) : t("{0}/{1} workers", ready, desired);
}

/** An app that runs may be in trouble nevertheless: its workers crash, or the last reload failed. */
function iconOf(worst: AppView, apps: readonly AppView[]): string {
  return worst.state === "running" && troubledApps(apps, Date.now()) > 0 ? "warning" : icons[worst.state];
}

/** The worst first; transitions come before settled states. */
const severityOrder: readonly AppViewState[] = [
  "crash-looping",
  "failed",
  "invalid",
  "degraded",
  "stopping",
  "reloading",
  "starting",
  "running",
  "finished",
  "stopped",
];

const icons: Readonly<Record<AppViewState, string>> = {
  stopped: "server-process",
  starting: "sync~spin",
  running: "server-process",
  reloading: "sync~spin",
  degraded: "warning",
  "crash-looping": "error",
  stopping: "sync~spin",
  finished: "server-process",
  failed: "error",
  invalid: "error",
};

function severityOf(state: AppViewState): StatusModel["severity"] {
  if (state === "crash-looping" || state === "failed" || state === "invalid") {
    return "error";
  }
  return state === "degraded" ? "warning" : "none";
}

function actionFor(apps: readonly AppView[]): StatusAction | undefined {
  if (apps.some((app) => isActive(app) && app.state !== "stopping")) {
    return "reload";
  }
  return apps.some((app) => app.state !== "stopping" && app.state !== "invalid") ? "start" : undefined;
}

function tooltipLine(app: AppView, t: Localize): string {
  const { ready, desired } = workerCounts(app);
  const { snapshot } = app;
  const facts = [
    appWord(app, t),
    ...(isActive(app) && desired > 0 ? [t("{0} of {1} ready", ready, desired)] : []),
    ...(snapshot?.renewal === undefined ? [] : [renewalWord(snapshot.renewal, t)]),
    ...(isActive(app) ? (snapshot?.app.addresses ?? []) : []),
    ...(isWatched(app) ? [t("watching")] : []),
    ...(app.problem === undefined ? [] : [app.problem]),
    ...(app.problem === undefined && snapshot?.app.failure !== undefined ? [snapshot.app.failure.message] : []),
  ];
  return `**${escapeMarkdown(app.name)}** ${escapeMarkdown(facts.join(" · "))}`;
}

/** A name must not be rendered as an icon. */
function escapeIcons(text: string): string {
  return text.replace(/\$\(/g, "$ (");
}
