import type { Failure } from "../../../../src/shared/failure.ts";
import type { WorkerState } from "../../../../src/shared/snapshot.ts";
import { steadyNow } from "../../../../src/supervisor/clock.ts";
import { Renewal } from "../../../../src/supervisor/renewal/renewal.ts";
import type { RenewalHost, RenewalOptions } from "../../../../src/supervisor/renewal/renewalOptions.ts";
import { createSlot, type Slot } from "../../../../src/supervisor/slots/slot.ts";
import type { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";
import { sampleFailure } from "../../client/samples.ts";

/** What a renewal sees of a worker. */
export interface FakeWorker {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  /** 4000 and its id. */
  readonly pid: number;
  state: WorkerState;
  connected: boolean;
  readonly servers: Map<string, unknown>;
  readonly tried: Set<number | string>;
  isToldPort(port: number): boolean;
  /** Milliseconds on the monotonic clock. */
  startedAt: number;
  readyAt: number | undefined;
  killed: boolean;
  dismissed: boolean;
  drain: { readonly done: boolean } | undefined;
  handedOver: number;
}

/** An app without processes: what the renewal does is written down, what workers do is told by the test. */
export interface FakeApp {
  readonly renewal: Renewal;
  readonly slots: Map<number, Slot>;
  /** Everything the renewal did, such as `start 1`, `dismiss 1 handoff`, `commit 2`, `wake 50`. */
  readonly did: string[];
  /** The worker of the slot that was started last. */
  latest(slot: number): FakeWorker;
  worker(id: number): FakeWorker;
  ready(...workers: readonly FakeWorker[]): boolean;
  exit(worker: FakeWorker, options?: { readonly killed?: boolean }): boolean;
  /** The worker dies or is late, as the supervisor tells the renewal. */
  fail(worker: FakeWorker, failure?: Failure): boolean;
  /** The old generation is started again in the slot, as the supervisor does. */
  restart(slot: number): FakeWorker;
  /** Lets a slot disappear, as scaling down does. */
  removeSlot(index: number): boolean;
  step(): boolean;
  /** Whether files have changed since the renewal began. */
  filesPending: boolean;
}

export function fakeApp(slotCount: number, changes: Partial<RenewalOptions> = {}): FakeApp {
  const workers = new Map<number, FakeWorker>();
  const slots = new Map<number, Slot>();
  const did: string[] = [];
  const add = (slot: number, generation: number, state: WorkerState): FakeWorker => {
    const worker: FakeWorker = {
      id: workers.size + 1,
      slot,
      generation,
      pid: 4_001 + workers.size,
      state,
      connected: true,
      servers: new Map(),
      tried: new Set(),
      isToldPort: () => false,
      startedAt: steadyNow(),
      readyAt: state === "ready" ? 1 : undefined,
      killed: false,
      dismissed: false,
      drain: undefined,
      handedOver: 0,
    };
    workers.set(worker.id, worker);
    return worker;
  };
  const handleOf = (worker: FakeWorker): WorkerHandle => worker as unknown as WorkerHandle;
  for (let index = 1; index <= slotCount; index += 1) {
    const slot = createSlot(index, 1);
    slot.current = handleOf(add(index, 1, "ready"));
    slots.set(index, slot);
  }
  const host: RenewalHost = {
    slots,
    startWorker(slot, generation) {
      const worker = add(slot.index, generation, "starting");
      did.push(`start ${slot.index}`);
      return handleOf(worker);
    },
    dismiss(handle, { handoff, graceful }) {
      const worker = handle as unknown as FakeWorker;
      worker.dismissed = true;
      worker.state = "draining";
      did.push(`dismiss ${worker.id}${handoff ? " handoff" : ""}${graceful ? " graceful" : ""}`);
    },
    commit: (generation) => did.push(`commit ${generation}`),
    get filesPending() {
      return app.filesPending;
    },
    wakeAfter: (ms) => did.push(`wake ${ms > 0}`),
    log: () => undefined,
  };
  const renewal = new Renewal(host, {
    kind: "reload",
    slots: [...slots.keys()],
    single: false,
    from: 1,
    to: 2,
    surge: slotCount,
    boots: slotCount,
    minReady: 0,
    proven: 0,
    canary: false,
    stopFirst: false,
    notes: [],
    ...changes,
  });
  const vacate = (worker: FakeWorker): void => {
    const slot = slots.get(worker.slot);
    if (slot?.next === handleOf(worker)) {
      slot.next = undefined;
    } else if (slot?.current === handleOf(worker)) {
      slot.current = undefined;
    }
  };
  const app: FakeApp = {
    filesPending: false,
    renewal,
    slots,
    did,
    latest: (slot) => {
      const found = [...workers.values()].findLast((worker) => worker.slot === slot);
      if (found === undefined) {
        throw new Error(`slot ${slot} never had a worker`);
      }
      return found;
    },
    worker: (id) => {
      const found = workers.get(id);
      if (found === undefined) {
        throw new Error(`there is no worker ${id}`);
      }
      return found;
    },
    restart(index) {
      const slot = slots.get(index);
      if (slot === undefined) {
        throw new Error(`there is no slot ${index}`);
      }
      const worker = add(index, slot.generation, "starting");
      slot.current = handleOf(worker);
      return worker;
    },
    ready(...chosen) {
      let over = false;
      for (const worker of chosen) {
        worker.state = "ready";
        worker.readyAt = steadyNow();
        over = renewal.step();
      }
      return over;
    },
    exit(worker, { killed = false } = {}) {
      worker.state = "exited";
      worker.killed = killed;
      renewal.workerExited(handleOf(worker));
      vacate(worker);
      return renewal.step();
    },
    fail(worker, failure = sampleFailure()) {
      worker.state = "exited";
      renewal.workerFailed(handleOf(worker), failure);
      renewal.workerExited(handleOf(worker));
      vacate(worker);
      return renewal.step();
    },
    removeSlot(index) {
      slots.delete(index);
      return renewal.step();
    },
    step: () => renewal.step(),
  };
  return app;
}
