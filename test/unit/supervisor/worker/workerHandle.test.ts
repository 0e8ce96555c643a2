import assert from "node:assert/strict";
import type { Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { type FromWorkerBody, workerMessageCommand } from "../../../../src/shared/workerMessages.ts";
import { createMessageTable } from "../../../../src/supervisor/app/messageTable.ts";
import type { DrainOrder } from "../../../../src/supervisor/worker/leaving/drainOrder.ts";
import { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";

const drainOrder: DrainOrder = {
  handoff: ["::|3000"],
  graceful: false,
  idleGraceMs: 1,
  streamGraceMs: 2,
  spreadMs: 3,
  drainTimeout: 100_000,
};

/** A cluster worker without a process; its pid belongs to nobody. */
class FakeClusterWorker extends EventEmitter {
  readonly id = 7;
  connected = true;
  readonly sent: unknown[] = [];
  readonly signals: string[] = [];
  readonly process = Object.assign(new EventEmitter(), {
    pid: 2 ** 22 - 1,
    send: (message: unknown, _socket?: unknown, _options?: unknown, written?: (error: Error | null) => void) => {
      this.sent.push(message);
      written?.(null);
      return true;
    },
    kill: (signal: string) => {
      this.signals.push(signal);
      return true;
    },
  });
  isConnected(): boolean {
    return this.connected;
  }
  send(message: unknown): boolean {
    this.sent.push(message);
    return true;
  }
  say(body: FromWorkerBody): void {
    this.process.emit("internalMessage", { cmd: workerMessageCommand, ...body }, undefined);
  }
  die(code: number | null, signal: string | null): void {
    this.connected = false;
    this.process.emit("exit", code, signal);
    this.process.emit("close", code, signal);
  }
}

describe("workerHandle", () => {
  let worker: FakeClusterWorker;
  let handle: WorkerHandle;
  let heard: string[] = [];
  let stderr: string[] = [];

  /** Told of each failure to be ready in time. */
  let late: () => void = () => undefined;
  /** The key of a server at which it only believes to listen. */
  let deceiving = "";

  beforeEach(() => watch());

  function watch(recipe: { readonly waitReady?: boolean; readonly readyTimeout?: number } = {}): void {
    worker = new FakeClusterWorker();
    deceiving = "";
    heard = [];
    stderr = [];
    handle = new WorkerHandle({
      findOtherApp: (_port, done) => done(undefined),
      id: worker.id,
      worker: worker as unknown as Worker,
      slot: 2,
      generation: 3,
      recipe: {
        env: { PORT: "3000", API_PORT: "3100", WAIT_MS: "3200" },
        args: ["--port=3300", "3400"],
        cwd: "/srv/api",
        entry: "/srv/api/server.js",
        autorestart: true,
        stopSignal: "SIGTERM",
        killTimeout: 100_000,
        server: true,
        minReady: 0,
        waitReady: false,
        readyUrl: undefined,
        shareTickets: true,
        readyTimeout: 100_000,
        ...recipe,
      },
      stderr: { push: () => undefined, lines: () => stderr },
      lastLine: () => "",
      mark: "HITLESS_ID=none",
      waits: "no",
      inspectPlace: undefined,
      signalPlace: { host: "127.0.0.1", port: 9_229 },
      inspector: {
        url: undefined,
        isOurs: false,
        open: () => Promise.reject(new Error("closed")),
        expectOurs: () => undefined,
        countOwn: () => undefined,
        closed: () => undefined,
        onDidLeave: () => ({ dispose: () => undefined }),
        onDidChange: () => ({ dispose: () => undefined }),
        filter: (text) => text,
      },
      log: { log: (_level, code) => heard.push(`log ${code}`) },
      workers: () => [],
      ask: () => Promise.resolve(200),
      warmUp: () => Promise.resolve([]),
      reach: () => Promise.resolve(undefined),
      healthPort: () => undefined,
      events: {
        messages: {
          ...createMessageTable({} as Parameters<typeof createMessageTable>[0]),
          hello: () => heard.push("hello"),
        },
        acceptor: {
          follow: () => undefined,
          leave: (_id, left) => left(),
          listensOn: () => false,
          hasWaitingFromHere: () => false,
          deceives: (_id, key) => key === deceiving,
        },
        drained: (_worker, end) => end(),
        appMessage: () => undefined,
        debugging: () => undefined,
        changed: () => undefined,
        listening: () => undefined,
        ready: () => undefined,
        notReady: () => late(),
        unready: () => heard.push("unready"),
        unreachable: () => heard.push("unreachable"),
        exited: () => heard.push("exited"),
        cleanedUp: () => undefined,
      },
    });
  }

  // Ends its timers, whatever a test left it in.
  afterEach(() => worker.die(0, null));

  it("goes from starting to ready to draining to exited, and never back", () => {
    assert.equal(handle.state, "starting");
    handle.markReady();
    assert.equal(handle.state, "ready");
    handle.dismiss(drainOrder);
    assert.equal(handle.state, "draining");
    handle.markReady();
    assert.equal(handle.state, "draining");
    worker.die(0, null);
    assert.equal(handle.state, "exited");
    handle.dismiss(drainOrder);
    handle.terminate();
    handle.markReady();
    assert.equal(handle.state, "exited");
  });

  it("tells of its death once, though disconnect, exit and close all arrive", () => {
    worker.emit("disconnect");
    worker.process.emit("exit", 1, null);
    assert.deepEqual(heard, []);
    worker.process.emit("close", 1, null);
    worker.process.emit("close", 1, null);
    worker.emit("disconnect");
    assert.deepEqual(heard, ["exited"]);
  });

  it("takes the app's messages as such, and ours as ours", async () => {
    worker.die(0, null);
    watch({ waitReady: true });
    worker.emit("message", { cmd: "NODE_HITLESS_NOT", type: "drain" });
    worker.say({ type: "hello" });
    worker.process.emit("internalMessage", { cmd: "NODE_CLUSTER", act: "online" }, undefined);
    for (const type of ["news", "constructor", undefined]) {
      worker.process.emit("internalMessage", { cmd: workerMessageCommand, type }, undefined);
    }
    assert.deepEqual([heard, handle.state], [["hello"], "starting"]);
    worker.emit("message", "ready");
    // It is asked whether clients can connect, though it does not listen.
    await new Promise(setImmediate);
    assert.deepEqual([heard, handle.state], [["hello"], "ready"]);
  });

  it("asks it to drain once, and terminates it when it says that it is done", () => {
    handle.markReady();
    handle.dismiss(drainOrder);
    handle.dismiss(drainOrder);
    const { drainTimeout: _, graceful: __, ...order } = drainOrder;
    assert.deepEqual(worker.sent, [{ cmd: workerMessageCommand, type: "drain", ...order }]);
    assert.deepEqual(worker.signals, []);
    worker.say({ ...progress, requests: 1, connections: 1, done: false });
    assert.deepEqual([worker.signals, handle.drain?.requests], [[], 1]);
    worker.say({ ...progress, done: true });
    assert.deepEqual(worker.signals, ["SIGTERM"]);
  });

  it("says shutdown to the app of a graceful drainOrder when its connections have moved, and leaves it alone if it listens", () => {
    handle.markReady();
    handle.dismiss({ ...drainOrder, graceful: true });
    const said = (): unknown[] => worker.sent.map((message) => Reflect.get(Object(message), "type") ?? message);
    worker.say({ ...progress, listens: true, requests: 1, connections: 1, settled: false, done: false });
    // An app that closes its server in its own way must find nothing there that is about to be handed over.
    assert.deepEqual(said(), ["drain"]);
    worker.say({ ...progress, listens: true, connections: 1, settled: true, done: false });
    worker.say({ ...progress, listens: true, settled: true, done: true });
    assert.deepEqual(said(), ["drain", "shutdown", "leave"]);
    assert.deepEqual(worker.signals, []);
    worker.say({ type: "alone" });
    assert.deepEqual(worker.signals, ["SIGTERM"]);
  });

  it("does not wait for an app that does not listen to messages", () => {
    handle.markReady();
    handle.dismiss({ ...drainOrder, graceful: true });
    worker.say({ ...progress, listens: false, settled: true, done: true });
    assert.deepEqual(worker.signals, ["SIGTERM"]);
  });

  it("terminates at once what can't be asked to drain", () => {
    worker.connected = false;
    handle.dismiss(drainOrder);
    assert.deepEqual([worker.signals, worker.sent], [["SIGTERM"], []]);
  });

  it("moves the deadline of a drain, and of nothing else", () => {
    assert.equal(handle.extendDrain(1_000), false);
    handle.markReady();
    handle.dismiss(drainOrder);
    const before = handle.drainDeadline ?? 0;
    assert.equal(handle.extendDrain(1_000), true);
    assert.equal(handle.drainDeadline, before + 1_000);
    assert.deepEqual(worker.sent.at(-1), { cmd: workerMessageCommand, type: "extend", ms: 1_000 });
    handle.terminate();
    assert.equal(handle.extendDrain(1_000), false);
  });

  it("sends nothing to a worker that can't be reached", () => {
    assert.equal(handle.send({ type: "beat" }), true);
    worker.connected = false;
    assert.equal(handle.send({ type: "beat" }), false);
    assert.equal(worker.sent.length, 1);
  });

  it("names the exception that it heard of as the reason", () => {
    worker.say({
      type: "fatal",
      name: "TypeError",
      code: null,
      message: "boom",
      stack: "TypeError: boom\n    at /srv/api/server.js:3:7",
      address: null,
      port: null,
    });
    stderr = ["TypeError: boom"];
    worker.die(1, null);
    const { code, message, exitCode, location } = handle.failure;
    assert.deepEqual([code, message, exitCode, location?.line], ["threw", "TypeError: boom", 1, 3]);
    assert.deepEqual(handle.failure.stderr, stderr);
  });

  it("keeps a verdict that was given while it lived, with how it ended", async () => {
    worker.die(0, null);
    const told = new Promise<void>((resolve) => {
      late = resolve;
    });
    watch({ readyTimeout: 1 });
    await told;
    worker.die(null, "SIGKILL");
    assert.deepEqual([handle.failure.code, handle.failure.signal, handle.finished], ["notReady", "SIGKILL", false]);
  });

  it("knows which ports its app is told", () => {
    assert.deepEqual(
      [3_000, 3_100, 3_200, 3_300, 3_400, 340].map((port) => handle.isToldPort(port)),
      [true, true, false, true, true, false],
    );
  });

  it("takes a script that ended well without listening for finished, and nothing else", () => {
    worker.die(0, null);
    assert.equal(handle.finished, true);
    const server = { url: "http://127.0.0.1:3000", protocol: "http", handoff: true, systemPort: false } as const;
    handle.announceServer("::|3000", server, []);
    handle.confirmServer("::|3000", true);
    assert.equal(handle.finished, false);
  });

  it("fails when a server of it stays where another address of the app is in the way", async () => {
    const server = { url: "http://127.0.0.1:3000", protocol: "http", handoff: true, systemPort: false } as const;
    deceiving = "127.0.0.1|3000";
    handle.announceServer(deceiving, server, []);
    const told = new Promise<void>((resolve) => {
      late = resolve;
    });
    for (let asked = 0; asked <= 40; asked += 1) {
      handle.confirmServer(deceiving, true);
    }
    await told;
    assert.equal(handle.finished, false);
    assert.deepEqual([handle.failure.code, [...handle.servers.keys()]], ["portInUse", []]);
    assert.match(handle.failure.message, /listens on 127\.0\.0\.1:3000, while .* use a restart\.$/);
  });

  it("counts such a server once nothing is in the way any more", () => {
    const server = { url: "http://127.0.0.1:3000", protocol: "http", handoff: true, systemPort: false } as const;
    deceiving = "127.0.0.1|3000";
    handle.announceServer(deceiving, server, []);
    handle.confirmServer(deceiving, true);
    assert.equal(handle.servers.size, 0);
    deceiving = "";
    handle.confirmServer("127.0.0.1|3000", true);
    assert.equal(handle.servers.size, 1);
  });

  it("tells a program that could not be started from one that ended", () => {
    Reflect.set(worker.process, "pid", undefined);
    worker.emit("error", new Error("spawn node ENOENT"));
    worker.die(null, null);
    assert.deepEqual(heard, ["exited"]);
    assert.deepEqual(
      [handle.failure.code, handle.failure.message],
      ["spawnFailed", "The worker could not be started: spawn node ENOENT"],
    );
  });

  it("is not upset by a channel that breaks while the worker lives", () => {
    worker.emit("error", new Error("EPIPE"));
    assert.deepEqual([heard, handle.state], [[], "starting"]);
  });
});

const progress = {
  type: "drain",
  requests: 0,
  connections: 0,
  carriers: 0,
  handedOver: 0,
  closed: 0,
  kinds: { http: 0, https: 0, http2: 0, webSocket: 0, eventStream: 0, raw: 0 },
  inFlight: [],
  served: 0,
  settled: false,
  listens: false,
  done: false,
} as const;
