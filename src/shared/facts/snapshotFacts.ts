import type { Snapshot } from "../snapshot.ts";

/** Milliseconds without a crash after which an app that has crashed again and again counts as stable. */
const stableMs = 30_000;

/**
 * Whether workers crash again and again, though as many as wanted may be ready at this moment: a loop that the state
 * `running` hides.
 * @param now Epoch milliseconds.
 */
export function isCrashing({ app: { state, crashes } }: Snapshot, now: number): boolean {
  const ends = state === "stopped" || state === "stopping" || state === "crash-looping";
  return !ends && crashes !== undefined && crashes.count > 1 && now - crashes.at < stableMs;
}

/** Slots with a serving worker. While a reload proves a new worker beside an old one, both are in one slot. */
export function readyCount(snapshot: Snapshot): number {
  return new Set(snapshot.workers.flatMap(({ state, slot }) => (state === "ready" ? [slot] : []))).size;
}
