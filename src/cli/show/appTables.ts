import { homedir } from "node:os";
import { sep } from "node:path";
import type { ListedApp, StatusOutput } from "../../shared/cliOutput.ts";
import type { AppState } from "../../shared/snapshot.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { Paint, Style } from "../terminal/paint.ts";
import { type Cell, table } from "../terminal/table.ts";
import { count, duration, localTime, printable } from "../terminal/units.ts";
import { failureText, pausedText, renewalProgress } from "./statusTexts.ts";
import { workerDetails } from "./workerDetails.ts";

export const stateStyles: Readonly<Record<AppState | "unreachable", Style>> = {
  stopped: "dim",
  starting: "yellow",
  running: "green",
  reloading: "cyan",
  degraded: "yellow",
  "crash-looping": "red",
  stopping: "yellow",
  unreachable: "red",
};

/** Files that are listed of those that have changed. */
const mostStaleListed = 10;

const workerHeadings = ["WORKER", "STATE", "PID", "UPTIME", "MEMORY", "RESTARTS"];

/** The apps of `hitless list`, one per row. */
export function listTable(apps: readonly ListedApp[], paint: Paint): string {
  const rows = apps.map((app): Cell[] => [
    { text: app.name, style: "bold" },
    stateCell(app),
    { text: `${app.workers.filter(({ state }) => state === "ready").length}/${app.workers.length}` },
    { text: app.generation === 0 ? "–" : String(app.generation) },
    { text: app.addresses[0] ?? "–", style: "cyan" },
    { text: String(app.supervisorPid) },
    { text: shortPath(app.root), style: "dim" },
  ]);
  return table(["NAME", "STATE", "READY", "GEN", "ADDRESS", "SUPERVISOR", "FOLDER"], rows, paint);
}

function stateCell({ state, workers }: ListedApp): Cell {
  const stuck = workers.filter(({ health }) => health === "unresponsive").length;
  const paused = workers.filter((worker) => worker.paused !== undefined).length;
  if (stuck > 0) {
    return { text: `${state}, ${stuck} unresponsive`, style: "red" };
  }
  return paused > 0
    ? { text: `${state}, ${paused} paused`, style: "yellow" }
    : { text: state, style: stateStyles[state] };
}

/** One app and its workers, as `hitless status` shows them. */
export function statusText(status: StatusOutput, paint: Paint): string {
  const { name, state, generation, supervisorPid, nodeVersion, addresses, workers, renewal, failure } = status;
  const { waitingConnections = 0, refusedConnections = 0 } = status;
  const rows = workers.map((worker): Cell[] => [
    { text: workerLabel(worker) },
    workerStateCell(worker),
    { text: String(worker.pid) },
    { text: duration(worker.uptimeMs) },
    { text: worker.memory === undefined ? "–" : mebibytes(worker.memory) },
    { text: String(worker.restarts), ...(worker.restarts > 0 ? { style: "yellow" as const } : {}) },
  ]);
  const ready = workers.filter((worker) => worker.state === "ready").length;
  return [
    `${paint("bold", name)} · ${paint(stateStyles[state], state)} · ready ${ready}/${status.desiredWorkers} · generation ${generation}`,
    ...addresses.map((address) => `  ${paint("cyan", address)}`),
    ...(status.health === undefined ? [] : [`  ${paint("dim", `health checks: ${status.health}/ready`)}`]),
    `  ${paint("dim", `${shortPath(status.entry)} · supervisor ${supervisorPid} · Node.js ${nodeVersion}`)}`,
    ...logLines(status, paint),
    ...scheduleLines(status, paint),
    ...watchLines(status, paint),
    ...staleLines(status, paint),
    ...(renewal === undefined ? [] : [`  ${renewalProgress(name, renewal)}`]),
    ...(waitingConnections === 0
      ? []
      : [`  ${paint("yellow", `connections waiting for a free worker: ${waitingConnections}`)}`]),
    ...(refusedConnections === 0
      ? []
      : [`  ${paint("red", `connections refused because too many were waiting: ${refusedConnections}`)}`]),
    ...(failure === undefined ? [] : ["", failureText(failure, paint, { withStderr: true })]),
    ...(rows.length === 0 ? [] : ["", table(workerHeadings, rows, paint)]),
    ...workers.flatMap((worker) => {
      const details = workerDetails(worker, paint);
      return details.length === 0 ? [] : ["", ...details];
    }),
  ].join("\n");
}

/** That what runs is not what is on the disk. */
function staleLines({ stale = 0, staleFiles = [], generation }: StatusOutput, paint: Paint): string[] {
  const listed = staleFiles.slice(0, mostStaleListed);
  const more = stale - listed.length;
  return stale === 0
    ? []
    : [
        `  ${paint("yellow", `${count(stale, "file")} changed since generation ${generation}`)}`,
        ...listed.map(({ file, change }) => `    ${printable(file)}${change === "changed" ? "" : ` (${change})`}`),
        ...(more > 0 ? [`    and ${more} more`] : []),
      ];
}

function logLines({ logs }: StatusOutput, paint: Paint): string[] {
  const files = [logs?.file, logs?.errorFile].filter((file) => file !== undefined);
  return [
    ...(files.length === 0 ? [] : [`  ${paint("dim", `log: ${files.map(printable).join(" · ")}`)}`]),
    ...(logs?.problem === undefined ? [] : [`  ${paint("red", `log: ${printable(logs.problem)}`)}`]),
  ];
}

function scheduleLines({ schedule, nextScheduledAt }: StatusOutput, paint: Paint): string[] {
  const next = nextScheduledAt === undefined ? "" : `: next at ${localTime(nextScheduledAt)}`;
  return schedule === undefined ? [] : [`  ${paint("dim", `by schedule (${printable(schedule)})${next}`)}`];
}

function watchLines({ watch }: StatusOutput, paint: Paint): string[] {
  if (watch === undefined || watch.state === "off") {
    return [];
  }
  return [
    watch.state === "failed"
      ? `  ${paint("red", `not watching: ${watch.problem}`)}`
      : `  ${paint("dim", "watching: reloads when its files change")}`,
    ...(watch.state !== "failed" && watch.problem !== undefined ? [`  ${paint("yellow", watch.problem)}`] : []),
  ];
}

/** An unresponsive worker is shown as such, whatever its state; likewise one that a debugger has stopped. */
export function workerStateCell({
  state,
  health,
  paused,
}: Pick<StatusOutput["workers"][number], "state" | "health" | "paused">): Cell {
  if (paused !== undefined) {
    const words = pausedText(paused);
    return { text: state === "ready" ? words : `${state}, ${words}`, style: "yellow" };
  }
  if (health === "unresponsive") {
    return { text: state === "ready" ? "unresponsive" : `${state}, unresponsive`, style: "red" };
  }
  return { text: state, style: state === "ready" ? "green" : "yellow" };
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}

function shortPath(path: string): string {
  const home = homedir();
  return home.length > 1 && (path === home || path.startsWith(home + sep)) ? `~${path.slice(home.length)}` : path;
}
