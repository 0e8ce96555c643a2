import type { StackFrames } from "../process/stuckStack.ts";

/** A worker's memory is shown anew when it has changed by this part. */
const worthShowing = 0.1;

/** A worker's sign of life. */
export interface Beat {
  /** RSS in bytes. */
  readonly memory: number;
  readonly inspectable: boolean;
}

/** What the heartbeat knows of one worker. Times are those of the monotonic clock, in milliseconds. */
export class Vitals {
  #owesSince: number | undefined;
  #responsive = true;
  #memory: number | undefined;
  /** What clients were last told of it. */
  #shownMemory: number | undefined;
  #inspectable = false;
  #stuckAt: StackFrames | undefined;

  get responsive(): boolean {
    return this.#responsive;
  }

  /** RSS in bytes; `undefined` before its first sign of life. */
  get memory(): number | undefined {
    return this.#memory;
  }

  get inspectable(): boolean {
    return this.#inspectable;
  }

  /** Its stack while it is unresponsive, if it is known. */
  get stuckAt(): StackFrames | undefined {
    return this.#stuckAt;
  }

  /** When the heartbeat was sent that it has not answered. */
  get owesSince(): number | undefined {
    return this.#owesSince;
  }

  /** It owes an answer from `now` on. */
  asked(now: number): void {
    this.#owesSince = now;
  }

  /** What it owes does not count. */
  forgive(): void {
    this.#owesSince = undefined;
  }

  /** It answered. Returns whether it has recovered by that, and whether its memory is worth showing anew. */
  answered({ memory, inspectable }: Beat): { readonly recovered: boolean; readonly grown: boolean } {
    const recovered = !this.#responsive;
    const grown =
      this.#shownMemory === undefined || Math.abs(memory - this.#shownMemory) > this.#shownMemory * worthShowing;
    this.#owesSince = undefined;
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

  /** Where it is stuck, unless it has answered meanwhile. */
  stuckIn(frames: StackFrames | undefined): void {
    this.#stuckAt = this.#responsive ? undefined : frames;
  }
}
