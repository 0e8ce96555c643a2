import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Beat } from "../worker/vitals.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** Longest time between two heartbeats, in milliseconds. */
const usualBeatMs = 1_000;

export interface HeartbeatOptions {
  readonly recipe: () => Pick<LaunchRecipe, "unresponsiveAfter">;
  readonly workers: () => Iterable<WorkerHandle>;
  readonly becameUnresponsive: (worker: WorkerHandle) => void;
  readonly becameResponsive: (worker: WorkerHandle) => void;
  /** Once a heartbeat, for whatever else wants to be looked at as often. */
  readonly turned: () => void;
}

export interface Heartbeat {
  /** A worker answered a heartbeat. */
  beat(worker: WorkerHandle, beat: Beat): void;
}

/**
 * Asks every ready worker for a sign of life, at least once a second. One that owes an answer for longer than
 * `unresponsiveAfter` has a blocked event loop. While a debugger has stopped a worker, nothing is concluded; nor when this
 * process itself was asleep.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { recipe, workers, becameUnresponsive, becameResponsive, turned } = options;
  let lastTurn = performance.now();

  const turn = (): void => {
    try {
      look();
    } finally {
      const { unresponsiveAfter } = recipe();
      setTimeout(turn, beatLength(unresponsiveAfter));
    }
  };

  const conclude = async (worker: WorkerHandle): Promise<void> => {
    const { vitals } = worker;
    if (vitals.suspected) {
      return;
    }
    vitals.suspected = true;
    const held = await worker.isHeld();
    vitals.suspected = false;
    if (vitals.owesSince === undefined) {
      return;
    }
    if (held) {
      // From now on anew: the heartbeat that it owes is answered when it is let go.
      vitals.owesSince = performance.now();
    } else {
      vitals.responsive = false;
      becameUnresponsive(worker);
    }
  };

  const look = (): void => {
    const now = performance.now();
    const { unresponsiveAfter } = recipe();
    const beatMs = beatLength(unresponsiveAfter);
    const overslept = now - lastTurn > beatMs * 3;
    lastTurn = now;
    for (const worker of workers()) {
      if (worker.readyAt === undefined || !worker.connected) {
        continue;
      }
      const { vitals } = worker;
      if (overslept) {
        vitals.owesSince = undefined;
      }
      if (vitals.owesSince === undefined) {
        vitals.owesSince = now;
        worker.send({ type: "beat" });
      } else if (unresponsiveAfter > 0 && vitals.responsive && now - vitals.owesSince > unresponsiveAfter) {
        void conclude(worker);
      }
    }
    turned();
  };
  setTimeout(turn, usualBeatMs);

  return {
    beat(worker, { memory, inspectable }) {
      const { vitals } = worker;
      vitals.owesSince = undefined;
      vitals.memory = memory;
      vitals.inspectable = inspectable;
      if (!vitals.responsive) {
        vitals.responsive = true;
        vitals.stuckAt = undefined;
        becameResponsive(worker);
      }
    },
  };
}

/** Milliseconds between two heartbeats. */
function beatLength(unresponsiveAfter: number): number {
  return unresponsiveAfter === 0 ? usualBeatMs : Math.min(usualBeatMs, Math.ceil(unresponsiveAfter / 3));
}
