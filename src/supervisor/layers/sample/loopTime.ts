import type { CollectedSample } from "../../../shared/layers/collected.ts";
import { loopOwner, type Owner } from "./owner.ts";

/** What a tick of the profiler costs a thread that waits, as a share of the millisecond between two: 10 to 12 µs. */
const costOfTicks = 0.012;

/** A smaller share of the sample may be the profiler's own. */
const leastShare = 0.02;

/**
 * V8 takes all for idle that the event loop does between waiting and the first JavaScript, such as decrypting what has
 * arrived. The CPU time of the thread tells how much of it was none. The busy time of the profile contains that in which
 * the thread was interrupted for others; where that is unknown, there may have been more.
 * @returns Microseconds of the idle time that were native work, and whose it is; `undefined` for none, or if unknown.
 */
export function nativeInLoop({
  frames,
  nodes,
  thread,
  tls,
}: Pick<CollectedSample, "frames" | "nodes"> & Partial<Pick<CollectedSample, "thread" | "tls">>):
  | { readonly us: number; readonly owner: Owner }
  | undefined {
  if (thread === undefined) {
    return undefined;
  }
  let idle = 0;
  let busy = 0;
  for (const { frame, selfUs } of nodes) {
    if (frames[frame]?.name === "(idle)" && frames[frame]?.url === "") {
      idle += selfUs;
    } else {
      busy += selfUs;
    }
  }
  const { usedMs, interruptedMs = 0 } = thread;
  const onCpu = usedMs + interruptedMs === 0 ? 1 : usedMs / (usedMs + interruptedMs);
  const us = Math.min(idle, usedMs * 1_000 - idle * costOfTicks - busy * onCpu);
  return us <= (idle + busy) * leastShare ? undefined : { us, owner: loopOwner(tls === "all" ? "openssl" : undefined) };
}
