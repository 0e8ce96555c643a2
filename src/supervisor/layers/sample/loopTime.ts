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
 * arrived. Two bounds tell how much of it was none. How long the loop waited, as Node.js measures it; on all systems but
 * Windows that is too little, since the profiler's signal ends each waiting (libuv begins to measure anew). And the CPU
 * time of the thread, with the time in which it was interrupted for others, less what the profile shows as busy. Where
 * neither is known, there may have been more.
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
  const bounds = [byLoop(idle, loopIdleMs), byThread(idle, busy, thread)].filter((bound) => bound !== undefined);
  const us = bounds.length === 0 ? 0 : Math.min(idle, ...bounds);
  return us <= (idle + busy) * leastShare ? undefined : { us, owner: loopOwner(tls === "all" ? "openssl" : undefined) };
}

function byLoop(idle: number, loopIdleMs: number | undefined): number | undefined {
  return loopIdleMs === undefined ? undefined : idle - loopIdleMs * 1_000;
}

function byThread(idle: number, busy: number, thread: CollectedSample["thread"]): number | undefined {
  if (thread === undefined) {
    return undefined;
  }
  const { usedMs, interruptedMs = 0 } = thread;
  const onCpu = usedMs + interruptedMs === 0 ? 1 : usedMs / (usedMs + interruptedMs);
  return onCpu === 0 ? 0 : (usedMs * 1_000 - idle * costOfTicks) / onCpu - busy;
}
