import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { type AcceptQueue, watchAcceptQueue } from "../traffic/acceptQueue.ts";
import { watchAcceptQueueAlerts } from "../traffic/acceptQueueAlerts.ts";
import { mostOpenFiles } from "../traffic/openFileLimit.ts";
import { describeWorker } from "../worker/describeExit.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import { createReplacementPolicy } from "./replacementPolicy.ts";

const mebibyte = 1_048_576;

/** A worker that needs too much memory within so many milliseconds of its start has not leaked it. */
const youngMs = 10_000;

/** A worker's memory is shown anew when it has changed by this part. */
const worthShowing = 0.1;

export interface HealthActionsOptions {
  readonly events: EventLog;
  readonly recipe: () => LaunchRecipe;
  readonly workers: () => Iterable<WorkerHandle>;
  /** Something a snapshot shows has changed. */
  readonly changed: () => void;
  /** Whether workers are being renewed: then no one is replaced, since the wish might meet a new worker. */
  readonly isRenewing: () => boolean;
  /** Puts a new worker in this one's place, the new one first. Resolves when that is over. */
  readonly replace: (worker: WorkerHandle) => Promise<unknown>;
}

/** Looks after running workers: tells which are stuck and where, and replaces those that are no good any more. */
export interface HealthActions {
  readonly beat: Heartbeat["beat"];
  /** Accepted connections that no worker has taken yet. */
  readonly accepts: AcceptQueue;
}

export function createHealthActions(options: HealthActionsOptions): HealthActions {
  const { events, recipe, workers, changed } = options;

  const policy = createReplacementPolicy();

  /** Why a worker has to be replaced, if it has. */
  const ailment = ({ vitals, readyMs }: WorkerHandle): string | undefined => {
    const { maxMemory, replaceUnresponsive } = recipe();
    if (!vitals.responsive) {
      return replaceUnresponsive ? "is unresponsive" : undefined;
    }
    if (maxMemory === undefined || (vitals.memory ?? 0) <= maxMemory * mebibyte) {
      return undefined;
    }
    const uses = `uses ${Math.round((vitals.memory ?? 0) / mebibyte)} MiB`;
    return readyMs < youngMs
      ? `${uses} just after its start, so maxMemory (${maxMemory} MiB) is too low for this app`
      : `${uses}, more than maxMemory (${maxMemory} MiB)`;
  };

  const replaceAiling = (): void => {
    for (const worker of workers()) {
      const why = worker.state === "ready" && !options.isRenewing() ? ailment(worker) : undefined;
      const admitted = why === undefined ? undefined : policy.admit(worker);
      if (why !== undefined && admitted?.now === true) {
        replace(worker, why, admitted.pauseMs);
      }
    }
  };

  const replace = (worker: WorkerHandle, why: string, pauseMs: number): void => {
    const message = `${describeWorker(worker)} ${why}; it is being replaced, and if need be again after ${pauseMs / 1_000} s`;
    events.log("warning", "replacing", message, worker.id);
    options.replace(worker).catch((error: unknown) => {
      events.log("error", "replacing", `${describeWorker(worker)} could not be replaced: ${String(error)}`, worker.id);
    });
  };

  const findPlace = async (worker: WorkerHandle): Promise<string> => {
    if (!worker.vitals.inspectable) {
      return "";
    }
    try {
      const frames = await worker.takeStack();
      worker.vitals.stuckAt = worker.vitals.responsive ? undefined : frames;
      const [top] = frames ?? [];
      return top === undefined ? "" : ` in ${top.function} (${top.file}:${top.line})`;
    } catch (error) {
      const message = `${describeWorker(worker)}: where it is stuck can't be told: ${String(error)}`;
      events.log("info", "noStack", message, worker.id);
      return "";
    }
  };

  const becameUnresponsive = async (worker: WorkerHandle): Promise<void> => {
    const { unresponsiveAfter } = recipe();
    changed();
    const place = await findPlace(worker);
    const message = `${describeWorker(worker)} has not responded for ${unresponsiveAfter} ms${place}`;
    events.log("warning", "unresponsive", message, worker.id);
    changed();
  };

  const accepts = watchAcceptQueue({
    limit: () => recipe().maxWaiting,
    mostOpenFiles,
    onRefused: (count) => waiting.refused(count),
  });
  const waiting = watchAcceptQueueAlerts(() => accepts, events);
  const health = startHeartbeat({
    recipe,
    workers,
    becameUnresponsive: (worker) => void becameUnresponsive(worker),
    becameResponsive: (worker) => {
      events.log("info", "responsive", `${describeWorker(worker)} responds again`, worker.id);
      changed();
    },
    turned: () => {
      replaceAiling();
      if (waiting.look()) {
        changed();
      }
    },
  });
  return {
    beat(worker, beat) {
      const { shownMemory } = worker.vitals;
      if (shownMemory === undefined || Math.abs(beat.memory - shownMemory) > shownMemory * worthShowing) {
        worker.vitals.shownMemory = beat.memory;
        changed();
      }
      health.beat(worker, beat);
    },
    accepts,
  };
}
