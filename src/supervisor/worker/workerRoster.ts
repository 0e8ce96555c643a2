import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import { describeOtherApp } from "../listening/otherApps.ts";
import type { Reachability } from "../listening/reachability.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogStore } from "../logs/logStore.ts";
import { type DebugStart, forkWorker } from "../process/workerForker.ts";
import { askReadyUrl } from "./asking/readyUrl.ts";
import { warmUp } from "./asking/warmUp.ts";
import { describeWorker } from "./describeExit.ts";
import type { WorkerEvents } from "./workerEvents.ts";
import { WorkerHandle } from "./workerHandle.ts";

export interface RosterOptions {
  readonly app: string;
  readonly logs: LogStore;
  readonly events: EventLog;
  readonly reachability: Reachability;
  /** Where the supervisor itself answers health checks. */
  readonly healthPort: () => number | undefined;
  /** Where supervisors write their endpoint files. */
  readonly endpointFolder: string;
  /** Knows which workers take connections. */
  readonly table: { serving(): readonly WorkerHandle[] };
}

/** Every worker whose process may still exist, and operations on one by its id. */
export class WorkerRoster {
  readonly #options: RosterOptions;
  readonly #workers = new Map<number, WorkerHandle>();

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  get all(): ReadonlyMap<number, WorkerHandle> {
    return this.#workers;
  }

  /**
   * Forks a worker and watches it until it is gone.
   * @throws the system's error when it can't start a process.
   */
  start(options: {
    readonly recipe: LaunchRecipe;
    readonly slot: number;
    readonly generation: number;
    readonly events: WorkerEvents<WorkerHandle>;
    readonly debug: DebugStart;
    readonly leads: boolean;
  }): WorkerHandle {
    const { logs, events: log, reachability, healthPort, endpointFolder } = this.#options;
    const isOurs = (port: number): boolean => options.events.acceptor.listensOn(port);
    const worker: WorkerHandle = new WorkerHandle({
      ...forkWorker({ ...options, logs }),
      ...options,
      log,
      healthPort,
      workers: () => this.#workers.values(),
      reach: () => reachability.check(worker),
      findOtherApp: (port, done) => describeOtherApp(port, endpointFolder, done),
      ask: (url) => askReadyUrl(worker, url, isOurs),
      warmUp: (paths) => warmUp(worker, paths, { isOurs, isOver: () => worker.dismissed || worker.dead }),
    });
    this.#workers.set(worker.id, worker);
    if (options.debug !== "no") {
      worker.debugging.expect();
    }
    return worker;
  }

  remove(worker: WorkerHandle): void {
    this.#workers.delete(worker.id);
  }

  /** @throws HitlessError `workerNotFound` */
  find(id: number): WorkerHandle {
    const worker = this.#workers.get(id);
    if (worker === undefined) {
      throw new HitlessError("workerNotFound", `${this.#options.app} has no worker with the id ${id}.`);
    }
    return worker;
  }

  /**
   * The worker with this id; without one, the ready worker of the lowest slot.
   * @throws HitlessError `workerNotFound`, or `invalidState` if none is ready.
   */
  pick(id?: number): WorkerHandle {
    if (id !== undefined) {
      return this.find(id);
    }
    const { app, table } = this.#options;
    const [first] = [...table.serving()].sort((a, b) => a.slot - b.slot);
    if (first === undefined) {
      throw new HitlessError("invalidState", `${app} has no worker that is ready.`, { remedy: "retry" });
    }
    return first;
  }

  /**
   * Kills a worker at a client's request.
   * @throws HitlessError `workerNotFound`
   */
  kill(id: number): void {
    this.find(id).kill("asked");
  }

  /** Terminates all without a drain. */
  killAll(): void {
    for (const worker of this.#workers.values()) {
      worker.kill("stopping");
    }
  }

  /**
   * Gives a draining worker `ms` more milliseconds, or (without) ends its drain.
   * @throws HitlessError `workerNotFound`, or `invalidState` if it is not draining.
   */
  changeDrain(id: number, ms: number | undefined): void {
    const worker = this.find(id);
    if (ms === undefined && worker.dismissed) {
      this.#options.events.log("info", "drainCut", `${describeWorker(worker)}: its drain is cut as asked`);
      worker.terminate();
    } else if (ms === undefined || !worker.extendDrain(ms)) {
      throw new HitlessError("invalidState", `Worker ${workerLabel(worker)} does not drain.`);
    }
  }
}
