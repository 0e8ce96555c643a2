import { stripVTControlCharacters } from "node:util";
import type { LogLine } from "../../shared/cliOutput.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { SupervisorEvent } from "../../shared/logs.ts";
import { harmless } from "../../shared/text/escapeFilter.ts";
import { workerLabel, workerTag } from "../../shared/text/workerName.ts";
import { stateStyles, workerStateCell } from "../show/appTables.ts";
import { reportText } from "../show/reportLines.ts";
import { failureText, renewalProgress } from "../show/statusTexts.ts";
import type { Paint } from "../terminal/paint.ts";
import { count, localTime, printable } from "../terminal/units.ts";
import { clip, padTo, tableHeading, tableRow, togetherOf, usageOf } from "./columns.ts";
import type { MonitApp } from "./monitApps.ts";
import { type Chosen, currentRow, type MonitState, rowsOf, sortedWorkers } from "./monitState.ts";
import type { ScreenSize } from "./screen.ts";

/** All that the dashboard shows. */
export interface MonitContent {
  readonly apps: readonly MonitApp[];
  /** Why it is not known which apps run. */
  readonly problem?: string | undefined;
  /** Of the chosen app, oldest first. */
  readonly log: readonly LogLine[];
  /** Where the apps run; absent for this machine. */
  readonly machine?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface Frame {
  /** As many as the screen has rows, none wider than it. */
  readonly lines: readonly string[];
  /** How far the log can be scrolled. */
  readonly mostScrolled: number;
}

/** A smaller screen shows the beginning of what there is. */
const leastLogRows = 2;

/** Draws the dashboard. */
export function monitFrame(content: MonitContent, state: MonitState, size: ScreenSize, paint: Paint): Frame {
  const { apps } = content;
  const row = currentRow(apps, state.chosen);
  const app = apps.find(({ endpoint }) => endpoint.pid === row?.pid);
  const foot = [...messageLines(state, paint), footLine(state, size.columns, apps, paint)];
  const head = [titleLine(content, size.columns, paint)];
  const upper = state.view === "log" ? [] : upperPart(content, app, row, size, paint);
  const above = [...head, ...upper].slice(0, Math.max(1, size.rows - foot.length - leastLogRows));
  const room = Math.max(0, size.rows - above.length - foot.length);
  const log = logPart(content, state, { app, row, room, columns: size.columns }, paint);
  const lines = [...above, ...log.lines];
  const filled = [...lines, ...Array.from({ length: Math.max(0, size.rows - foot.length - lines.length) }, () => "")];
  return {
    lines: [...filled.slice(0, Math.max(0, size.rows - foot.length)), ...foot].map((line) => clip(line, size.columns)),
    mostScrolled: log.mostScrolled,
  };
}

function titleLine({ apps, machine, now }: MonitContent, columns: number, paint: Paint): string {
  const where = machine === undefined ? "" : ` on ${machine}`;
  const title = `${paint("bold", `hitless${where}`)} · ${count(apps.length, "app")}`;
  const clock = clockTime(now);
  return `${padTo(title, Math.max(0, columns - clock.length - 1))} ${paint("dim", clock)}`;
}

/** The apps and their workers, what is to be said of the one that is chosen, and its last events. */
function upperPart(
  content: MonitContent,
  app: MonitApp | undefined,
  row: Chosen | undefined,
  { rows, columns }: ScreenSize,
  paint: Paint,
): string[] {
  const { apps, problem } = content;
  if (apps.length === 0) {
    return ["", problem ?? "No app is running. Start one with: hitless start"].map((line) => paint("yellow", line));
  }
  const table = tableLines(content, row, { columns, room: Math.max(2, Math.floor(rows * 0.4)) }, paint);
  const events = app === undefined ? [] : eventLines(app.events, rows >= 20 ? 3 : 1, paint);
  return [
    ...(problem === undefined ? [] : [paint("red", printable(problem))]),
    paint("dim", tableHeading(columns)),
    ...table,
    ...(app === undefined ? [] : detailLines(app, paint)),
    ...(events.length > 0 && rows >= 20 ? [ruler("events", columns, paint)] : []),
    ...events,
  ];
}

function tableLines(
  { apps, now }: MonitContent,
  row: Chosen | undefined,
  { columns, room }: { readonly columns: number; readonly room: number },
  paint: Paint,
): string[] {
  const all = rowsOf(apps);
  // Workers of other apps give way first.
  const shown = all.length <= room ? all : all.filter(({ pid, worker }) => worker === undefined || pid === row?.pid);
  const at = shown.findIndex(({ pid, worker }) => pid === row?.pid && worker === row?.worker);
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), shown.length - room));
  return shown.slice(from, from + room).map((each, index) => {
    const app = apps.find(({ endpoint }) => endpoint.pid === each.pid);
    const isChosen = from + index === at;
    const text = app === undefined ? "" : rowText(app, each, { isChosen, columns, now }, paint);
    return isChosen ? paint("bold", text) : text;
  });
}

function rowText(
  app: MonitApp,
  { worker: id }: Chosen,
  { isChosen, columns, now }: { readonly isChosen: boolean; readonly columns: number; readonly now: number },
  paint: Paint,
): string {
  const mark = isChosen ? "▶ " : "  ";
  const { endpoint, client, figures } = app;
  if (client === undefined || client.closed) {
    const state = { text: "unreachable", style: stateStyles.unreachable };
    return tableRow({ name: mark + printable(endpoint.name), state }, columns, paint);
  }
  const { snapshot } = client;
  const workers = sortedWorkers(app);
  const worker = workers.find((one) => one.id === id);
  if (worker !== undefined) {
    const name = `${mark}  ${workerLabel(worker)}`;
    const usage = usageOf(worker, figures.get(worker.id), now);
    return tableRow({ name, state: workerStateCell(worker), usage }, columns, paint);
  }
  const { state, desiredWorkers, startedAt } = snapshot.app;
  const name = `${mark}${printable(endpoint.name)} ${readyCount(snapshot)}/${desiredWorkers}`;
  const usages = workers.map((one) => usageOf(one, figures.get(one.id), now));
  const usage = togetherOf(usages, Math.max(0, now - startedAt));
  return tableRow({ name, state: { text: state, style: stateStyles[state] }, usage }, columns, paint);
}

/** Where the chosen app listens, and what is going on: a renewal, a failure, or how the last renewal went. */
function detailLines({ endpoint, client, problem, report }: MonitApp, paint: Paint): string[] {
  if (client === undefined || client.closed) {
    return [paint("red", printable(problem ?? "its supervisor does not answer yet"))];
  }
  const { app, renewal, supervisor, workers } = client.snapshot;
  const generation = `generation ${app.generation}`;
  const where = [...app.addresses, generation, `supervisor ${supervisor.pid}`, `Node.js ${supervisor.nodeVersion}`];
  const stuck = workers.filter(({ health }) => health === "unresponsive").length;
  const news =
    renewal !== undefined
      ? paint("cyan", renewalProgress(endpoint.name, renewal))
      : app.failure !== undefined
        ? failureText(app.failure, paint, { withStderr: false })
        : report !== undefined
          ? reportText(endpoint.name, { ...report, stderr: [] }, paint)
          : paint("dim", "no renewal yet");
  return [
    paint("cyan", where.map(printable).join(" · ")),
    ...(stuck > 0
      ? [paint("red", `${count(stuck, "worker")} not responding; see: hitless status ${endpoint.name}`)]
      : []),
    oneLine(news),
  ];
}

function eventLines(events: readonly SupervisorEvent[], room: number, paint: Paint): string[] {
  const styles = { info: "dim", warning: "yellow", error: "red" } as const;
  return events
    .slice(-room)
    .map(({ time, level, message }) => `${paint("dim", clockTime(time))} ${paint(styles[level], printable(message))}`);
}

function logPart(
  { log }: MonitContent,
  { filter, scrolled, view }: MonitState,
  place: {
    readonly app?: MonitApp | undefined;
    readonly row?: Chosen | undefined;
    readonly room: number;
    readonly columns: number;
  },
  paint: Paint,
): { readonly lines: string[]; readonly mostScrolled: number } {
  const { app, row, room, columns } = place;
  if (app === undefined || room < 1) {
    return { lines: [], mostScrolled: 0 };
  }
  const worker = row?.worker === undefined ? undefined : sortedWorkers(app).find(({ id }) => id === row.worker);
  const ofWorker = worker === undefined ? log : log.filter((line) => line.worker === worker.id);
  const plainFilter = filter.toLowerCase();
  const found =
    filter === ""
      ? ofWorker
      : ofWorker.filter(({ text }) => stripVTControlCharacters(text).toLowerCase().includes(plainFilter));
  const rows = room - 1;
  const mostScrolled = Math.max(0, found.length - rows);
  const below = Math.min(scrolled, mostScrolled);
  const shown = found.slice(Math.max(0, found.length - rows - below), found.length - below);
  const title = [
    `log of ${printable(app.endpoint.name)}${worker === undefined ? "" : ` ${workerLabel(worker)}`}`,
    ...(filter === "" ? [] : [`with “${printable(filter)}”`]),
    ...(below === 0 ? [] : [`${count(below, "line")} below`]),
    ...(view === "log" ? ["l: back"] : []),
  ].join(" · ");
  const empty = found.length === 0 ? [paint("dim", filter === "" ? "nothing was printed yet" : "no line has it")] : [];
  return {
    lines: [ruler(title, columns, paint), ...empty, ...shown.map((line) => logLine(line, paint))],
    mostScrolled,
  };
}

function logLine(line: LogLine, paint: Paint): string {
  const text = harmless(line.text).replaceAll("\t", "    ");
  const bar = line.stream === "stderr" ? paint("red", "│") : paint("dim", "│");
  const hasColours = paint("dim", "") !== "";
  return `${paint("cyan", workerTag(line))} ${bar} ${hasColours ? text : stripVTControlCharacters(text)}`;
}

function messageLines({ message }: MonitState, paint: Paint): string[] {
  return message === undefined ? [] : [oneLine(message.isTrouble ? paint("red", message.text) : message.text)];
}

const longKeys = "↑↓ tab choose  r reload  g graceful  R restart  s scale  l log  / filter  q quit";
const shortKeys = "↑↓ r reload g graceful R restart s scale l log / q quit";

function footLine({ prompt }: MonitState, columns: number, apps: readonly MonitApp[], paint: Paint): string {
  if (prompt === undefined) {
    return paint("dim", columns < longKeys.length ? shortKeys : longKeys);
  }
  if (prompt.kind === "filter") {
    return `${paint("yellow", "lines with:")} ${printable(prompt.text)}▏  ${paint("dim", "enter: keep  esc: all lines")}`;
  }
  const app = apps.find(({ endpoint }) => endpoint.pid === prompt.pid);
  const name = printable(app?.endpoint.name ?? "");
  if (prompt.kind === "scale") {
    const now = app?.client?.snapshot.app.desiredWorkers ?? "?";
    return `${paint("yellow", `workers of ${name}, now ${now}:`)} ${prompt.text}▏  ${paint("dim", "enter: scale  esc")}`;
  }
  const worker = app && sortedWorkers(app).find(({ id }) => id === prompt.worker);
  const what = worker === undefined ? name : `worker ${workerLabel(worker)} of ${name}`;
  const gap = worker === undefined ? " Clients are refused meanwhile." : "";
  return paint("yellow", `Restart ${what}?${gap} y: yes, any other key: no`);
}

function ruler(title: string, columns: number, paint: Paint): string {
  return paint("dim", padTo(`── ${title} ${"─".repeat(columns)}`, columns).replace(/…$/, "─"));
}

function oneLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" · ");
}

/** `09:05:07`, in local time. */
function clockTime(epochMs: number): string {
  return localTime(epochMs).slice(-8);
}
