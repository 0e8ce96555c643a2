import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Acceptor } from "../accept/acceptor.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { type AcceptQueueAlerts, watchAcceptQueueAlerts } from "../traffic/acceptQueueAlerts.ts";
import { describeWorker } from "../worker/describeExit.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { Heartbeat } from "./heartbeat.ts";
import { createReplacementPolicy } from "./replacementPolicy.ts";

const mebibyte = 1_048_576;

/** A worker that needs too much memory within this many milliseconds of its start has not leaked it. */
const youngMs = 10_000;

export interface HealthHost {
  readonly recipe: LaunchRecipe;
  /** Whether a renewal is running: then no worker is replaced, since it might be one of the new ones. */
  readonly renewing: boolean;
  /** Whether the app is about to stop: then none is replaced either. */
  readonly leaving: boolean;
  workers(): Iterable<WorkerHandle>;
  /** A fact shown in snapshots has changed. */
  changed(): void;
  /** Replaces a worker, starting the new one first. Resolves when that is over. */
  replace(worker: WorkerHandle): Promise<unknown>;
}

/** Watches running workers: reports which are stuck and where, and replaces unhealthy ones. */
export class HealthActions {
  readonly heartbeat: Heartbeat;
  readonly #host: HealthHost;
  readonly #events: EventLog;
  readonly #policy = createReplacementPolicy();
  readonly #alerts: AcceptQueueAlerts;

  constructor(host: HealthHost, events: EventLog, acceptor: Pick<Acceptor, "waiting" | "refused">) {
    this.#host = host;
    this.#events = events;
    this.#alerts = watchAcceptQueueAlerts(() => acceptor, events);
    this.heartbeat = new Heartbeat({
      recipe: () => host.recipe,
      workers: () => host.workers(),
      changed: () => host.changed(),
      becameUnresponsive: (worker) => void this.#tellUnresponsive(worker),
      becameResponsive: (worker) => {
        events.log("info", "responsive", `${describeWorker(worker)} responds again`, worker.id);
        host.changed();
      },
      turned: () => this.#look(),
    });
  }

  /** A connection was refused, with this many waiting. */
  refused(waiting: number): void {
    this.#alerts.refused(waiting);
  }

  #look(): void {
    for (const worker of this.#host.workers()) {
      const why =
        worker.state === "ready" && !this.#host.renewing && !this.#host.leaving ? this.#ailment(worker) : undefined;
      const admitted = why === undefined ? undefined : this.#policy.admit(worker);
      if (why !== undefined && admitted?.now === true) {
        this.#replace(worker, why, admitted.pauseMs);
      }
    }
    if (this.#alerts.look()) {
      this.#host.changed();
    }
  }

  /** Why a worker must be replaced, if so. */
  #ailment({ vitals, readyMs }: WorkerHandle): string | undefined {
    const { maxMemory, replaceUnresponsive } = this.#host.recipe;
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
  }

  #replace(worker: WorkerHandle, why: string, pauseMs: number): void {
    const who = describeWorker(worker);
    const again = `and if need be again after ${pauseMs / 1_000} s`;
    this.#events.log("warning", "replacing", `${who} ${why}; it is being replaced, ${again}`, worker.id);
    this.#host.replace(worker).catch((error: unknown) => {
      this.#events.log("error", "replacing", `${who} could not be replaced: ${String(error)}`, worker.id);
    });
  }

  async #tellUnresponsive(worker: WorkerHandle): Promise<void> {
    const { unresponsiveAfter } = this.#host.recipe;
    this.#host.changed();
    const place = await this.#findPlace(worker);
    const message = `${describeWorker(worker)} has not responded for ${unresponsiveAfter} ms${place}`;
    this.#events.log("warning", "unresponsive", message, worker.id);
    this.#host.changed();
  }

  async #findPlace(worker: WorkerHandle): Promise<string> {
    if (!worker.vitals.inspectable) {
      return "";
    }
    try {
      const frames = await worker.debugging.takeStack();
      worker.vitals.stuckIn(frames);
      const [top] = frames ?? [];
      return top === undefined ? "" : ` in ${top.function} (${top.file}:${top.line})`;
    } catch (error) {
      const message = `${describeWorker(worker)}: where it is stuck can't be told: ${String(error)}`;
      this.#events.log("info", "noStack", message, worker.id);
      return "";
    }
  }
}
