import type { Failure } from "../../shared/failure.ts";
import type { AppState } from "../../shared/snapshot.ts";
import { steadyNow } from "../clock.ts";

/** The figures that an app's state depends on, besides its history. */
export interface Headcount {
  /** Workers whose processes may still exist. */
  readonly workers: number;
  /** Workers that take connections. */
  readonly serving: number;
  readonly desired: number;
  /** Some slot is no longer restarted automatically after a failure. */
  readonly givenUp: boolean;
  /** Workers that are done, and are not missing. */
  readonly done: number;
  readonly renewing: boolean;
}

export interface Crashes {
  readonly count: number;
  readonly at: number;
  readonly slot: number | undefined;
  readonly failure: Failure;
}

/** Remembers an app's history since its last start, and derives its state. */
export class AppCondition {
  running = false;
  /** It is to stop, and serves on until its balancers have left. */
  leaving = false;
  startedAt = steadyNow();
  /** Why it is not healthy. */
  failure: Failure | undefined;
  /** It was a script rather than a server, and is done. */
  finished = false;
  /** Unexpected exits since the last start or renewal, and the last one; `at` is on the monotonic clock. */
  crashes: Crashes | undefined;
  /** Some worker was ready since the last start: from then on a failure is a crash, not a bad start. */
  everReady = false;
  /** All workers were ready at once: from then on fewer count as degraded. */
  #everFull = false;

  /** @param serving Workers of an earlier start that are still serving. */
  started(serving: number): void {
    this.startedAt = steadyNow();
    this.failure = undefined;
    this.crashes = undefined;
    this.everReady = serving > 0;
    this.#everFull = false;
    this.finished = false;
    this.leaving = false;
    this.running = true;
  }

  /** A worker ended unexpectedly, or could not be started. */
  crashed(failure: Failure, slot: number | undefined): void {
    this.failure = failure;
    this.crashes = { count: (this.crashes?.count ?? 0) + 1, at: steadyNow(), slot, failure };
  }

  /** A new generation serves: what became of the old one is history. */
  renewed(): void {
    this.failure = undefined;
    this.crashes = undefined;
  }

  /** All its workers have been ready at once since its start or the last scaling up. */
  get everFull(): boolean {
    return this.#everFull;
  }

  /** @param well Whether nothing went wrong: else it has failed. */
  scriptEnded(well: boolean): void {
    this.running = false;
    this.finished = well;
  }

  workerReady(serving: number, desired: number): void {
    this.everReady = true;
    if (serving >= desired) {
      this.#everFull = true;
      this.failure = undefined;
    }
  }

  /** While further workers boot the app is not degraded, if none was missing before. */
  scaled(serving: number, from: number, to: number): void {
    if (to > from && serving >= from) {
      this.#everFull = false;
    }
  }

  state({ workers, serving, desired, givenUp, done, renewing }: Headcount): AppState {
    if (!this.running) {
      return workers > 0 ? "stopping" : "stopped";
    }
    if (this.leaving) {
      return "stopping";
    }
    if (givenUp) {
      return "crash-looping";
    }
    if (renewing) {
      return "reloading";
    }
    if (serving + done >= desired) {
      return "running";
    }
    return this.#everFull ? "degraded" : "starting";
  }
}
