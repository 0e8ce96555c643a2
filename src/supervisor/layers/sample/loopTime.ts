import type { CollectedSample } from "../../../shared/layers/collected.ts";
import { idleOrLoopOwner, loopOwner, type Owner } from "./owner.ts";

/** What a tick of the profiler costs a thread that waits, as a share of the millisecond between two: 10 to 12 µs. */
const costOfTicks = 0.012;

/** The same with what the profiler's own thread has to do for it. */
const costInProcess = 0.05;

/** Times as long as it had the CPU. */
const mostInterrupted = 3;

/** A smaller share of the sample changes little. */
const leastInterrupted = 0.1;

/** A smaller share of the sample may be the profiler's own. */
const leastShare = 0.02;

type Timed = Pick<CollectedSample, "frames" | "nodes"> &
  Partial<Pick<CollectedSample, "thread" | "processMs" | "loopIdleMs" | "tls">>;

/**
 * V8 takes all for idle that the event loop does between waiting and the first JavaScript, such as decrypting what has
 * arrived. Two bounds tell how much of it was none. How long the loop waited, as Node.js measures it; on all systems but
 * Windows that is too little, since the profiler's signal ends each waiting (libuv begins to measure anew). And the CPU
 * time of the thread, with the time in which it was interrupted for others, less what the profile shows as busy. Where that
 * is unknown, or the thread was mostly kept from the CPU, the loop may as well have waited for a CPU, and other threads may
 * have used what the process has used: then so much of the idle time is neither said to have been idle nor to have been work.
 * @returns Microseconds of the idle time that were native work, or may have been, and whose they are; `undefined` for none.
 */
export function nativeInLoop({
  frames,
  nodes,
  thread,
  processMs,
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
  const isStarved = thread !== undefined && mostlyInterrupted(thread, idle + busy);
  const isKnown = thread !== undefined && !isStarved;
  const used = isStarved ? undefined : isKnown ? byThread(idle, busy, thread) : byProcess(idle, busy, processMs);
  const bounds = [byLoop(idle, loopIdleMs), used].filter((bound) => bound !== undefined);
  const us = bounds.length === 0 ? 0 : Math.min(idle, ...bounds);
  if (us <= (idle + busy) * leastShare) {
    return undefined;
  }
  return { us, owner: isKnown ? loopOwner(tls === "all" ? "openssl" : undefined) : idleOrLoopOwner };
}

/** Whether it was kept from the CPU for far longer than it had it: what is seen as busy is then mostly waiting. */
function mostlyInterrupted(
  { usedMs, interruptedMs = 0 }: NonNullable<CollectedSample["thread"]>,
  sampledUs: number,
): boolean {
  return interruptedMs > usedMs * mostInterrupted && interruptedMs * 1_000 > sampledUs * leastInterrupted;
}

function byLoop(idle: number, loopIdleMs: number | undefined): number | undefined {
  return loopIdleMs === undefined ? undefined : idle - loopIdleMs * 1_000;
}

function byProcess(idle: number, busy: number, processMs: number | undefined): number | undefined {
  return processMs === undefined ? undefined : processMs * 1_000 - (idle + busy) * costInProcess - busy;
}

function byThread(
  idle: number,
  busy: number,
  { usedMs, interruptedMs = 0 }: NonNullable<CollectedSample["thread"]>,
): number {
  const onCpu = usedMs + interruptedMs === 0 ? 1 : usedMs / (usedMs + interruptedMs);
  return onCpu === 0 ? 0 : (usedMs * 1_000 - idle * costOfTicks) / onCpu - busy;
}
