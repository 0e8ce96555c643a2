import type { RehearsalLoss, RehearsalPart, RehearsalReason } from "../../shared/rehearsal/rehearsalResult.ts";
import type { LoadEvents } from "./loads/load.ts";

/** Failures and reopenings that are described; all are counted. */
const described = 50;

/** Different reasons that are counted, and those of them that are told. */
const reasonsKept = 1_000;
const reasonsTold = 3;

interface Slice {
  readonly times: number[];
  /** Answers whose times are not counted. */
  untimed: number;
  failed: number;
  reopened: number;
}

/**
 * Everything that happened to the clients, in slices of time. An answer belongs to the moment at which its request was
 * due, so that a stall is seen where it began, and waits for a busy connection count (no coordinated omission). A failure
 * belongs to the moment at which it happened: what was asked before a renewal and is cut off by it was lost in it.
 */
export class TrafficRecord implements LoadEvents {
  readonly sliceMs: number;
  readonly failures: RehearsalLoss[] = [];
  readonly reopenings: RehearsalLoss[] = [];
  readonly #beganAt: number;
  readonly #slices: Slice[] = [];
  readonly #failureReasons = new Map<string, number>();
  readonly #reopeningReasons = new Map<string, number>();
  requests = 0;
  failedCount = 0;
  refusedCount = 0;
  reopenedCount = 0;

  constructor(beganAt: number, sliceMs: number) {
    this.#beganAt = beganAt;
    this.sliceMs = sliceMs;
  }

  answered(dueAt: number | undefined): void {
    const now = performance.now();
    this.requests += 1;
    if (dueAt === undefined) {
      this.#sliceOf(now).untimed += 1;
    } else {
      this.#sliceOf(dueAt).times.push(Math.max(0, now - dueAt));
    }
  }

  failed(what: string, why: string): void {
    const now = performance.now();
    this.requests += 1;
    this.failedCount += 1;
    this.#sliceOf(now).failed += 1;
    tally(this.#failureReasons, why);
    this.#describe(this.failures, now, what, why);
  }

  refused(): void {
    this.requests += 1;
    this.refusedCount += 1;
  }

  reopened(what: string, why: string): void {
    const now = performance.now();
    this.reopenedCount += 1;
    this.#sliceOf(now).reopened += 1;
    tally(this.#reopeningReasons, why);
    this.#describe(this.reopenings, now, what, why);
  }

  get failureReasons(): RehearsalReason[] {
    return mostFrequent(this.#failureReasons);
  }

  get reopeningReasons(): RehearsalReason[] {
    return mostFrequent(this.#reopeningReasons);
  }

  /** What was due, and what failed, from one moment (milliseconds since the beginning) until before another. */
  part(from: number, until: number): RehearsalPart {
    const inside = this.#slices.slice(Math.floor(from / this.sliceMs), Math.floor(until / this.sliceMs));
    return partOf(inside);
  }

  slices(): RehearsalPart[] {
    return Array.from(this.#slices, (slice) => partOf([slice]));
  }

  #describe(list: RehearsalLoss[], when: number, what: string, why: string): void {
    if (list.length < described) {
      list.push({ at: Math.round(when - this.#beganAt), what, why });
    }
  }

  #sliceOf(when: number): Slice {
    const index = Math.max(0, Math.floor((when - this.#beganAt) / this.sliceMs));
    while (this.#slices.length <= index) {
      this.#slices.push({ times: [], untimed: 0, failed: 0, reopened: 0 });
    }
    return this.#slices[index] as Slice;
  }
}

function tally(counts: Map<string, number>, why: string): void {
  if (counts.has(why) || counts.size < reasonsKept) {
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
}

function mostFrequent(counts: ReadonlyMap<string, number>): RehearsalReason[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, reasonsTold);
  return sorted.map(([why, times]) => ({ why, times }));
}

function partOf(slices: readonly Slice[]): RehearsalPart {
  const times = slices.flatMap((slice) => slice.times).sort((a, b) => a - b);
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0);
  const counts = {
    answers: times.length + sum(({ untimed }) => untimed),
    failed: sum(({ failed }) => failed),
    reopened: sum((slice) => slice.reopened),
  };
  return times.length === 0
    ? counts
    : { ...counts, p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: quantile(times, 1) };
}

/** The nearest-rank quantile of sorted times, to a hundredth of a millisecond. */
function quantile(sorted: readonly number[], share: number): number {
  const time = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return Math.round(time * 100) / 100;
}
