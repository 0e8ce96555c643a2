import { HitlessError } from "../../shared/errors.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { describeWorker } from "./describeExit.ts";
import type { WorkerHandle } from "./workerHandle.ts";

/** Every worker whose process may still exist, and what can be asked of one by its id. */
export interface WorkerRoster {
  readonly all: ReadonlyMap<number, WorkerHandle>;
  add(worker: WorkerHandle): void;
  remove(worker: WorkerHandle): void;
  /** @throws HitlessError `workerNotFound` */
  find(id: number): WorkerHandle;
  /**
   * The worker with this id; without one, the ready worker of the lowest slot.
   * @throws HitlessError `workerNotFound`, or `invalidState` if none is ready.
   */
  pick(id?: number): WorkerHandle;
  /**
   * Kills a worker because somebody asked for it.
   * @throws HitlessError `workerNotFound`
   */
  kill(id: number): void;
  /** Sends all away without a drain. */
  killAll(): void;
  /**
   * Gives a draining worker `ms` more milliseconds, or (without) ends its drain.
   * @throws HitlessError `workerNotFound`, or `invalidState` if it does not drain.
   */
  changeDrain(id: number, ms: number | undefined): void;
}

export function createWorkerRoster(options: {
  readonly app: string;
  readonly events: EventLog;
  /** Tells which workers take connections. */
  readonly table: { serving(): readonly WorkerHandle[] };
}): WorkerRoster {
  const { app, events, table } = options;
  const all = new Map<number, WorkerHandle>();

  const find = (id: number): WorkerHandle => {
    const worker = all.get(id);
    if (worker === undefined) {
      throw new HitlessError("workerNotFound", `${app} has no worker ${id}.`);
    }
    return worker;
  };

  return {
    all,
    add: (worker) => void all.set(worker.id, worker),
    remove: (worker) => void all.delete(worker.id),
    find,
    pick(id) {
      if (id !== undefined) {
        return find(id);
      }
      const [first] = [...table.serving()].sort((a, b) => a.slot - b.slot);
      if (first === undefined) {
        throw new HitlessError("invalidState", `${app} has no worker that is ready.`, { remedy: "retry" });
      }
      return first;
    },
    kill(id) {
      const worker = find(id);
      worker.kill("asked");
    },
    killAll() {
      for (const worker of all.values()) {
        worker.kill("stopping");
      }
    },
    changeDrain(id, ms) {
      const worker = find(id);
      if (ms === undefined && worker.dismissed) {
        events.log("info", "drainCut", `${describeWorker(worker)}: its drain is cut as asked`);
        worker.terminate();
      } else if (ms === undefined || !worker.extendDrain(ms)) {
        throw new HitlessError("invalidState", `Worker ${id} does not drain.`);
      }
    },
  };
}
