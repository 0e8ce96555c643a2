import type { LaunchRecipe } from "../shared/appConfig.ts";
import type { StackFrames } from "./stuckStack.ts";
import type { WorkerHandle } from "./workerHandle.ts";

/** Longest time between two heartbeats, in milliseconds. */
const usualBeatMs = 1_000;

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

export interface HealthOptions {
  readonly recipe: () => Pick<LaunchRecipe, "unresponsiveAfter">;
  readonly workers: () => Iterable<WorkerHandle>;
  readonly becameUnresponsive: (worker: WorkerHandle) => void;
  readonly becameResponsive: (worker: WorkerHandle) => void;
  /** Once a heartbeat, for whatever else wants to be looked at as often. */
  readonly turned: () => void;
}

export interface Health {
  /** A worker answered a heartbeat. */
  beat(worker: WorkerHandle, beat: Beat): void;
}

/**
 * Asks every ready worker for a sign of life, at least once a second. One that owes an answer for longer than
 * `unresponsiveAfter` has a blocked event loop. While a debugger has stopped a worker, nothing is concluded; nor when this
 * process itself was asleep.
 */
export function watchHealth(options: HealthOptions): Health {
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
