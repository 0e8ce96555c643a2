import type { Disposable } from "../../shared/basics/disposable.ts";

/** Milliseconds from one request of a pulse to the next. */
const beatMs = 1_000;
/** After a failure the next request comes later. */
const afterFailureMs = 5_000;

export interface PulseLoop extends Disposable {
  /** Starts, or starts over; never two requests at a time. */
  start(): void;
  stop(): void;
  readonly running: boolean;
}

/** Calls `ask` once a second while it runs. `ask` resolves with whether it succeeded, and never rejects. */
export function createPulseLoop(ask: () => Promise<boolean>, now: () => number): PulseLoop {
  let timer: NodeJS.Timeout | undefined;
  /** Incremented by every start and stop, so that a pending request knows whether it is still wanted. */
  let turn = 0;
  let running = false;

  const beat = async (mine: number) => {
    const begun = now();
    const went = await ask();
    if (mine === turn) {
      const waitMs = went ? Math.max(0, beatMs - (now() - begun)) : afterFailureMs;
      timer = setTimeout(() => void beat(mine), waitMs);
    }
  };
  const stop = () => {
    clearTimeout(timer);
    turn += 1;
    running = false;
  };
  return {
    get running() {
      return running;
    },
    start() {
      stop();
      running = true;
      void beat(turn);
    },
    stop,
    dispose: stop,
  };
}
