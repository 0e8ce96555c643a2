import sliceAnsi from "slice-ansi";
import stringWidth from "string-width";
import type { WorkerFigures } from "../../shared/facts/pulseFigures.ts";
import type { WorkerView } from "../../shared/snapshot.ts";
import { mebibytes } from "../show/appTables.ts";
import type { Paint } from "../terminal/paint.ts";
import type { Cell } from "../terminal/table.ts";
import { duration } from "../terminal/units.ts";

/** The text in so many columns of a terminal, cut off with `…` if it is longer; colours are closed. */
export function clip(text: string, columns: number): string {
  if (columns <= 0) {
    return "";
  }
  return stringWidth(text) <= columns ? text : `${sliceAnsi(text, 0, columns - 1)}…`;
}

/** The text in exactly so many columns. */
export function padTo(text: string, columns: number, align: "left" | "right" = "left"): string {
  const shown = clip(text, columns);
  const rest = " ".repeat(Math.max(0, columns - stringWidth(shown)));
  return align === "left" ? shown + rest : rest + shown;
}

/** What is measured of a worker, or of all of an app. */
export interface Usage {
  readonly cpu?: number;
  readonly memory?: number;
  readonly requestsPerSecond?: number;
  readonly latencyP99?: number;
  readonly delayP99?: number;
  /** Milliseconds. */
  readonly uptime?: number;
  readonly restarts: number;
}

export function usageOf(worker: WorkerView, figures: WorkerFigures | undefined, now: number): Usage {
  const memory = figures?.memory ?? worker.memory;
  return {
    ...(figures !== undefined && { cpu: figures.cpu }),
    ...(memory !== undefined && { memory }),
    ...(figures?.requestsPerSecond !== undefined && { requestsPerSecond: figures.requestsPerSecond }),
    ...(figures?.latencyP99 !== undefined && { latencyP99: figures.latencyP99 }),
    ...(figures?.delayP99 !== undefined && { delayP99: figures.delayP99 }),
    uptime: Math.max(0, now - worker.startedAt),
    restarts: worker.restarts,
  };
}

/** Sums, and of what can't be added up the largest. */
export function togetherOf(all: readonly Usage[], uptime: number): Usage {
  const known = (key: keyof Usage) => all.flatMap((one) => one[key] ?? []);
  const sum = (key: keyof Usage) => (known(key).length === 0 ? {} : { [key]: known(key).reduce((a, b) => a + b, 0) });
  const most = (key: keyof Usage) => (known(key).length === 0 ? {} : { [key]: Math.max(...known(key)) });
  return {
    restarts: all.reduce((total, { restarts }) => total + restarts, 0),
    uptime,
    ...sum("cpu"),
    ...sum("memory"),
    ...sum("requestsPerSecond"),
    ...most("latencyP99"),
    ...most("delayP99"),
  };
}

interface Column {
  readonly heading: string;
  readonly width: number;
  readonly text: (usage: Usage) => string | undefined;
}

/** From what is left out last to what is left out first on a narrow screen. */
const columns: readonly Column[] = [
  { heading: "CPU", width: 6, text: ({ cpu }) => (cpu === undefined ? undefined : `${Math.round(cpu * 100)} %`) },
  { heading: "MEMORY", width: 9, text: ({ memory }) => (memory === undefined ? undefined : mebibytes(memory)) },
  { heading: "REQ/S", width: 7, text: ({ requestsPerSecond }) => rate(requestsPerSecond) },
  { heading: "P99", width: 7, text: ({ latencyP99 }) => shortTime(latencyP99) },
  { heading: "LOOP", width: 7, text: ({ delayP99 }) => shortTime(delayP99) },
  { heading: "UP", width: 8, text: ({ uptime }) => (uptime === undefined ? undefined : duration(uptime)) },
  { heading: "RESTARTS", width: 9, text: ({ restarts }) => String(restarts) },
];

const leastName = 18;
const stateWidth = 14;

/** A row of the table: who, in what state, and as many figures as the screen has room for. */
export function tableRow(
  { name, state, usage }: { readonly name: string; readonly state: Cell; readonly usage?: Usage },
  width: number,
  paint: Paint,
): string {
  const shown = columnsFor(width);
  const figures = shown.map(({ text, width: own }) => padTo((usage && text(usage)) ?? "–", own, "right"));
  const cell = padTo(state.text, stateWidth);
  return (
    nameCell(name, shown, width) + (state.style === undefined ? cell : paint(state.style, cell)) + figures.join("")
  );
}

export function tableHeading(width: number): string {
  const shown = columnsFor(width);
  const headings = shown.map(({ heading, width: own }) => padTo(heading, own, "right"));
  return nameCell("  APP", shown, width) + padTo("STATE", stateWidth) + headings.join("");
}

function nameCell(name: string, shown: readonly Column[], width: number): string {
  const rest = width - stateWidth - shown.reduce((sum, column) => sum + column.width, 0);
  return `${padTo(name, Math.max(1, Math.min(40, rest) - 1))} `;
}

function columnsFor(width: number): readonly Column[] {
  let left = width - leastName - stateWidth;
  const shown: Column[] = [];
  for (const column of columns) {
    left -= column.width;
    if (left < 0) {
      break;
    }
    shown.push(column);
  }
  return shown;
}

function rate(perSecond: number | undefined): string | undefined {
  return perSecond === undefined ? undefined : perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

function shortTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : ms < 1 ? "< 1 ms" : duration(ms);
}
