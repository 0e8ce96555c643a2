import { steadyNow } from "../ownTimers.ts";

/** Runs what it is given, or leaves it out because it ran too short a time ago. */
export type CostThrottle = (run: () => void) => void;

/**
 * Keeps something whose cost grows with the number of connections from eating the processor.
 * @param share Of the time, this part at most is spent with it.
 * @param everyMs Least milliseconds between two runs.
 */
export function createCostThrottle(share: number, everyMs: number): CostThrottle {
  let next = 0;
  return (run) => {
    const startedAt = steadyNow();
    if (startedAt >= next) {
      run();
      const endedAt = steadyNow();
      next = Math.max(startedAt + everyMs, endedAt + (endedAt - startedAt) / share);
    }
  };
}
