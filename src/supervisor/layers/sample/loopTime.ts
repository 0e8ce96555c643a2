import type { CollectedSample } from "../../../shared/layers/collected.ts";
import { loopOwner, type Owner } from "./owner.ts";

/** What a tick of the profiler costs a thread that waits, as a share of the millisecond between two: 10 to 12 µs. */
const costOfTicks = 0.012;

/** A smaller share of the sample may be the profiler's own. */
const leastShare = 0.02;

type Timed = Pick<CollectedSample, "frames" | "nodes"> &
  Partial<Pick<CollectedSample, "thread" | "loopIdleMs" | "tls">>;

/**
 * V8 takes all for idle that the event loop does between waiting and the first JavaScript, such as decrypting what has
 * arrived. How long the loop waited, which Node.js measures, tells how much of it was none; where that is unknown, the
 * CPU time of the thread does: the busy time of the profile contains that in which the thread was interrupted for
 * others; where that is unknown too, there may have been more.
 * @returns Microseconds of the idle time that were native work, and whose it is; `undefined` for none, or if unknown.
 */
export function nativeInLoop({
  frames,
  nodes,
  thread,
  loopIdleMs,
  tls,
}: Timed): { readonly us: number; readonly owner: Owner } | undefined {
  let idle = 0;
  let busy = 0;
  for (const { frame, selfUs } of nodes) {
    if (frames[frame]?.name === "(idle)" && frames[frame]?.url === "") {
      idle += selfUs;
    } else {
      busy += selfUs;
    }
  }
  const known = loopIdleMs === undefined ? byThread(idle, busy, thread) : idle - loopIdleMs * 1_000;
  const us = Math.min(idle, known ?? 0);
  return us <= (idle + busy) * leastShare ? undefined : { us, owner: loopOwner(tls === "all" ? "openssl" : undefined) };
}

function byThread(idle: number, busy: number, thread: CollectedSample["thread"]): number | undefined {
  if (thread === undefined) {
    return undefined;
  }
  const { usedMs, interruptedMs = 0 } = thread;
  const onCpu = usedMs + interruptedMs === 0 ? 1 : usedMs / (usedMs + interruptedMs);
  return usedMs * 1_000 - idle * costOfTicks - busy * onCpu;
}
