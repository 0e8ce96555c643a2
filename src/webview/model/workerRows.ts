import type { FiguresPoint, PanelWorker } from "../../shared/layers/panelMessages.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import { t } from "../../shared/translate.ts";
import { newestOf, type WorkerHistories } from "./histories.ts";
import type { Numbers } from "./numbers.ts";
import { workerStateWord, workerTitle } from "./titles.ts";
import { trendPath } from "./trendPath.ts";

/** A figure of a worker, and its last ten minutes. */
export interface FigureCell {
  readonly id: FigureId;
  /** `–` when it is not known. */
  readonly value: string;
  /** Of an SVG path; empty when nothing is known. */
  readonly trend: string;
  readonly alarming: boolean;
}

export interface WorkerTableRow {
  readonly id: number;
  /** `1 · gen 4`. */
  readonly label: string;
  readonly title: string;
  readonly state: string;
  readonly trouble: boolean;
  readonly chosen: boolean;
  readonly figures: readonly FigureCell[];
}

export const figureIds = ["cpu", "memory", "delay", "requests", "latency"] as const;
export type FigureId = (typeof figureIds)[number];

/** Milliseconds from which a late event loop deserves a closer look. */
const lateMs = 200;

export interface WorkerRowsOptions {
  readonly workers: readonly PanelWorker[];
  readonly chosen: number | undefined;
  readonly histories: WorkerHistories;
  readonly numbers: Numbers;
}

/** The workers that live, by slot; within one the older first. */
export function workerRows({ workers, chosen, histories, numbers }: WorkerRowsOptions): WorkerTableRow[] {
  return workers
    .filter(({ state }) => state !== "gone")
    .sort((one, other) => one.slot - other.slot || one.id - other.id)
    .map((worker) => {
      const points = histories.points.get(worker.id) ?? [];
      const newest = newestOf(histories, worker.id);
      return {
        id: worker.id,
        label: workerLabel(worker, t),
        title: workerTitle(worker),
        state: workerStateWord(worker),
        trouble: worker.unresponsive,
        chosen: worker.id === chosen,
        figures: figureIds.map((id) => {
          const value = newest && figureOf(id, newest);
          const trend = points.map((point) => ({ at: point.at, value: figureOf(id, point) }));
          return {
            id,
            value: value === undefined ? "–" : words[id](value, numbers),
            trend: trendPath(trend, histories.at),
            alarming: id === "delay" && value !== undefined && value > lateMs,
          };
        }),
      };
    });
}

function figureOf(id: FigureId, point: FiguresPoint): number | undefined {
  const { cpu, memory, delayP99, requestsPerSecond, latencyP99 } = point;
  return { cpu, memory, delay: delayP99, requests: requestsPerSecond, latency: latencyP99 }[id];
}

const words: Readonly<Record<FigureId, (value: number, numbers: Numbers) => string>> = {
  cpu: (value, { percent }) => percent(value),
  memory: (value, { bytes }) => bytes(value),
  delay: (value, { milliseconds }) => milliseconds(value),
  latency: (value, { milliseconds }) => milliseconds(value),
  requests: (value, { decimal, count }) => (value < 10 ? decimal(value) : count(value)),
};

/** The head of a column. */
export function figureTitle(id: FigureId): string {
  return {
    cpu: t("CPU"),
    memory: t("Memory (RSS)"),
    delay: t("Loop delay p99"),
    requests: t("Requests/s"),
    latency: t("Latency p99"),
  }[id];
}
