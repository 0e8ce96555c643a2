import type { WorkerFigures } from "../../../shared/facts/pulseFigures.ts";
import type { WorkerView } from "../../../shared/snapshot.ts";
import { workerLabel } from "../../../shared/text/workerName.ts";
import type { AppView } from "../../apps/appView.ts";
import type { Localize } from "../../platform/localize.ts";
import { figureWords } from "../../presentation/figureWords.ts";
import {
  durationWord,
  pausedWord,
  placeWord,
  portWords,
  uptimeWord,
  workerWord,
} from "../../presentation/stateWords.ts";
import { workerContext } from "../rowFlags.ts";
import { workerTooltip } from "../treeTooltips.ts";
import { bad, busy, faint, good, pausedIcon, type TreeIcon, type TreeRow } from "./treeRow.ts";

/**
 * The rest of a drain is shown in steps of this many milliseconds. A row that is drawn again gets new buttons, and a
 * click that began on an old one is lost, so rows must not change every second.
 */
const drainStepMs = 5_000;

/** @param figures What it uses now; `undefined` while that is not measured. */
export function workerRow(
  app: AppView,
  worker: WorkerView,
  { figures, now, t }: { readonly figures: WorkerFigures | undefined; readonly now: number; readonly t: Localize },
): TreeRow {
  const { slot, generation } = worker;
  const unresponsive = worker.health === "unresponsive" && worker.state === "ready";
  const stuck = placeOf(worker);
  return {
    id: `${app.key}#${app.snapshot?.supervisor.pid ?? 0}#${worker.id}`,
    app: app.key,
    worker: worker.id,
    label: workerLabel(worker, t),
    description: workerFacts(app, worker, { figures, now, t }).join(" · "),
    tooltip: workerTooltip(worker, figures, now, t),
    icon: worker.paused !== undefined ? pausedIcon : unresponsive ? unresponsiveIcon : workerIcons[worker.state],
    contextValue: workerContext(worker, app.there),
    accessibilityLabel: [
      t("worker {0}", slot),
      workerWord(worker, t),
      ...(stuck === undefined ? [] : [t("stuck at {0}", placeWord(stuck))]),
      t("generation {0}", generation),
      ...(worker.state === "draining" && worker.drain ? [requestWord(worker.drain.requests, t)] : []),
      t("process {0}", worker.pid),
      ...portWords(worker.addresses),
    ].join(", "),
    expandable: false,
    children: [],
    opens: pausedPlace(worker) ?? stuck ?? "log",
  };
}

/** The most important comes first: a narrow side bar cuts the rest off. */
function workerFacts(
  app: AppView,
  worker: WorkerView,
  { figures, now, t }: { readonly figures: WorkerFigures | undefined; readonly now: number; readonly t: Localize },
): string[] {
  const { state, addresses, drain, drainDeadline } = worker;
  if (state === "draining") {
    return [
      ...(worker.paused === undefined ? [] : [pausedWord(worker.paused, t)]),
      drain === undefined || drain.requests === 0 ? t("draining") : requestWord(drain.requests, t),
      ...(drainDeadline === undefined ? [] : [t("{0} left", durationWord(inSteps(drainDeadline - now), t))]),
    ];
  }
  const stuck = placeOf(worker);
  return [
    ...(stuck === undefined ? conditionWords(worker, t) : [t("stuck at {0}", placeWord(stuck))]),
    ...figureWords({ ...(worker.memory !== undefined && { memory: worker.memory }), ...figures }, t),
    uptimeWord(now - worker.startedAt, t),
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

/** The line of the app's own code in which a worker is stuck. */
function placeOf({ stuckAt }: WorkerView): { readonly file: string; readonly line: number } | undefined {
  const frame = stuckAt?.find(({ file }) => file !== "" && !file.startsWith("node:"));
  return frame && { file: frame.file, line: frame.line };
}

/** The line in which a debugger has stopped it. */
function pausedPlace({ paused }: WorkerView): { readonly file: string; readonly line: number } | undefined {
  return paused?.at && { file: paused.at.file, line: paused.at.line };
}

function inSteps(milliseconds: number): number {
  return Math.ceil(milliseconds / drainStepMs) * drainStepMs;
}

function requestWord(requests: number, t: Localize): string {
  return requests === 1 ? t("1 request") : t("{0} requests", requests);
}

const workerIcons: Readonly<Record<WorkerView["state"], TreeIcon>> = {
  starting: { name: "loading~spin", color: busy },
  ready: { name: "circle-filled", color: good },
  draining: { name: "arrow-circle-down", color: busy },
  exited: { name: "circle-slash", color: faint },
};

const unresponsiveIcon: TreeIcon = { name: "watch", color: bad };
