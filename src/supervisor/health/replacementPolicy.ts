import { steadyNow } from "../clock.ts";

/** After a replacement its slot has this pause before the next, in milliseconds, and twice as long after each further one. */
const firstPauseMs = 2_000;
const longestPauseMs = 300_000;

/** A worker that was well for so long makes the next replacement in its slot the first one again, in milliseconds. */
const wellMs = 60_000;

/** What is known of a worker that ails. */
export interface Patient {
  readonly id: number;
  readonly slot: number;
  /** Milliseconds for which it has been ready. */
  readonly readyMs: number;
}

/** Keeps ailing workers from being replaced on and on where a new worker ails as the old one did, or can't be started. */
export interface ReplacementPolicy {
  /**
   * Whether this worker may be replaced now, and how long its slot has to wait for the next time, in milliseconds. Counts it
   * if so.
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
