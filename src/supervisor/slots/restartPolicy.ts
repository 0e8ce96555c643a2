/** To this many milliseconds the delay grows, unless it is longer from the start. */
const longestDelayMs = 15_000;
/** Restarts are counted over this time. */
const windowMs = 60_000;

export type RestartDecision = { readonly kind: "restart"; readonly delayMs: number } | { readonly kind: "giveUp" };

export interface RestartPolicy {
  /**
   * Decides what follows an unexpected exit.
   * @param slot The slot whose worker exited; delays grow per slot, the budget is shared by all.
   * @param upMs How long the worker was ready, in milliseconds; 0 if it never was.
   */
  decide(slot: number, upMs: number): RestartDecision;
  /** Forgets everything, as after a start or reload that the user requested. */
  reset(): void;
}

export interface RestartLimits {
  readonly maxRestarts: number;
  /** Milliseconds before the first restart after an unexpected exit; doubles with each further one. */
  readonly restartDelay: number;
  /** Milliseconds after which a worker that was ready starts again with the first delay. */
  readonly minUptime: number;
  readonly workers: number;
}

/**
 * Exponential back-off (`restartDelay` doubling to 15 s, from the start again after `minUptime`) and a budget: `maxRestarts` within
 * 60 s, or as many in a row for one slot without that, and the app counts as crash-looping. An app with more workers
 * than that may lose each of them once: all dying together, as when memory runs out, is no loop yet.
 * @param limits Asked at each exit, since a reload may change them.
 * @param now The clock, in milliseconds.
 */
export function createRestartPolicy(limits: () => RestartLimits, now: () => number): RestartPolicy {
  let restarts: number[] = [];
  const failuresInARow = new Map<number, number>();
  return {
    decide(slot, upMs) {
      const { maxRestarts, restartDelay, minUptime, workers } = limits();
      const failures = upMs > 0 && upMs >= minUptime ? 0 : (failuresInARow.get(slot) ?? 0);
      restarts = restarts.filter((time) => time > now() - windowMs);
      const budget = maxRestarts === 0 ? 0 : Math.max(maxRestarts, workers);
      if (restarts.length >= budget || failures >= maxRestarts) {
        return { kind: "giveUp" };
      }
      restarts.push(now());
      failuresInARow.set(slot, failures + 1);
      const delayMs = Math.min(Math.max(longestDelayMs, restartDelay), restartDelay * 2 ** failures);
      return { kind: "restart", delayMs };
    },
    reset() {
      restarts = [];
      failuresInARow.clear();
    },
  };
}
