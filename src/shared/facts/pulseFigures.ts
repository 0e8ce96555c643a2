import type { LayerPulse } from "../layers/facts.ts";

/** What a worker uses now. */
export interface WorkerFigures {
  /** Share of one CPU, 0 to n. */
  readonly cpu: number;
  /** Bytes of memory (RSS). */
  readonly memory: number;
  /** Absent when it serves no HTTP. */
  readonly requestsPerSecond?: number | undefined;
  /** Share of the time for which the event loop is busy, 0 to 1; absent while it is sampled. */
  readonly busy?: number | undefined;
  /** Milliseconds by which the event loop is late, 99th percentile. */
  readonly delayP99?: number | undefined;
  /** Milliseconds until a request is answered, 99th percentile; absent when none was. */
  readonly latencyP99?: number | undefined;
}

export function figuresOf({ api, uv, os }: LayerPulse): WorkerFigures {
  const { requestsPerSecond, latencyP99 } = api;
  const { utilisation, delayP99 } = uv;
  return {
    cpu: os.cpuUser + os.cpuSystem,
    memory: os.rss,
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(utilisation !== undefined && { busy: utilisation }),
    ...(delayP99 !== undefined && { delayP99 }),
    ...(latencyP99 !== undefined && { latencyP99 }),
  };
}

/** A worker stops observing this many milliseconds after it was last asked: what it says next is of its whole life. */
export const lookingMs = 5_000;

/** Rates over fewer milliseconds say nothing. */
export const leastRateMs = 500;
