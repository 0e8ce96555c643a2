import { monitorEventLoopDelay } from "node:perf_hooks";

/** Interval of the measuring timer, in milliseconds. */
const resolutionMs = 20;

/** Measures how late the event loop calls its timers. */
export interface DelayWatch {
  /** Since the last call; absent when nothing was measured. */
  take(): { readonly delayP50?: number; readonly delayP99?: number };
  stop(): void;
}

export function watchDelay(): DelayWatch {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  // Node measures from one call of its timer to the next, so the timer's interval is included.
  const late = (percentile: number): number => Math.max(0, histogram.percentile(percentile) / 1e6 - resolutionMs);
  return {
    take() {
      // Before the first measurement the minimum is the largest possible number.
      const delay = histogram.max > 0 ? { delayP50: late(50), delayP99: late(99) } : {};
      histogram.reset();
      return delay;
    },
    stop() {
      histogram.disable();
    },
  };
}
