import { steadyNow } from "../clock.ts";
import type { StackFrames } from "../inspector/stuckStack.ts";

/** A worker's memory is shown anew when it has changed by this share. */
const worthShowing = 0.1;

/** A worker's answer to a heartbeat. */
export interface Beat {
  /** RSS in bytes. */
  readonly memory: number;
  readonly inspectable: boolean;
}

/** The heartbeat's data about one worker. Times are those of the monotonic clock, in milliseconds. */
export class Vitals {
  #owesSince: number | undefined;
  #delayMs: number | undefined;
  #responsive = true;
  #memory: number | undefined;
  /** The value last shown to clients. */
  #shownMemory: number | undefined;
  #inspectable = false;
  #stuckAt: StackFrames | undefined;
  #seenAt = 0;

  get responsive(): boolean {
    return this.#responsive;
  }

  /** RSS in bytes; `undefined` before its first sign of life. */
  get memory(): number | undefined {
    return this.#memory;
  }

  /** When it last answered, on the monotonic clock; 0: never. */
  get seenAt(): number {
    return this.#seenAt;
  }

  get inspectable(): boolean {
    return this.#inspectable;
  }

  /** Its stack while it is unresponsive, if known. */
  get stuckAt(): StackFrames | undefined {
    return this.#stuckAt;
  }

  /** When the unanswered heartbeat was sent. */
  get owesSince(): number | undefined {
    return this.#owesSince;
  }

  /** Milliseconds that its last heartbeat took, or the unanswered one takes; `undefined` before the first. */
  get delayMs(): number | undefined {
    const owes = this.#owesSince === undefined ? undefined : performance.now() - this.#owesSince;
    return owes === undefined ? this.#delayMs : Math.max(owes, this.#delayMs ?? 0);
  }

  /** A heartbeat was sent at `now`. */
  asked(now: number): void {
    this.#owesSince = now;
  }

  /** Drops the unanswered heartbeat. */
  forgive(): void {
    this.#owesSince = undefined;
  }

  /** It answered. Returns whether it has recovered thereby, and whether its memory should be shown anew. */
  answered({ memory, inspectable }: Beat): { readonly recovered: boolean; readonly grown: boolean } {
    const recovered = !this.#responsive;
    const grown =
      this.#shownMemory === undefined || Math.abs(memory - this.#shownMemory) > this.#shownMemory * worthShowing;
    this.#delayMs = this.#owesSince === undefined ? this.#delayMs : performance.now() - this.#owesSince;
    this.#owesSince = undefined;
    this.#seenAt = steadyNow();
    this.#memory = memory;
    this.#inspectable = inspectable;
    this.#shownMemory = grown ? memory : this.#shownMemory;
    this.#responsive = true;
    this.#stuckAt = recovered ? undefined : this.#stuckAt;
    return { recovered, grown };
  }

  becameUnresponsive(): void {
    this.#responsive = false;
  }

  /** Records where it is stuck, unless it has answered meanwhile. */
  stuckIn(frames: StackFrames | undefined): void {
    this.#stuckAt = this.#responsive ? undefined : frames;
  }
}
