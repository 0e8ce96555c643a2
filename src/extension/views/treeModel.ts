import type { RenewalReport } from "../../shared/report.ts";
import type { WorkerView } from "../../shared/snapshot.ts";
import { placeText } from "../../shared/text/placeText.ts";
import { type AppView, type AppViewState, isActive, pausedWorker, workerCounts } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { escapeMarkdown } from "../presentation/markdown.ts";
import { outcomeWord, reportTitle, trafficFacts } from "../presentation/reportWords.ts";
import {
  durationWord,
  pausedWord,
  portWords,
  readyWords,
  renewalWord,
  stateWord,
  uptimeWord,
  workerWord,
} from "../presentation/stateWords.ts";
import { appContext, workerContext } from "./rowFlags.ts";
import { appTooltip, workerTooltip } from "./treeTooltips.ts";

/**
 * The rest of a drain is shown in steps of this many milliseconds. A row that is drawn again gets new buttons, and a
 * click that began on an old one is lost, so rows must not change every second.
 */
const drainStepMs = 5_000;

export interface TreeIcon {
  /** Name of a codicon, with its modifier. */
  readonly name: string;
  /** Id of a theme colour. */
  readonly color?: string;
}

/** One row as plain data: equal data looks the same on the screen. */
export interface TreeRow {
  /** The same as long as the app or worker exists, so that the tree keeps expansion and selection. */
  readonly id: string;
  readonly app: string;
  /** Absent on an app's row. */
  readonly worker?: number;
  /** When the renewal of this row began. */
  readonly report?: number;
  /** What a click opens: the settings, or a place in the code; `line` counts from 1. */
  readonly opens?: "settings" | { readonly file: string; readonly line: number };
  /** Whether it is initially collapsed. */
  readonly collapsed?: boolean;
  readonly label: string;
  readonly description: string;
  /** Markdown; requested when the user hovers over the row, so a change of it alone does not redraw the row. */
  readonly tooltip: string;
  readonly icon: TreeIcon;
  /** Decides which buttons the row has. */
  readonly contextValue: string;
  readonly accessibilityLabel: string;
  /** Whether it may have children, now or soon. */
  readonly expandable: boolean;
  readonly children: readonly TreeRow[];
}

/**
 * The rows of the tree. None when there is a single app with nothing to show: the welcome text with its button takes
 * their place.
 * @param now Epoch milliseconds.
 */
export function projectTree(apps: readonly AppView[], now: number, t: Localize): TreeRow[] {
  const [only] = apps;
  if (apps.length === 1 && only?.state === "stopped") {
    return [];
  }
  return apps.map((app) => appRow(app, now, t));
}

function appRow(app: AppView, now: number, t: Localize): TreeRow {
  const { ready, desired } = workerCounts(app);
  const active = isActive(app);
  const counts = app.snapshot === undefined ? "" : readyWords(ready, desired, t);
  return {
    // A tree remembers for each id whether it is expanded: a row that gets children has a new id, and is expanded.
    id: active ? app.key : `${app.key}#resting`,
    app: app.key,
    label: app.name,
    description: [...appFacts(app, t), ...pauseOf(app, t)].join(" · "),
    tooltip: appTooltip(app, now, t),
    icon: appIcons[app.state],
    contextValue: appContext(app),
    accessibilityLabel: [app.name, stateWord(app.state, t), counts, ...pauseOf(app, t), ...portsOf(app)]
      .filter(Boolean)
      .join(", "),
    expandable: active,
    children: active
      ? [...(app.snapshot?.workers ?? []).map((worker) => workerRow(app, worker, now, t)), ...historyRows(app, now, t)]
      : [],
    ...(app.state === "invalid" && { opens: "settings" as const }),
  };
}

function appFacts(app: AppView, t: Localize): string[] {
  const { snapshot, state } = app;
  const word = stateWord(state, t);
  if (snapshot === undefined || !isActive(app)) {
    const reason = app.problem ?? snapshot?.app.failure?.message;
    return state === "stopped" || reason === undefined ? [word] : [word, firstLine(reason)];
  }
  const { ready, desired } = workerCounts(app);
  const { renewal } = snapshot;
  const generation = t("gen {0}", snapshot.app.generation);
  if (state === "reloading" && renewal !== undefined) {
    return [word, renewalWord(renewal, t), generation, ...portsOf(app)];
  }
  if (state === "crash-looping" && snapshot.app.failure !== undefined) {
    return [word, `${ready}/${desired}`, firstLine(snapshot.app.failure.message)];
  }
  return [word, `${ready}/${desired}`, generation, ...portsOf(app)];
}

/** Where a debugger has stopped one of its workers. */
function pauseOf(app: AppView, t: Localize): string[] {
  const paused = pausedWorker(app)?.paused;
  return paused === undefined || !isActive(app) ? [] : [pausedWord(paused, t)];
}

function portsOf({ snapshot }: AppView): string[] {
  return portWords(snapshot?.app.addresses ?? []);
}

function workerRow(app: AppView, worker: WorkerView, now: number, t: Localize): TreeRow {
  const name = t("worker {0}", worker.id);
  const unresponsive = worker.health === "unresponsive" && worker.state === "ready";
  const stuck = placeOf(worker);
  const pausedAt = worker.paused?.at;
  return {
    id: `${app.key}#${app.snapshot?.supervisor.pid ?? 0}#${worker.id}`,
    app: app.key,
    worker: worker.id,
    label: name,
    description: workerFacts(app, worker, now, t).join(" · "),
    tooltip: workerTooltip(worker, now, t),
    icon: worker.paused !== undefined ? pausedIcon : unresponsive ? unresponsiveIcon : workerIcons[worker.state],
    contextValue: workerContext(worker),
    accessibilityLabel: [
      name,
      workerWord(worker, t),
      ...(stuck === undefined ? [] : [t("stuck at {0}", stuck.place)]),
      ...(worker.state === "draining" && worker.drain ? [requestWord(worker.drain.requests, t)] : []),
      t("process {0}", worker.pid),
      ...portWords(worker.addresses),
    ].join(", "),
    expandable: false,
    children: [],
    ...(stuck !== undefined && { opens: { file: stuck.file, line: stuck.line } }),
    ...(pausedAt !== undefined && { opens: { file: pausedAt.file, line: pausedAt.line } }),
  };
}

/** The last renewals, in a row of their own that is initially collapsed; none if there were none. */
function historyRows(app: AppView, now: number, t: Localize): TreeRow[] {
  if (app.reports.length === 0) {
    return [];
  }
  const label = t("Reload history");
  return [
    {
      id: `${app.key}#history`,
      app: app.key,
      label,
      description: `${app.reports.length}`,
      tooltip: "",
      icon: { name: "history" },
      contextValue: "history",
      accessibilityLabel: `${label}, ${app.reports.length}`,
      expandable: true,
      collapsed: true,
      children: app.reports.map((report) => reportRow(app, report, now, t)),
    },
  ];
}

function reportRow(app: AppView, report: RenewalReport, now: number, t: Localize): TreeRow {
  const label = reportTitle(report, t);
  const outcome = outcomeWord(report, t);
  const ago = t("{0} ago", durationWord(now - report.startedAt, t));
  const { failed, cut } = report.traffic ?? { failed: 0, cut: 0 };
  const well = report.outcome === "completed" && failed + cut === 0;
  return {
    id: `${app.key}#report#${report.startedAt}`,
    app: app.key,
    report: report.startedAt,
    label,
    // The icon shows whether all went well, so the text has room for other facts.
    description: [
      ...(report.outcome === "completed" ? [] : [outcome]),
      ...trafficFacts(report, t).slice(0, 1),
      ago,
    ].join(" · "),
    tooltip: [report.reason ?? "", ...trafficFacts(report, t)].filter(Boolean).map(escapeMarkdown).join("  \n"),
    icon: well
      ? { name: "pass", color: good }
      : { name: report.outcome === "completed" ? "warning" : "discard", color: busy },
    contextValue: `report.${report.outcome}`,
    accessibilityLabel: [label, outcome, ago].join(", "),
    expandable: false,
    children: [],
  };
}

/** The most important comes first: a narrow side bar cuts the rest off. */
function workerFacts(app: AppView, worker: WorkerView, now: number, t: Localize): string[] {
  const { pid, generation, state, addresses, drain, drainDeadline } = worker;
  if (state === "draining") {
    return [
      ...(worker.paused === undefined ? [] : [pausedWord(worker.paused, t)]),
      drain === undefined || drain.requests === 0 ? t("draining") : requestWord(drain.requests, t),
      ...(drainDeadline === undefined ? [] : [t("{0} left", durationWord(inSteps(drainDeadline - now), t))]),
      t("pid {0}", pid),
      t("gen {0}", generation),
    ];
  }
  const stuck = placeOf(worker);
  return [
    ...(stuck === undefined ? conditionWords(worker, t) : [t("stuck at {0}", stuck.place)]),
    t("gen {0}", generation),
    uptimeWord(now - worker.startedAt, t),
    t("pid {0}", pid),
    // The app's row shows those that all workers share.
    ...(addresses.join() === app.snapshot?.app.addresses.join() ? [] : portWords(addresses)),
  ];
}

/** For a healthy worker the icon is enough. */
function conditionWords(worker: WorkerView, t: Localize): string[] {
  return worker.state === "ready" && worker.health === "responsive" && worker.paused === undefined
    ? []
    : [workerWord(worker, t)];
}

/** The line of the app's own code in which a worker is stuck; `place` is shortened. */
function placeOf({ stuckAt }: WorkerView): { file: string; line: number; place: string } | undefined {
  const frame = stuckAt?.find(({ file }) => file !== "" && !file.startsWith("node:"));
  return frame && { file: frame.file, line: frame.line, place: placeText(frame) };
}

function inSteps(milliseconds: number): number {
  return Math.ceil(milliseconds / drainStepMs) * drainStepMs;
}

function requestWord(requests: number, t: Localize): string {
  return requests === 1 ? t("1 request") : t("{0} requests", requests);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

const good = "charts.green";
const busy = "charts.yellow";
const bad = "charts.red";

const appIcons: Readonly<Record<AppViewState, TreeIcon>> = {
  stopped: { name: "circle-outline", color: "disabledForeground" },
  starting: { name: "loading~spin", color: busy },
  running: { name: "pass-filled", color: good },
  reloading: { name: "sync~spin", color: busy },
  degraded: { name: "warning", color: busy },
  "crash-looping": { name: "error", color: bad },
  stopping: { name: "loading~spin", color: "disabledForeground" },
  finished: { name: "pass", color: "disabledForeground" },
  failed: { name: "error", color: bad },
  invalid: { name: "settings-gear", color: bad },
};

const workerIcons: Readonly<Record<WorkerView["state"], TreeIcon>> = {
  starting: { name: "loading~spin", color: busy },
  ready: { name: "circle-filled", color: good },
  draining: { name: "arrow-circle-down", color: busy },
  exited: { name: "circle-slash", color: "disabledForeground" },
};

const pausedIcon: TreeIcon = { name: "debug-pause", color: busy };
const unresponsiveIcon: TreeIcon = { name: "watch", color: bad };
