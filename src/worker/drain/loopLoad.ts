import { performance } from "node:perf_hooks";

/** How busy the event loop has been lately. */
export interface LoopLoad {
  /** Called now and then: what is further back than two calls is forgotten. */
  mark(): void;
  /** The share of the time, from 0 to 1, in which it was not waiting. */
  share(): number;
}

export function watchLoopLoad(): LoopLoad {
  let last = performance.eventLoopUtilization();
  let before = last;
  return {
    mark() {
      before = last;
      last = performance.eventLoopUtilization();
    },
    share: () => performance.eventLoopUtilization(before).utilization,
  };
}
