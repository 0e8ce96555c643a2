import { setTimeout as delay } from "node:timers/promises";
import { HitlessError } from "../../../shared/errors.ts";

/** Between two looks, in milliseconds. */
const pollMs = 250;

export interface WaitOptions {
  /** Milliseconds. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks again and again; false when the deadline has passed before it was so.
 * @throws HitlessError `cancelled`, and whatever looking throws.
 */
export async function waitUntil(look: () => Promise<boolean>, { deadlineMs, signal }: WaitOptions): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    throwIfCancelled(signal);
    if (await look()) {
      return true;
    }
    if (performance.now() >= deadline) {
      return false;
    }
    await delay(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** @throws HitlessError `cancelled` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new HitlessError("cancelled", "Cancelled.");
  }
}
