import type { LaunchRecipe } from "../shared/appConfig.ts";
import type { StackFrames } from "./stuckStack.ts";
import type { WorkerHandle } from "./workerHandle.ts";

/** Longest time between two heartbeats, in milliseconds. */
const usualBeatMs = 1_000;
const mebibyte = 1_048_576;

/** A worker's sign of life. */
export interface Beat {
  /** RSS in bytes. */
  readonly memory: number;
  readonly debugging: boolean;
  readonly inspectable: boolean;
}

/** What the heartbeat knows of one worker. */
export interface Vitals {
  /** When the heartbeat that it has not answered was sent, on the monotonic clock in milliseconds. */
  owesSince: number | undefined;
  responsive: boolean;
  memory: number | undefined;
  /** What clients were last told of it. */
  shownMemory: number | undefined;
  debugging: boolean;
  inspectable: boolean;
  /** It was above `maxMemory`; said once. */
  outgrown: boolean;
  /** Its stack while it was unresponsive. */
  stuckAt: StackFrames | undefined;
}

export function createVitals(): Vitals {
  return {
    owesSince: undefined,
    responsive: true,
    memory: undefined,
    shownMemory: undefined,
    debugging: false,
    inspectable: false,
    outgrown: false,
    stuckAt: undefined,
  };
}

export interface HealthOptions {
  readonly recipe: () => Pick<LaunchRecipe, "unresponsiveAfter" | "maxMemory">;
  readonly workers: () => Iterable<WorkerHandle>;
  readonly becameUnresponsive: (worker: WorkerHandle) => void;
  readonly becameResponsive: (worker: WorkerHandle) => void;
  /** Once a heartbeat, for whatever else wants to be looked at as often. */
  readonly turned: () => void;
  readonly outgrew: (worker: WorkerHandle, bytes: number) => void;
}

export interface Health {
  /** A worker answered a heartbeat. */
  beat(worker: WorkerHandle, beat: Beat): void;
}

/**
 * Asks every ready worker for a sign of life, at least once a second. One that owes an answer for longer than
 * `unresponsiveAfter` has a blocked event loop. While a debugger may hold a worker, nothing is concluded; nor when this
 * process itself was asleep.
 */
export function watchHealth(options: HealthOptions): Health {
  const { recipe, workers, becameUnresponsive, becameResponsive, outgrew, turned } = options;
  let lastTurn = performance.now();

  const turn = (): void => {
    try {
      look();
    } finally {
      const { unresponsiveAfter } = recipe();
      setTimeout(turn, beatLength(unresponsiveAfter));
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
      if (overslept || vitals.debugging) {
        vitals.owesSince = undefined;
      }
      if (vitals.owesSince === undefined) {
        vitals.owesSince = now;
        worker.send({ type: "beat" });
      } else if (unresponsiveAfter > 0 && vitals.responsive && now - vitals.owesSince > unresponsiveAfter) {
        vitals.responsive = false;
        becameUnresponsive(worker);
      }
    }
    turned();
  };
  setTimeout(turn, usualBeatMs);

  return {
    beat(worker, { memory, debugging, inspectable }) {
      const { vitals } = worker;
      vitals.owesSince = undefined;
      vitals.memory = memory;
      vitals.debugging = debugging;
      vitals.inspectable = inspectable;
      if (!vitals.responsive) {
        vitals.responsive = true;
        vitals.stuckAt = undefined;
        becameResponsive(worker);
      }
      const { maxMemory } = recipe();
      if (maxMemory !== undefined && memory > maxMemory * mebibyte && !vitals.outgrown && worker.state === "ready") {
        vitals.outgrown = true;
        outgrew(worker, memory);
      }
    },
  };
}

/** Milliseconds between two heartbeats. */
function beatLength(unresponsiveAfter: number): number {
  return unresponsiveAfter === 0 ? usualBeatMs : Math.min(usualBeatMs, Math.ceil(unresponsiveAfter / 3));
}
