import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { type HandedConnection, handoffWindow, type ToWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { HandoffBroker } from "../../../../src/supervisor/traffic/handoffBroker.ts";
import type { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";

const connection: HandedConnection = {
  server: "::|3000",
  requests: 4,
  unused: false,
  stoppedAt: 1_000,
  idleSince: 900,
};

class FakeWorker {
  readonly id: number;
  connected = true;
  readonly servers = new Map([["::|3000", { url: "http://127.0.0.1:3000", protocol: "http", handoff: true }]]);
  readonly sent: (ToWorkerBody & { readonly socket?: unknown })[] = [];
  readonly slot: number | undefined;
  constructor(id: number, slot?: number) {
    this.id = id;
    this.slot = slot;
  }
  /** What `send` returns, and what to call when something could not be sent after all. */
  reachable = true;
  readonly undelivered: ((done: boolean) => void)[] = [];
  send(body: ToWorkerBody, socket?: unknown, undelivered?: (done: boolean) => void): boolean {
    if (!this.reachable) {
      return false;
    }
    this.sent.push({ ...body, ...(socket !== undefined && { socket }) });
    if (undelivered !== undefined) {
      this.undelivered.push(undelivered);
    }
    return true;
  }
  get handle(): WorkerHandle {
    return this as unknown as WorkerHandle;
  }
  /** Ids of the connections it was given. */
  get given(): number[] {
    return this.sent.flatMap((message) => (message.type === "connection" ? [message.id] : []));
  }
}

class FakeSocket extends EventEmitter {
  destroyed = false;
  readStops = 0;
  _handle: object | null = {
    reading: true,
    readStop: () => {
      this.readStops += 1;
    },
  };
  destroy(): void {
    this.destroyed = true;
  }
  get socket(): Socket {
    return this as unknown as Socket;
  }
}

describe("handoffBroker", () => {
  const old = new FakeWorker(1);
  let targets: FakeWorker[] = [];
  let broker: HandoffBroker;
  /** What the old worker calls the last connection that it sent. */
  let sent = 100;
  const acceptFrom = (worker: FakeWorker, socket: FakeSocket | undefined): void => {
    sent += 1;
    broker.accept(worker.handle, { id: sent, ...connection }, socket?.socket);
  };
  const accept = (socket = new FakeSocket()): FakeSocket => {
    acceptFrom(old, socket);
    return socket;
  };
  /** Each of these is confirmed by the target that it was given to last. */
  const taken = (ids: readonly number[], stallMs: number): void => {
    for (const target of targets) {
      broker.taken(
        target.handle,
        ids.filter((id) => target.given.includes(id)),
        stallMs,
      );
    }
  };
  /** Connections of which a worker was told that they have arrived, as it calls them. */
  const arrived = (worker = old): number[] =>
    worker.sent.flatMap((message) => (message.type === "arrived" ? message.ids : []));

  beforeEach(() => {
    old.sent.splice(0);
    sent = 100;
    targets = [new FakeWorker(2), new FakeWorker(3)];
    broker = new HandoffBroker({ serving: () => targets.map(({ handle }) => handle) });
  });

  it("stops reading at once and passes the connection on with what is known of it", () => {
    const socket = accept();
    assert.equal(socket.readStops, 1);
    const [message] = targets.flatMap(({ sent }) => sent);
    assert.deepEqual(message, { type: "connection", id: 1, ...connection, socket });
    assert.deepEqual([socket.destroyed, broker.inTransit], [false, 1]);
  });

  it("lets go of its copy when the worker has it, and counts", () => {
    const sockets = [accept(), accept()];
    taken([1], 7);
    taken([2], 3);
    taken([2], 90);
    taken([99], 90);
    assert.deepEqual(
      sockets.map(({ destroyed }) => destroyed),
      [true, true],
    );
    assert.deepEqual(broker.counts, { handedOver: 2, closed: 0, cut: 0, longestStallMs: 7 });
    assert.equal(broker.inTransit, 0);
  });

  it("believes nobody who confirms what another was given", () => {
    const socket = accept();
    const [given, other] = targets.toSorted((a, b) => b.given.length - a.given.length);
    assert.ok(given !== undefined && other !== undefined);
    broker.taken(other.handle, [1], 1);
    assert.deepEqual([socket.destroyed, broker.inTransit], [false, 1]);
    broker.taken(given.handle, [1], 1);
    assert.deepEqual([socket.destroyed, broker.inTransit], [true, 0]);
  });

  it("gives them first to the worker in the slot of the one that leaves, up to 16 more than to another, unless it is slow", () => {
    let now = 0;
    const first = new FakeWorker(2, 1);
    const second = new FakeWorker(3, 2);
    targets = [first, second];
    broker = new HandoffBroker({ serving: () => targets.map(({ handle }) => handle) }, () => now);
    const pass = (from: FakeWorker, count: number, ms = 1): number[] => {
      for (let passed = 0; passed < count; passed += 1) {
        acceptFrom(from, new FakeSocket());
        now += ms;
        taken([...first.given, ...second.given], ms);
      }
      return [first.given.length, second.given.length];
    };
    assert.deepEqual(pass(new FakeWorker(4, 1), 16), [16, 0]);
    assert.deepEqual(pass(new FakeWorker(4, 1), 20), [26, 10]);
    // The other one catches up when its turn comes, and gets ahead by as many.
    assert.deepEqual(pass(new FakeWorker(5, 2), 32), [26, 42]);
    // One that is no worker of the app, such as another supervisor, has no slot.
    assert.deepEqual(pass(new FakeWorker(6), 2), [27, 43]);
    const [before] = pass(new FakeWorker(4, 1), 1, 400);
    assert.equal(before, 28);
    const [slow, other] = pass(new FakeWorker(4, 1), 4);
    assert.deepEqual([slow, other], [28, 47]);
  });

  it("gives a worker that confirms nothing no more than its share, whose slot ever it is in", () => {
    let now = 0;
    const hanging = new FakeWorker(2, 1);
    const other = new FakeWorker(3, 2);
    targets = [hanging, other];
    broker = new HandoffBroker({ serving: () => targets.map(({ handle }) => handle) }, () => now);
    for (let passed = 0; passed < 12; passed += 1) {
      acceptFrom(new FakeWorker(4, 1), new FakeSocket());
      now += 5;
      broker.taken(other.handle, other.given, 1);
    }
    assert.deepEqual([hanging.given.length, other.given.length], [2, 10]);
  });

  it("spreads connections over the workers", () => {
    for (let count = 0; count < 10; count += 1) {
      accept();
    }
    assert.deepEqual(
      targets.map(({ given }) => given.length),
      [5, 5],
    );
  });

  it("gives a refused connection to the next worker, and never twice to the same", () => {
    const socket = accept();
    const first = targets.find(({ given }) => given.length === 1);
    const second = targets.find(({ given }) => given.length === 0);
    assert(first !== undefined && second !== undefined);
    broker.refused(first.handle, 1);
    assert.deepEqual([first.given, second.given], [[1], [1]]);
    broker.refused(second.handle, 1);
    assert.deepEqual([first.given, second.given], [[1], [1]]);
    assert.equal(socket.destroyed, true);
    assert.deepEqual(broker.counts, { handedOver: 0, closed: 1, cut: 0, longestStallMs: 0 });
  });

  it("listens only to the worker that holds the connection", () => {
    accept();
    const holder = targets.find(({ given }) => given.length === 1);
    const other = targets.find(({ given }) => given.length === 0);
    assert(holder !== undefined && other !== undefined);
    broker.refused(other.handle, 1);
    assert.deepEqual(other.given, []);
    broker.refused(holder.handle, 99);
    assert.equal(broker.inTransit, 1);
  });

  it("gives what a dead worker had not confirmed to another, and keeps what it had", () => {
    for (let count = 0; count < 4; count += 1) {
      accept();
    }
    const [dead, heir] = targets;
    assert(dead !== undefined && heir !== undefined);
    const [confirmed = 0, unconfirmed = 0] = dead.given;
    taken([confirmed], 1);
    dead.connected = false;
    broker.workerLeft(dead.handle);
    assert.equal(heir.given.length, 3);
    assert(heir.given.includes(unconfirmed));
    assert.equal(broker.inTransit, 3);
  });

  it("gives what can't be sent to another, whether that is known at once or later", () => {
    const [going, heir] = targets;
    assert(going !== undefined && heir !== undefined);
    going.reachable = false;
    const sockets = Array.from({ length: 4 }, () => accept());
    assert.deepEqual([going.given.length, heir.given.length], [0, 4]);
    // As a worker that is dying: it still looks connected, and the write fails.
    going.reachable = true;
    sockets.push(accept());
    const [first] = going.given;
    assert.ok(first !== undefined);
    for (const undelivered of going.undelivered) {
      undelivered(false);
      undelivered(false);
    }
    assert.deepEqual(heir.given.filter((id) => id === first).length, 1);
    broker.workerLeft(going.handle);
    taken(heir.given, 1);
    assert.deepEqual([broker.inTransit, broker.counts.handedOver, broker.counts.closed], [0, 5, 0]);
  });

  it("closes what can be sent to nobody", () => {
    for (const target of targets) {
      target.reachable = false;
    }
    assert.equal(accept().destroyed, true);
    assert.deepEqual([broker.inTransit, broker.counts.closed], [0, 1]);
  });

  it("tells when all have arrived, and how many have not in time", async () => {
    assert.equal(await broker.arrivals(60_000), 0);
    accept();
    accept();
    assert.equal(await broker.arrivals(1), 2);
    const arrivals = broker.arrivals(60_000);
    taken([1], 1);
    targets = [];
    for (const worker of [2, 3]) {
      broker.refused(new FakeWorker(worker).handle, 2);
    }
    assert.equal(await arrivals, 0);
  });

  it("closes a connection that nobody can take", () => {
    const cases: (() => void)[] = [
      () => {
        targets = [];
      },
      () => {
        targets = [old];
      },
      () => {
        for (const target of targets) {
          target.connected = false;
        }
      },
      () => {
        for (const target of targets) {
          target.servers.clear();
        }
      },
      () => {
        for (const target of targets) {
          target.servers.set("::|3000", { url: "", protocol: "http", handoff: false });
        }
      },
    ];
    for (const [index, prepare] of cases.entries()) {
      targets = [new FakeWorker(2), new FakeWorker(3)];
      prepare();
      const socket = accept();
      assert.equal(socket.destroyed, true, `case ${index}`);
      assert.deepEqual([broker.counts.closed, broker.inTransit], [index + 1, 0]);
    }
  });

  it("counts as cut what a client has asked, or is about to, on one that nobody can take", async () => {
    targets = [];
    const asking = new FakeSocket();
    Object.assign(asking._handle ?? {}, { readStart: () => setImmediate(() => asking.emit("data", "GET /")) });
    accept(asking);
    const idle = new FakeSocket();
    Object.assign(idle._handle ?? {}, { readStart: () => undefined });
    accept(idle);
    assert.deepEqual([asking.destroyed, broker.inTransit], [false, 2]);
    assert.equal(await broker.arrivals(60_000), 0);
    assert.deepEqual(broker.counts, { handedOver: 0, closed: 1, cut: 1, longestStallMs: 0 });
    broker.accept(old.handle, { ...connection, id: 200, unused: true }, new FakeSocket().socket);
    assert.deepEqual([broker.counts.closed, broker.counts.cut], [1, 2]);
  });

  it("counts a connection whose client left on the way as closed", () => {
    acceptFrom(old, undefined);
    const gone = new FakeSocket();
    gone._handle = null;
    accept(gone);
    assert.equal(gone.destroyed, true);
    assert.deepEqual([broker.counts.closed, broker.inTransit], [2, 0]);
    assert.deepEqual(arrived(), [101, 102]);
  });

  it("tells each worker which of its connections have a new owner, together what was confirmed together", () => {
    const other = new FakeWorker(9);
    targets = [new FakeWorker(2)];
    accept();
    acceptFrom(other, new FakeSocket());
    accept();
    taken([1, 2, 3], 1);
    assert.deepEqual(old.sent, [{ type: "arrived", ids: [101, 103] }]);
    assert.deepEqual(other.sent, [{ type: "arrived", ids: [102] }]);
  });

  it("tells it of those that nobody could take too, or it would keep the others back", () => {
    targets = [];
    accept();
    assert.deepEqual(arrived(), [101]);
  });

  it("gives a worker that confirms nothing no more than a window, and the others all the rest", () => {
    const [hanging, living] = targets;
    assert(hanging !== undefined && living !== undefined);
    let confirmed = 0;
    for (let count = 1; count <= 10 * handoffWindow; count += 1) {
      accept();
      taken(living.given.slice(confirmed), 1);
      confirmed = living.given.length;
    }
    assert(hanging.given.length <= handoffWindow);
    assert.equal(hanging.given.length + living.given.length, 10 * handoffWindow);
    assert.equal(arrived().length, 10 * handoffWindow - hanging.given.length);
  });

  it("keeps what comes beyond the windows of all until somebody confirms some", () => {
    for (let count = 1; count <= 20 * handoffWindow; count += 1) {
      accept();
    }
    assert.deepEqual(
      targets.map(({ given }) => given.length),
      [handoffWindow, handoffWindow],
    );
    for (let round = 0; round < 20; round += 1) {
      for (const target of targets) {
        taken(target.given, 1);
      }
    }
    assert.equal(arrived().length, 20 * handoffWindow);
    assert.deepEqual([broker.inTransit, broker.counts.handedOver], [0, 20 * handoffWindow]);
  });

  it("gives what waits for a worker that dies to another", () => {
    const [first, second] = targets;
    assert(first !== undefined && second !== undefined);
    for (let count = 1; count <= 3 * handoffWindow; count += 1) {
      accept();
    }
    first.connected = false;
    second.connected = false;
    const heir = new FakeWorker(4);
    targets = [heir];
    broker.workerLeft(first.handle);
    broker.workerLeft(second.handle);
    for (let round = 0; round < 5; round += 1) {
      taken(heir.given, 1);
    }
    assert.deepEqual([broker.inTransit, broker.counts.closed], [0, 0]);
    assert.equal(broker.counts.handedOver, 3 * handoffWindow);
  });

  it("is not upset by a connection that breaks here", () => {
    const socket = accept();
    assert.doesNotThrow(() => socket.emit("error", new Error("ECONNRESET")));
  });
});
