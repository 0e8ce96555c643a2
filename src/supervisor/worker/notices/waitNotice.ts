import { steadyNow } from "../../clock.ts";

/** Milliseconds after which a wait is reported. */
const patienceMs = 2_000;
/** Milliseconds after which it is reported again, if it is for something else by then. */
const newsMs = 10_000;

export interface WaitNotice {
  /** Nothing is waited for any more. */
  stop(): void;
}

/**
 * Tells what somebody waits for once that has taken 2 s, and every 10 s if it is something else by then.
 * @param what Asked every 2 s; `undefined` while nothing is waited for.
 */
export function openWaitNotice(what: () => string | undefined, tell: (what: string) => void): WaitNotice {
  let told: string | undefined;
  let toldAt = 0;
  const timer = setInterval(() => {
    const now = what();
    if (now !== undefined && now !== told && (told === undefined || steadyNow() - toldAt >= newsMs)) {
      told = now;
      toldAt = steadyNow();
      tell(now);
    }
  }, patienceMs);
  return { stop: () => clearInterval(timer) };
}
