import { steadyNow } from "../clock.ts";

/** Milliseconds a slot waits after a replacement before the next, doubled after each further one. */
const firstPauseMs = 2_000;
const longestPauseMs = 300_000;

/** A worker that was healthy for this many milliseconds resets the pause of its slot. */
const wellMs = 60_000;

export interface Patient {
  readonly id: number;
  readonly slot: number;
  /** Milliseconds for which it has been ready. */
  readonly readyMs: number;
}

/** Prevents endless replacements where a new worker becomes unhealthy as the old one did, or can't be started. */
export interface ReplacementPolicy {
  /**
   * Whether this worker may be replaced now (and counts it), and the slot's wait until the next time in milliseconds.
   */
  admit(patient: Patient): { readonly now: boolean; readonly pauseMs: number };
}

interface Course {
  readonly worker: number;
  readonly pauseMs: number;
  readonly notBefore: number;
}

export function createReplacementPolicy(): ReplacementPolicy {
  const courses = new Map<number, Course>();
  return {
    admit({ id, slot, readyMs }) {
      const before = courses.get(slot);
      const isFresh = before === undefined || (before.worker !== id && readyMs > wellMs);
      const now = steadyNow();
      if (!isFresh && now < before.notBefore) {
        return { now: false, pauseMs: before.notBefore - now };
      }
      const pauseMs = isFresh ? firstPauseMs : Math.min(before.pauseMs * 2, longestPauseMs);
      courses.set(slot, { worker: id, pauseMs, notBefore: now + pauseMs });
      return { now: true, pauseMs };
    },
  };
}
