import assert from "node:assert/strict";
import type { DrainProgress, ToWorkerBody } from "../../../../src/shared/workerMessages.ts";
import type { HandoffBroker } from "../../../../src/supervisor/traffic/handoffBroker.ts";
import { TrafficMeter } from "../../../../src/supervisor/traffic/trafficMeter.ts";
import type { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";

class FakeWorker {
  readonly id: number;
  readonly slot: number;
  readonly generation = 1;
  readyAt: number | undefined = 1;
  wasReachable = true;
  dismissed = false;
  connected = true;
  drain: DrainProgress | undefined;
  handedOver = 4;
  readonly counting: boolean[] = [];
  constructor(id: number) {
    this.id = id;
    this.slot = id;
  }
  send(body: ToWorkerBody): boolean {
    if (this.connected && body.type === "count") {
      this.counting.push(body.on);
    }
    return this.connected;
  }
  get handle(): WorkerHandle {
    return this as unknown as WorkerHandle;
  }
}

const drained: DrainProgress = {
  requests: 0,
  connections: 0,
  carriers: 0,
  handedOver: 4,
  closed: 0,
  kinds: { http: 0, https: 0, http2: 0, webSocket: 0, eventStream: 0, raw: 0 },
  inFlight: [],
  served: 0,
  done: true,
  settled: true,
  listens: false,
};

describe("trafficMeter", () => {
  let workers: FakeWorker[] = [];
  let counts: HandoffBroker["counts"];
  let meter: TrafficMeter;
  let acceptor = { unanswered: 0, unansweredAt: 0, strandedAfter: () => Promise.resolve(0) };
  let now = 0;
  /** Connections that do not arrive in time. */
  let inTransit = 0;

  beforeEach(() => {
    workers = [new FakeWorker(1), new FakeWorker(2)];
    counts = { handedOver: 100, closed: 10, cut: 20, longestStallMs: 900 };
    acceptor = { unanswered: 5, unansweredAt: 1_000, strandedAfter: () => Promise.resolve(0) };
    now = 10_000;
    inTransit = 0;
    meter = new TrafficMeter({
      workers: () => workers.map(({ handle }) => handle),
      broker: { counts, arrivals: () => Promise.resolve(inTransit) },
      acceptor,
      now: () => now,
    });
  });

  /** Takes a worker out as the supervisor does. */
  function exit(worker: FakeWorker): void {
    workers = workers.filter((other) => other !== worker);
    worker.connected = false;
    meter.workerExited(worker.handle);
  }

  it("sums up what each worker answered, and what the broker did meanwhile only", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    assert.equal(counts.longestStallMs, 0);
    const fresh = new FakeWorker(3);
    workers.push(fresh);
    meter.workerStarted(fresh.handle);
    Object.assign(counts, { handedOver: 104, closed: 11, cut: 21, longestStallMs: 7 });
    Object.assign(a, { dismissed: true, drain: { ...drained, served: 5, closed: 2 } });
    exit(a);
    const ended = meter.end();
    meter.workerCounted(b.handle, 20);
    meter.workerCounted(b.handle, 20);
    meter.workerCounted(fresh.handle, 300);
    const { traffic, cutRequests } = await ended;
    assert.deepEqual(traffic, {
      served: 325,
      failed: 0,
      handedOver: 4,
      closed: 3,
      cut: 1,
      opaque: 0,
      inTransit: 0,
      longestStallMs: 7,
      crashed: 0,
      silent: 0,
      afterLoss: false,
    });
    assert.deepEqual(cutRequests, []);
    assert.deepEqual(
      [b.counting, fresh.counting],
      [
        [true, false],
        [true, false],
      ],
    );
  });

  it("lists what was cut off with a worker that had to go, and counts one that died by itself", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    const inFlight = [{ method: "GET", url: "/slow", since: 1 }];
    Object.assign(a, {
      dismissed: true,
      drain: {
        ...drained,
        done: false,
        requests: 1,
        connections: 3,
        carriers: 1,
        kinds: { ...drained.kinds, http: 2, raw: 1 },
        inFlight,
      },
    });
    exit(a);
    exit(b);
    const { traffic, cutRequests } = await meter.end();
    assert.deepEqual([traffic.failed, traffic.cut, traffic.opaque, traffic.crashed], [1, 2, 1, 1]);
    assert.deepEqual(cutRequests, [{ worker: 1, slot: 1, generation: 1, ...inFlight[0] }]);
  });

  it("counts connections that were accepted meanwhile and answered by nobody as cut off", async () => {
    meter.begin();
    acceptor.unanswered += 3;
    workers = [];
    const { traffic } = await meter.end();
    assert.equal(traffic.cut, 3);
  });

  it("waits for those that wait where nobody listens any more: for who was closed, and who waits still", async () => {
    workers = [];
    acceptor.strandedAfter = async () => {
      await new Promise(setImmediate);
      acceptor.unanswered += 2;
      return 1;
    };
    meter.begin();
    const { traffic } = await meter.end();
    assert.deepEqual([traffic.cut, traffic.inTransit], [2, 1]);
  });

  it("takes a connection that came after the last report for one that was handed over", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    const inFlight = [{ method: "GET", url: "/slow", since: 1 }];
    const drain = { ...drained, done: false, requests: 1, connections: 1, carriers: 1, inFlight };
    Object.assign(a, { dismissed: true, drain, handedOver: 5 });
    exit(a);
    Object.assign(b, { dismissed: true, drain: { ...drain, connections: 3 }, handedOver: 5 });
    exit(b);
    const { traffic, cutRequests } = await meter.end();
    assert.deepEqual([traffic.failed, traffic.cut, cutRequests.length], [1, 1, 1]);
  });

  it("counts a worker that had to go without a word, but none that nobody could have reached", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    a.dismissed = true;
    exit(a);
    Object.assign(b, { dismissed: true, wasReachable: false });
    exit(b);
    const { traffic } = await meter.end();
    assert.deepEqual([traffic.failed, traffic.crashed, traffic.silent], [0, 0, 1]);
  });

  it("counts nothing of a new worker that no client could reach, however it ends", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    Object.assign(a, { wasReachable: false });
    exit(a);
    const inFlight = [{ method: "GET", url: "/health", since: 1 }];
    const drain = { ...drained, requests: 1, connections: 1, carriers: 1, handedOver: 0, served: 9, inFlight };
    Object.assign(b, { wasReachable: false, dismissed: true, handedOver: 0, drain });
    exit(b);
    const { traffic, cutRequests } = await meter.end();
    assert.deepEqual(
      [traffic.failed, traffic.cut, traffic.crashed, traffic.silent, traffic.served, cutRequests],
      [0, 0, 0, 0, 0, []],
    );
  });

  it("does not count a worker that was never ready, nor anything while nothing is renewed", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    exit(a);
    now += 1_000;
    meter.begin();
    Object.assign(b, { readyAt: undefined, wasReachable: false });
    exit(b);
    const { traffic } = await meter.end();
    assert.deepEqual([traffic.crashed, traffic.afterLoss], [0, false]);
  });

  it("counts one that was ready before it closed its servers: it may have been answering", async () => {
    const [a] = workers;
    assert.ok(a);
    meter.begin();
    a.readyAt = undefined;
    exit(a);
    assert.equal((await meter.end()).traffic.crashed, 1);
  });

  it("tells that clients may still be noticing what was lost within the second before", async () => {
    const losses: readonly ((worker: FakeWorker) => void)[] = [
      (worker) => exit(worker),
      (worker) => exit(Object.assign(worker, { dismissed: true })),
      (worker) => exit(Object.assign(worker, { dismissed: true, drain: { ...drained, connections: 1 } })),
      () => Object.assign(acceptor, { unanswered: 6, unansweredAt: now }),
    ];
    for (const lose of losses) {
      now += 5_000;
      lose(new FakeWorker(3));
      now += 999;
      meter.begin();
      const { traffic } = await meter.end();
      assert.deepEqual([traffic.crashed, traffic.silent, traffic.cut, traffic.afterLoss], [0, 0, 0, true]);
      now += 1;
      meter.begin();
      assert.equal((await meter.end()).traffic.afterLoss, false);
    }
    now += 5_000;
    exit(Object.assign(new FakeWorker(3), { dismissed: true, drain: drained }));
    meter.begin();
    assert.equal((await meter.end()).traffic.afterLoss, false);
  });

  it("waits for the end of a worker that has died already, and counts it in any case", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    a.connected = false;
    const ended = meter.end();
    meter.workerCounted(b.handle, 1);
    exit(a);
    assert.equal((await ended).traffic.crashed, 1);
    meter.begin();
    b.connected = false;
    assert.equal((await meter.end()).traffic.crashed, 1);
  });

  it("ends when a worker dies instead of telling its count, and without one that does not answer", async () => {
    const [a, b] = workers;
    assert.ok(a && b);
    meter.begin();
    const ended = meter.end();
    meter.workerCounted(a.handle, 1);
    exit(b);
    assert.equal((await ended).traffic.served, 1);
    meter.begin();
    assert.equal((await meter.end()).traffic.served, 0);
    meter.workerCounted(a.handle, 99);
    meter.begin();
    const last = meter.end();
    meter.workerCounted(a.handle, 2);
    assert.equal((await last).traffic.served, 2);
  });

  it("tells how many connections no new worker has taken", async () => {
    meter.begin();
    inTransit = 3;
    assert.equal((await meter.end()).traffic.inTransit, 3);
  });
});
