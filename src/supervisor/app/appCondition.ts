import type { Failure } from "../../shared/failure.ts";
import type { AppState } from "../../shared/snapshot.ts";
import { steadyNow } from "../clock.ts";

/** What the app's state follows from, besides what is remembered. */
export interface Headcount {
  /** Workers whose processes may still exist. */
  readonly workers: number;
  /** Workers that take connections. */
  readonly serving: number;
  readonly desired: number;
  /** Some slot is not started again by itself. */
  readonly givenUp: boolean;
  readonly renewing: boolean;
}

/** Remembers what an app has been through since its last start, and names its state. */
export class AppCondition {
  running = false;
  startedAt = steadyNow();
  /** Why it is not as it should be. */
  failure: Failure | undefined;
  /** It was no server but a script, which is done. */
  finished = false;
  /** Some worker was ready since the last start: from then on a failure is a crash, not a bad start. */
  everReady = false;
  /** All workers were ready at once: from then on fewer are a lack. */
  #everFull = false;

  /** @param serving Workers of an earlier start that serve already. */
  started(serving: number): void {
    this.startedAt = steadyNow();
    this.failure = undefined;
    this.everReady = serving > 0;
    this.#everFull = false;
    this.finished = false;
    this.running = true;
  }

  /** All its workers have been ready at once since it was started, or since it was told to have more. */
  get everFull(): boolean {
    return this.#everFull;
  }

  /** Its script has run to its end. */
  scriptEnded(): void {
    this.running = false;
    this.finished = true;
  }

  workerReady(serving: number, desired: number): void {
    this.everReady = true;
    if (serving >= desired) {
      this.#everFull = true;
      this.failure = undefined;
    }
  }

  /** Nothing is amiss while further workers boot, if none was missing before. */
  scaled(serving: number, from: number, to: number): void {
    if (to > from && serving >= from) {
      this.#everFull = false;
    }
  }

  state({ workers, serving, desired, givenUp, renewing }: Headcount): AppState {
    if (!this.running) {
      return workers > 0 ? "stopping" : "stopped";
    }
    if (givenUp) {
      return "crash-looping";
    }
    if (renewing) {
      return "reloading";
    }
    if (serving >= desired) {
      return "running";
    }
    return this.#everFull ? "degraded" : "starting";
  }
}
