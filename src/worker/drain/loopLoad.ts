import { performance } from "node:perf_hooks";

/** How busy the event loop has been of late. */
export interface LoopLoad {
  /** To be called now and then: what is longer ago than two calls is forgotten. */
  mark(): void;
  /** The part of the time, from 0 to 1, in which it did not wait for anything. */
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
