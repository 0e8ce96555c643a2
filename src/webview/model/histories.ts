import type { FiguresPoint, HostMessageOf } from "../../shared/layers/panelMessages.ts";

/** What the workers of an app have used in the last ten minutes. */
export interface WorkerHistories {
  /** When the host last told of them, in epoch milliseconds: the right end of every line. */
  readonly at: number;
  /** By id; oldest first. */
  readonly points: ReadonlyMap<number, readonly FiguresPoint[]>;
}

export const noHistories: WorkerHistories = { at: 0, points: new Map() };

/** Milliseconds from the left end of a line to the right. */
export const historyMs = 600_000;

/** Between points further apart than these milliseconds, and after the last one, nothing is known. */
export const gapMs = 5_000;

/** Adds what is new, and drops what is older than ten minutes. */
export function addToHistories(before: WorkerHistories, message: HostMessageOf<"figures">): WorkerHistories {
  const { at, whole, workers } = message;
  const known = whole ? new Map<number, readonly FiguresPoint[]>() : before.points;
  const added = new Map(workers.map(({ id, points }) => [id, points]));
  const points = new Map<number, readonly FiguresPoint[]>();
  for (const id of new Set([...known.keys(), ...added.keys()])) {
    const kept = [...(known.get(id) ?? []), ...(added.get(id) ?? [])].filter((point) => point.at > at - historyMs);
    if (kept.length > 0) {
      points.set(id, kept);
    }
  }
  return { at, points };
}

/** The newest figures of a worker; `undefined` when it has not answered lately. */
export function newestOf({ at, points }: WorkerHistories, worker: number): FiguresPoint | undefined {
  const newest = points.get(worker)?.at(-1);
  return newest !== undefined && at - newest.at <= gapMs ? newest : undefined;
}
