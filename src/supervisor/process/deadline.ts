import { steadyNow } from "../clock.ts";

/**
 * A deadline for what a process does. It stands still while a debugger has stopped the process: what is left of it then is
 * left when the process goes on.
 */
export class Deadline {
  readonly #unlessHeld: (act: () => void) => void;
  #timer: NodeJS.Timeout | undefined;
  #act: (() => void) | undefined;
  #startedAt = 0;
  #dueAt = 0;
  #heldSince: number | undefined;

  /** @param unlessHeld Calls `act`, at once or when it has found out, unless a debugger has stopped the process. */
  constructor(unlessHeld: (act: () => void) => void) {
    this.#unlessHeld = unlessHeld;
  }

  /** Calls `act` in `ms` milliseconds, and whatever it was started with before no more. */
  start(ms: number, act: () => void): void {
    this.stop();
    this.#act = act;
    this.#startedAt = steadyNow();
    this.#dueAt = this.#startedAt + ms;
    if (this.#heldSince === undefined) {
      this.#arm(ms);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#act = undefined;
  }

  /** The process does nothing any more, since that moment of the monotonic clock. */
  hold(since: number): void {
    this.#heldSince ??= since;
    clearTimeout(this.#timer);
  }

  /** The process goes on. */
  release(): void {
    const since = this.#heldSince;
    this.#heldSince = undefined;
    if (since !== undefined && this.#act !== undefined) {
      this.#dueAt += steadyNow() - Math.max(since, this.#startedAt);
      this.#arm(Math.max(0, this.#dueAt - steadyNow()));
    }
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      const act = this.#act;
      this.#unlessHeld(() => {
        // It may have been stopped, or started anew, while it was found out.
        if (act !== undefined && this.#act === act && this.#heldSince === undefined) {
          this.#act = undefined;
          act();
        }
      });
    }, ms);
  }
}
