import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Failure } from "../../shared/failure.ts";
import type { AppState, RenewalView, Snapshot, WatchView, WorkerView } from "../../shared/snapshot.ts";
import type { DrainProgress } from "../../shared/workerMessages.ts";
import type { Acceptor } from "../accept/acceptor.ts";
import { shownTime } from "../clock.ts";
import type { Slot } from "../slots/slot.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { Crashes } from "./appCondition.ts";

export interface SnapshotParts {
  readonly sequence: number;
  readonly recipe: LaunchRecipe;
  readonly version: string;
  readonly detached: boolean;
  readonly state: AppState;
  readonly generation: number;
  readonly desiredWorkers: number;
  readonly startedAt: number;
  readonly failure: Failure | undefined;
  readonly crashes: Crashes | undefined;
  readonly finished: boolean;
  /** Where health checks are answered. */
  readonly health: string | undefined;
  /** Where output is written. */
  readonly logs: Snapshot["app"]["logs"];
  readonly acceptor: Pick<Acceptor, "waiting" | "refused">;
  readonly slots: ReadonlyMap<number, Slot>;
  readonly workers: ReadonlyMap<number, WorkerHandle>;
  readonly renewal: RenewalView | undefined;
  /** Those of another supervisor that takes the app over, or from which this one has taken it. */
  readonly others: readonly WorkerView[];
  readonly watch: WatchView;
  readonly stale: number | undefined;
  /** By the wall clock, as the pattern is. */
  readonly nextScheduledAt: number | undefined;
}

/** The state of an app as clients see it. */
export function buildSnapshot(parts: SnapshotParts): Snapshot {
  const { recipe, slots, failure, crashes, renewal, health, logs } = parts;
  const workers = [...parts.workers.values()]
    .sort((a, b) => a.slot - b.slot || a.id - b.id)
    .map((worker) => viewWorker(worker, slots.get(worker.slot)));
  const all = [...workers, ...parts.others].sort((a, b) => a.slot - b.slot || a.id - b.id);
  const addresses = new Set(all.flatMap((worker) => (worker.state === "ready" ? worker.addresses : [])));
  const retries = [...slots.values()].filter((slot) => slot.retryTimer !== undefined).map((slot) => slot.retryAt);
  return {
    sequence: parts.sequence,
    supervisor: {
      pid: process.pid,
      version: parts.version,
      nodeVersion: process.version,
      detached: parts.detached,
      scheduling: recipe.scheduling,
    },
    app: {
      name: recipe.name,
      root: recipe.cwd,
      entry: recipe.entry,
      state: parts.state,
      generation: parts.generation,
      desiredWorkers: parts.desiredWorkers,
      addresses: [...addresses],
      startedAt: shownTime(parts.startedAt),
      ...(failure !== undefined && { failure }),
      ...(crashes !== undefined && { crashes: viewCrashes(crashes) }),
      finished: parts.finished,
      ...(health !== undefined && { health }),
      ...(logs !== undefined && { logs }),
      waitingConnections: parts.acceptor.waiting,
      refusedConnections: parts.acceptor.refused,
      ...(recipe.schedule !== undefined && { schedule: recipe.schedule }),
      ...(parts.nextScheduledAt !== undefined && { nextScheduledAt: parts.nextScheduledAt }),
      watch: parts.watch,
      ...(parts.stale !== undefined && { stale: parts.stale }),
      ...(retries.length > 0 && { nextRestartAt: shownTime(Math.min(...retries)) }),
    },
    workers: all,
    ...(renewal !== undefined && { renewal }),
  };
}

function viewCrashes({ count, at, slot, failure }: Crashes): NonNullable<Snapshot["app"]["crashes"]> {
  return { count, at: shownTime(at), ...(slot !== undefined && { slot }), failure };
}

function viewWorker(worker: WorkerHandle, slot: Slot | undefined): WorkerView {
  const {
    id,
    pid,
    generation,
    state,
    startedAt,
    readyAt,
    drainingSince,
    drainDeadline,
    drain,
    addresses,
    vitals,
    debugging,
  } = worker;
  const { pause, url } = debugging;
  return {
    id,
    slot: worker.slot,
    pid,
    generation,
    state,
    health: vitals.responsive ? "responsive" : "unresponsive",
    ...(vitals.memory !== undefined && { memory: vitals.memory }),
    ...(vitals.stuckAt !== undefined && { stuckAt: vitals.stuckAt }),
    startedAt: shownTime(startedAt),
    ...(readyAt !== undefined && { readyAt: shownTime(readyAt) }),
    ...(drainingSince !== undefined && { drainingSince: shownTime(drainingSince) }),
    ...(pause !== undefined && {
      paused: { since: shownTime(pause.since), waits: pause.waits, ...(pause.at && { at: pause.at }) },
    }),
    ...(url !== undefined && { inspector: url }),
    ...(drainDeadline !== undefined && pause === undefined && { drainDeadline: shownTime(drainDeadline) }),
    ...(drain !== undefined && { drain: viewDrain(drain) }),
    restarts: slot?.restarts ?? 0,
    addresses,
    ...(slot?.lastFailure !== undefined && { lastFailure: slot.lastFailure }),
  };
}

function viewDrain(drain: DrainProgress): NonNullable<WorkerView["drain"]> {
  const { requests, connections, handedOver, kinds, inFlight } = drain;
  return { requests, connections, handedOver, kinds, inFlight: [...inFlight] };
}
