import { homedir } from "node:os";
import { sep } from "node:path";
import type { ListedApp, StatusOutput } from "../shared/cliOutput.ts";
import type { AppState } from "../shared/snapshot.ts";
import type { Paint, Style } from "./paint.ts";
import { type Cell, table } from "./table.ts";
import { failureText, renewalProgress } from "./texts.ts";
import { duration } from "./words.ts";

const stateStyles: Readonly<Record<AppState | "unreachable", Style>> = {
  stopped: "dim",
  starting: "yellow",
  running: "green",
  reloading: "cyan",
  degraded: "yellow",
  "crash-looping": "red",
  stopping: "yellow",
  unreachable: "red",
};

/** The apps of `hitless list`, one a row. */
export function listTable(apps: readonly ListedApp[], paint: Paint): string {
  const rows = apps.map((app): Cell[] => [
    { text: app.name, style: "bold" },
    { text: app.state, style: stateStyles[app.state] },
    { text: `${app.workers.filter(({ state }) => state === "ready").length}/${app.workers.length}` },
    { text: app.generation === 0 ? "–" : String(app.generation) },
    { text: app.addresses[0] ?? "–", style: "cyan" },
    { text: String(app.supervisorPid) },
    { text: shortPath(app.root), style: "dim" },
  ]);
  return table(["NAME", "STATE", "READY", "GEN", "ADDRESS", "SUPERVISOR", "FOLDER"], rows, paint);
}

/** One app and its workers, as `hitless status` shows them. */
export function statusText(status: StatusOutput, paint: Paint): string {
  const { name, state, generation, supervisorPid, nodeVersion, addresses, workers, renewal, failure } = status;
  const rows = workers.map((worker): Cell[] => [
    { text: String(worker.id) },
    { text: String(worker.slot) },
    worker.health === "unresponsive"
      ? { text: "unresponsive", style: "red" }
      : { text: worker.state, style: worker.state === "ready" ? "green" : "yellow" },
    { text: String(worker.pid) },
    { text: String(worker.generation) },
    { text: duration(worker.uptimeMs) },
    { text: String(worker.restarts), ...(worker.restarts > 0 ? { style: "yellow" as const } : {}) },
  ]);
  const ready = workers.filter((worker) => worker.state === "ready").length;
  return [
    `${paint("bold", name)} · ${paint(stateStyles[state], state)} · ready ${ready}/${status.desiredWorkers} · generation ${generation}`,
    ...addresses.map((address) => `  ${paint("cyan", address)}`),
    `  ${paint("dim", `${shortPath(status.entry)} · supervisor ${supervisorPid} · Node.js ${nodeVersion}`)}`,
    ...(renewal === undefined ? [] : [`  ${renewalProgress(name, renewal)}`]),
    ...(failure === undefined ? [] : ["", failureText(failure, paint, { withStderr: true })]),
    ...(rows.length === 0 ? [] : ["", table(["ID", "SLOT", "STATE", "PID", "GEN", "UPTIME", "RESTARTS"], rows, paint)]),
  ].join("\n");
}

function shortPath(path: string): string {
  const home = homedir();
  return home.length > 1 && (path === home || path.startsWith(home + sep)) ? `~${path.slice(home.length)}` : path;
}
