import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Beat } from "../worker/vitals.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** Longest time between two heartbeats, in milliseconds. */
const usualBeatMs = 1_000;

export interface HeartbeatOptions {
  readonly recipe: () => Pick<LaunchRecipe, "unresponsiveAfter">;
  readonly workers: () => Iterable<WorkerHandle>;
  /** A fact shown in snapshots has changed. */
  readonly changed: () => void;
  readonly becameUnresponsive: (worker: WorkerHandle) => void;
  readonly becameResponsive: (worker: WorkerHandle) => void;
  /** Called once per heartbeat, for other checks at the same interval. */
  readonly turned: () => void;
}

/**
 * Asks every ready worker for a sign of life, at least once a second. One without answer for `unresponsiveAfter` has a
 * blocked event loop; not if a debugger has paused it, or this process itself was suspended.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** Those that are overdue, while it is checked whether a debugger has paused them. */
  readonly #suspected = new Set<WorkerHandle>();
  #lastTurn = performance.now();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    setTimeout(() => this.#turn(), usualBeatMs);
  }

  answered(worker: WorkerHandle, beat: Beat): void {
    const { recovered, grown } = worker.vitals.answered(beat);
    worker.debugging.answered();
    if (grown) {
      this.#options.changed();
    }
    if (recovered) {
      this.#options.becameResponsive(worker);
    }
  }

  /** Finds out whether a debugger has stopped it. If so it is not stuck, and answers what it was asked when it goes on. */
  async look(worker: WorkerHandle): Promise<boolean> {
    if (worker.vitals.owesSince === undefined) {
      this.#ask(worker, performance.now());
    }
    const held = await worker.debugging.look();
    if (held && worker.vitals.owesSince !== undefined) {
      worker.vitals.asked(performance.now());
    }
    return held;
  }

  #ask(worker: WorkerHandle, now: number): void {
    worker.vitals.asked(now);
    worker.send({ type: "beat" });
  }

  #turn(): void {
    try {
      this.#look();
      this.#options.turned();
    } finally {
      setTimeout(() => this.#turn(), beatLength(this.#options.recipe().unresponsiveAfter));
    }
  }

  #look(): void {
    const now = performance.now();
    const { unresponsiveAfter } = this.#options.recipe();
    const overslept = now - this.#lastTurn > beatLength(unresponsiveAfter) * 3;
    this.#lastTurn = now;
    for (const worker of this.#options.workers()) {
      const { vitals, debugging, readyAt } = worker;
      // One that starts may be busy for long, but not stopped by a debugger if its inspector is closed.
      if (!worker.connected || (readyAt === undefined && debugging.url === undefined)) {
        continue;
      }
      if (overslept) {
        vitals.forgive();
      }
      if (vitals.owesSince === undefined) {
        this.#ask(worker, now);
      } else if (debugging.url !== undefined && (debugging.pause !== undefined || readyAt === undefined)) {
        void this.look(worker);
      } else if (unresponsiveAfter > 0 && vitals.responsive && now - vitals.owesSince > unresponsiveAfter) {
        void this.#conclude(worker);
      } else if (debugging.url !== undefined) {
        void this.look(worker);
      }
    }
  }

  async #conclude(worker: WorkerHandle): Promise<void> {
    const { vitals } = worker;
    if (this.#suspected.has(worker)) {
      return;
    }
    this.#suspected.add(worker);
    const held = await this.look(worker);
    this.#suspected.delete(worker);
    if (vitals.owesSince !== undefined && !held) {
      vitals.becameUnresponsive();
      this.#options.becameUnresponsive(worker);
    }
  }
}

/** Milliseconds between two heartbeats. */
function beatLength(unresponsiveAfter: number): number {
  return unresponsiveAfter === 0 ? usualBeatMs : Math.min(usualBeatMs, Math.ceil(unresponsiveAfter / 3));
}
