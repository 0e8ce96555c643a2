import type { StackFrames } from "../process/stuckStack.ts";

/** A worker's sign of life. */
export interface Beat {
  /** RSS in bytes. */
  readonly memory: number;
  readonly inspectable: boolean;
}

/** What the heartbeat knows of one worker. */
export interface Vitals {
  /** When the heartbeat that it has not answered was sent, on the monotonic clock in milliseconds. */
  owesSince: number | undefined;
  responsive: boolean;
  /** It owes an answer for too long, and is asked whether a debugger has stopped it. */
  suspected: boolean;
  memory: number | undefined;
  /** What clients were last told of it. */
  shownMemory: number | undefined;
  inspectable: boolean;
  /** Its stack while it was unresponsive. */
  stuckAt: StackFrames | undefined;
}

export function createVitals(): Vitals {
  return {
    owesSince: undefined,
    responsive: true,
    suspected: false,
    memory: undefined,
    shownMemory: undefined,
    inspectable: false,
    stuckAt: undefined,
  };
}
