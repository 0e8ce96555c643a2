import { type Failure, isPermanentFailure } from "../../shared/failure.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogStore } from "../logs/logStore.ts";
import type { Slot } from "../slots/slot.ts";
import { describeExit, describeWorker } from "../worker/describeExit.ts";
import { drainOrderFor } from "../worker/leaving/drainOrder.ts";
import { primaryProtocolOf } from "../worker/notices/primaryProtocols.ts";
import type { WorkerEvents } from "../worker/workerEvents.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { AppCondition } from "./appCondition.ts";
import type { AppHost, AppParts } from "./appParts.ts";
import { createMessageTable } from "./messageTable.ts";

export interface WorkerLifeOptions {
  readonly host: AppHost;
  readonly parts: AppParts;
  readonly condition: AppCondition;
  readonly logs: Pick<LogStore, "ended">;
  readonly events: Pick<EventLog, "log">;
  /** The app can't be started: it ends. */
  readonly giveUp: () => void;
}

/** Starts workers, sends them away, and tells those concerned what becomes of each. */
export class WorkerLife {
  /** Workers that had to be killed since this was last set to 0. */
  killedWhileStopping = 0;
  readonly #options: WorkerLifeOptions;
  readonly #workerEvents: WorkerEvents<WorkerHandle>;
  /** Libraries of the app that were warned of. */
  readonly #warnedOf = new Set<string>();
  /** Workers that live, or of which something that they had started may. */
  readonly #uncleaned = new Set<WorkerHandle>();

  constructor(options: WorkerLifeOptions) {
    this.#options = options;
    this.#workerEvents = this.#listenToWorkers();
  }

  /** Workers that live, or of which something that they had started may. */
  get uncleaned(): ReadonlySet<WorkerHandle> {
    return this.#uncleaned;
  }

  /** @throws the system's error when it can't start a process. */
  start(place: Slot, generation: number): WorkerHandle {
    const { generations, debugSessions, roster, doors, leadership, watcher } = this.#options.parts;
    const { index: slot } = place;
    const recipe = generations.placed(generation);
    const debug = debugSessions.startOf(slot);
    const events = this.#workerEvents;
    const worker = leadership.start(place, this.#options.host.onTrial, (leads) =>
      roster.start({ recipe, slot, generation, events, debug, leads }),
    );
    this.#uncleaned.add(worker);
    doors.started(worker, worker.inspectPlace);
    watcher.add({ pid: worker.pid, mark: worker.mark, killTimeout: recipe.killTimeout });
    return worker;
  }

  /** Orders a worker to exit; `handoff` only if another worker keeps serving. */
  dismiss(worker: WorkerHandle, how: { readonly handoff: boolean; readonly graceful: boolean }): void {
    const { generations, table } = this.#options.parts;
    const { successor } = this.#options.host;
    if (!worker.wasReady && worker.servers.size === 0) {
      // It never served anybody: there is nothing to drain.
      worker.terminate();
    } else {
      worker.dismiss(
        drainOrderFor(worker, generations.current, {
          ...how,
          serving: successor === undefined ? table.serving() : [successor],
        }),
      );
    }
  }

  /** Kills all, and what those that are gone have left behind. */
  killAll(): void {
    this.#options.parts.roster.killAll();
    for (const worker of this.#uncleaned) {
      if (worker.state === "exited") {
        worker.kill("stopping");
      }
    }
  }

  /** A slot has no worker, and why. */
  lacks(failure: Failure, worker?: WorkerHandle): void {
    const { condition, parts, giveUp } = this.#options;
    condition.crashed(failure, worker?.slot);
    if (condition.everReady || !isPermanentFailure(failure)) {
      return;
    }
    const place = worker?.refusedPlace;
    if (typeof place !== "string") {
      // The next try would end the same way: tell it now rather than try it ten times.
      giveUp();
      return;
    }
    parts.keeper.clear(place, (cleared) => {
      if (!cleared && condition.running && !condition.everReady) {
        giveUp();
      }
    });
  }

  #listenToWorkers(): WorkerEvents<WorkerHandle> {
    const { host, parts } = this.#options;
    const { acceptor, broker, doors, firstAnswers, metrics, renewals, traffic, watcher } = parts;
    const { heartbeat } = parts.health;
    return {
      messages: createMessageTable({ acceptor, broker, traffic, firstAnswers, heartbeat, metrics }),
      acceptor,
      debugging: (worker) => {
        if (worker.debugging.openedBySignal) {
          doors.signalled(worker);
        }
        host.reconcile();
      },
      appMessage: (worker, message) => this.#warnOfProtocol(worker, message),
      changed: host.changed,
      listening: host.reconcile,
      ready: (worker) => this.#ready(worker),
      unready: (worker) => {
        renewals.current?.workerUnready(worker);
        host.reconcile();
      },
      notReady: (worker, failure) => this.#notReady(worker, failure),
      drained: (worker, end) => {
        metrics.askLast(worker, end);
        // The next one may go.
        host.reconcile();
      },
      unreachable: (worker) => broker.workerLeft(worker),
      exited: (worker) => this.#exited(worker),
      cleanedUp: (worker) => {
        this.#uncleaned.delete(worker);
        watcher.remove(worker.pid);
        host.reconcile();
      },
    };
  }

  /** Once for each library, since its own primary will never answer. */
  #warnOfProtocol(worker: WorkerHandle, message: unknown): void {
    const protocol = primaryProtocolOf(message);
    if (protocol !== undefined && !this.#warnedOf.has(protocol.library)) {
      this.#warnedOf.add(protocol.library);
      worker.warn("primaryProtocol", `${protocol.library} expects a cluster primary of its own: ${protocol.advice}`);
    }
  }

  #ready(worker: WorkerHandle): void {
    const { condition, events, host, parts } = this.#options;
    const ms = (worker.readyAt ?? 0) - worker.startedAt;
    events.log("info", "workerReady", `${describeWorker(worker)} ready after ${ms} ms`, worker.id);
    condition.workerReady(parts.table.serving().length, host.desiredWorkers);
    if (condition.everFull && parts.renewals.current === undefined) {
      // So that a reload can tell what has been changed and not built since.
      host.lookForUnbuilt(worker.generation).catch(() => undefined);
    }
    host.reconcile();
  }

  #notReady(worker: WorkerHandle, failure: Failure): void {
    const { host, parts } = this.#options;
    parts.renewals.current?.workerFailed(worker, failure);
    if (!worker.dismissed && parts.table.serving().includes(worker)) {
      // One more of its servers can't be reached: clients of the others would be cut off.
      worker.warn("unreachable", `${describeWorker(worker)}: ${failure.message}`);
    } else if (!worker.dismissed) {
      // Its exit counts as a failure of the slot, with this reason.
      worker.kill("unfit");
    }
    host.reconcile();
  }

  #exited(worker: WorkerHandle): void {
    const { condition, events, host, logs, parts } = this.#options;
    const { acceptor, broker, doors, keeper, metrics, renewals, roster, table, traffic } = parts;
    // First of all: whatever else goes wrong, it is not counted among the living.
    roster.remove(worker);
    doors.ended(worker);
    // Many apps remove the file of their socket at their end.
    keeper.look();
    logs.ended(worker.id);
    metrics.workerExited(worker, !worker.dismissed && !worker.killRequested && !worker.finished);
    const { level, code, message } = describeExit(worker, condition.running);
    events.log(level, code, message, worker.id);
    broker.workerLeft(worker);
    traffic.workerExited(worker);
    if (worker.killed && worker.dismissed) {
      this.killedWhileStopping += 1;
    }
    if (!worker.dismissed) {
      renewals.current?.workerFailed(worker, worker.failure);
    }
    renewals.current?.workerExited(worker);
    table.vacate(worker);
    acceptor.gone(worker.id);
    host.reconcile();
  }
}
