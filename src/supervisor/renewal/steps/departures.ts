import { steadyNow } from "../../clock.ts";
import type { WorkerHandle } from "../../worker/workerHandle.ts";

/** What is asked of one that goes. */
export type Departing = Pick<WorkerHandle, "state" | "drain" | "handedOver">;

/** Milliseconds after which the next goes though the one before still has connections, such as those of long requests. */
const longestTurnMs = 100;

/**
 * Milliseconds between the end of one that has given connections away and the next: its process ends, and new workers answer their
 * first requests. What the next causes would come on top, and clients wait for both.
 */
const restMs = 30;

/** All have been told to go after so many milliseconds, however many there are. */
const longestRowMs = 1_000;

/**
 * Old workers of a step, all of which have been replaced, and which go one behind the other: each serves its clients until its
 * turn comes. One that had nothing to give away makes room at once. Were all of them to give their connections away at the same
 * moment, nobody would be left who has time to answer.
 */
export class Departures<Worker extends Departing> {
  readonly #atOnce: number;
  readonly #now: () => number;
  #waiting: Worker[] = [];
  /** Those told to go whose turn is not over: since when, and when it was seen that they have no connection left. */
  readonly #going = new Map<Worker, { readonly since: number; emptyAt?: number }>();
  #turnMs = longestTurnMs;

  /**
   * @param atOnce How many give their connections away at the same moment.
   * @param now Milliseconds of a monotonic clock.
   */
  constructor(atOnce: number, now: () => number = steadyNow) {
    this.#atOnce = atOnce;
    this.#now = now;
  }

  /** These have been replaced. */
  add(workers: readonly Worker[]): void {
    this.#waiting.push(...workers);
    this.#turnMs = Math.min(longestTurnMs, (longestRowMs * this.#atOnce) / this.#waiting.length);
  }

  /**
   * Those whose turn it is.
   * @param wakeAfter Called when it may be somebody's turn after this many milliseconds, whatever else happens.
   */
  takeDue(wakeAfter: (ms: number) => void): Worker[] {
    const now = this.#now();
    for (const [worker, turn] of this.#going) {
      if (worker.state === "exited" || worker.drain?.done === true) {
        turn.emptyAt ??= now;
      }
      if (now >= this.#endOf(worker, turn)) {
        this.#going.delete(worker);
      }
    }
    this.#waiting = this.#waiting.filter(({ state }) => state !== "exited");
    const due = this.#waiting.splice(0, Math.max(0, this.#atOnce - this.#going.size));
    for (const worker of due) {
      this.#going.set(worker, { since: now });
    }
    if (this.#waiting.length > 0) {
      wakeAfter(Math.min(...[...this.#going].map(([worker, turn]) => this.#endOf(worker, turn))) - now);
    }
    return due;
  }

  /** When the next may go, on the clock. */
  #endOf({ handedOver }: Worker, { since, emptyAt }: { readonly since: number; readonly emptyAt?: number }): number {
    const rest = handedOver > 0 ? restMs : 0;
    return Math.min(since + this.#turnMs, (emptyAt ?? Number.POSITIVE_INFINITY) + rest);
  }

  /** All that wait, in a hurry. */
  takeAll(): Worker[] {
    return this.#waiting.splice(0);
  }
}
