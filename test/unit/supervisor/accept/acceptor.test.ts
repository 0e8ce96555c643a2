import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, unlinkSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { getSystemErrorName } from "node:util";
import { Acceptor } from "../../../../src/supervisor/accept/acceptor.ts";
import type { InheritedSocket, PathKeeper } from "../../../../src/supervisor/accept/acceptPool.ts";
import {
  addressInUse,
  addressOf,
  type ConnectionHandle,
  type ListeningHandle,
  peerAddress,
} from "../../../../src/supervisor/accept/clusterInternals.ts";
import { createSocketKeeper } from "../../../../src/supervisor/listening/unixSockets.ts";
import { createEventLog } from "../../../../src/supervisor/logs/eventLog.ts";
import { freePort } from "../../../support/process/freePort.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";
import { FakeWorker } from "./fakeWorkers.ts";

const noFiles: PathKeeper = {
  bind: (path, bindAt) => bindAt(path),
  restore: () => undefined,
  leave: () => undefined,
  cede: () => true,
  adopt: () => undefined,
};

describe("acceptor", () => {
  let acceptor: Acceptor;
  let refused: number[] = [];
  let clients: Socket[] = [];
  let limit = 10_000;
  /** How long each worker takes to confirm a connection, in milliseconds. */
  let tookMs = 0;

  beforeEach(() => {
    tookMs = 100;
    refused = [];
    clients = [];
    limit = 10_000;
    acceptor = open(false);
  });

  afterEach(() => {
    acceptor.end();
    for (const client of clients) {
      client.destroy();
    }
    removeTempFolders();
  });

  function open(
    shared: boolean,
    paths: PathKeeper = noFiles,
    inherited?: ReadonlyMap<string, InheritedSocket>,
  ): Acceptor {
    let now = 0;
    return new Acceptor({
      now: () => {
        now += tookMs;
        return now;
      },
      inherited,
      shared,
      paths,
      limit: () => limit,
      mostOpenFiles: () => 1_000_000,
      onRefused: (waiting) => refused.push(waiting),
    });
  }

  /** Connects and waits until the connection is made. */
  async function come(port: number): Promise<Socket> {
    const client = connect(port, "127.0.0.1");
    clients.push(client);
    client.on("error", () => undefined);
    await once(client, "connect");
    return client;
  }

  const ownClient = (client: Socket | undefined): { port: number; to: number } => ({
    port: client?.localPort ?? 0,
    to: client?.remotePort ?? 0,
  });

  async function comeTimes(port: number, count: number): Promise<void> {
    for (let time = 0; time < count; time += 1) {
      await come(port);
    }
  }

  function listen(worker: FakeWorker, query = {}): number {
    const answer = worker.ask(query);
    assert.equal(answer?.errno, 0);
    return answer.sockname?.port ?? 0;
  }

  /** A turn in which what has come over the network is accepted. */
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const refuses = async (port: number): Promise<string | undefined> => {
    const client = connect(port, "127.0.0.1");
    const [error] = (await once(client, "error")) as [NodeJS.ErrnoException];
    return error.code;
  };

  it("listens when a worker asks, and gives it nothing before it is admitted", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker);
    await comeTimes(port, 2);
    await turns();
    assert.deepEqual([worker.given.length, acceptor.waiting], [0, 2]);
    acceptor.admit(1, true);
    assert.deepEqual([worker.given.length, acceptor.waiting], [1, 1]);
    worker.answer(true);
    assert.deepEqual([worker.given.length, acceptor.waiting], [1, 0]);
  });

  it("gives each worker one at a time, and the next to whoever has waited longest", async () => {
    const [first, second] = admitted(2);
    const port = listen(first);
    assert.equal(listen(second), port);
    await comeTimes(port, 5);
    await turns();
    assert.deepEqual([first.given.length, second.given.length, acceptor.waiting], [1, 1, 3]);
    second.answer(true);
    assert.deepEqual([first.given.length, second.given.length, acceptor.waiting], [1, 1, 2]);
    second.answer(true);
    second.answer(true);
    second.answer(true);
    first.answer(true);
    await come(port);
    await turns();
    assert.deepEqual([first.given.length, second.given.length], [0, 1]);
  });

  it("gives workers that confirm at once several, as many each, and takes them back in the order in which they came", async () => {
    tookMs = 0;
    const [first, second] = admitted(2);
    const port = listen(first);
    listen(second);
    await comeTimes(port, 2);
    await turns();
    first.answer(true);
    second.answer(true);
    await comeTimes(port, 12);
    await turns();
    assert.deepEqual([first.given.length, second.given.length, acceptor.waiting], [4, 4, 4]);
    const inOrder = first.given.map(({ handle }) => handle);
    // It refuses two, and dies with the others.
    first.answer(false);
    first.answer(false);
    assert.deepEqual([first.given.length, acceptor.waiting], [2, 6]);
    first.die();
    assert.equal(acceptor.waiting, 8);
    const taken: unknown[] = [];
    for (let count = 0; count < 4; count += 1) {
      second.answer(true);
      taken.push(second.given.at(-1)?.handle);
    }
    assert.deepEqual(taken, inOrder);
  });

  it("gives one that has not answered for 5 ms no more, though it was fast", async () => {
    tookMs = 0;
    const [worker] = admitted(1);
    const port = listen(worker);
    await come(port);
    await worker.until(1);
    worker.answer(true);
    await come(port);
    await worker.until(1);
    tookMs = 5;
    await come(port);
    await turns();
    assert.deepEqual([worker.given.length, acceptor.waiting], [1, 1]);
  });

  it("takes back what a worker refuses or dies with, and gives it to another in the order in which it came", async () => {
    const [first, second] = admitted(2);
    const port = listen(first);
    await comeTimes(port, 3);
    await turns();
    const [earliest] = first.given;
    first.answer(false);
    assert.equal(acceptor.waiting, 3);
    listen(second);
    await second.until(1);
    assert.equal(second.given[0]?.handle, earliest?.handle);
    // The one that refused is asked again after a pause.
    await first.until(1);
    first.answer(true);
    await first.until(1);
    second.die();
    await turns();
    assert.deepEqual([first.given.length, acceptor.waiting], [1, 1]);
    first.answer(true);
    assert.equal(first.given[0]?.handle, earliest?.handle);
  });

  it("gives nothing to a worker that is going, though nobody has told of its end", async () => {
    const [first, second] = admitted(2);
    const port = listen(first);
    listen(second);
    // The channel of a worker that dies with something unconfirmed on it ends without an event.
    first.connected = false;
    await comeTimes(port, 2);
    await second.until(1);
    second.answer(true);
    await second.until(1);
    assert.equal(first.given.length, 0);
  });

  it("gives a worker that is not ready what its own app connects to itself, and nothing else", async () => {
    const [worker, other] = [new FakeWorker(1, acceptor), new FakeWorker(2, acceptor)];
    const port = await freePort();
    listen(worker, { port });
    listen(other, { port });
    const clients = [await come(port), await come(port), await come(port)];
    await turns();
    const own = clients.map(ownClient);
    assert.deepEqual([worker.askedFor, other.askedFor], [own, own]);
    assert.equal(acceptor.hasWaitingFromHere(1), true);
    acceptor.givesItsOwn(1, ownClient(clients[1]));
    acceptor.givesItsOwn(1, { port: 1, to: port });
    // The app's own one from that port leads elsewhere.
    acceptor.givesItsOwn(1, { ...ownClient(clients[0]), to: port + 1 });
    acceptor.givesItsOwn(7, ownClient(clients[0]));
    assert.deepEqual(
      worker.given.map(({ handle }) => peerAddress(handle)?.port),
      [own[1]?.port],
    );
    assert.deepEqual([other.given.length, acceptor.waiting], [0, 2]);
    worker.answer(true);
    await turns();
    assert.equal(worker.given.length, 0);
    acceptor.admit(2, true);
    assert.equal(other.given.length, 1);
    await come(port);
    await turns();
    assert.equal(worker.askedFor.length, 3);
  });

  // Elsewhere a test can't choose one port for two connections.
  (process.platform === "linux" ? it : it.skip)(
    "gives a worker the client whose port one of its own has too",
    async () => {
      const [worker] = admitted(1);
      const [port, other] = [listen(worker, { port: await freePort() }), listen(worker, { port: await freePort() })];
      const localPort = await freePort();
      const ours = connect({ host: "127.0.0.1", port, localPort, allowHalfOpen: true });
      acceptor.own.add(ours);
      clients.push(ours);
      await once(ours.resume(), "end");
      const client = connect({ host: "127.0.0.1", port: other, localPort });
      clients.push(client);
      await worker.until(1);
      assert.deepEqual([addressOf(worker.given[0]?.handle as ConnectionHandle)?.port, worker.given.length], [other, 1]);
    },
  );

  it("closes what a worker's own app has connected to a server that it closes, and nothing else", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker, { port: await freePort() });
    const key = worker.sent.at(-1)?.key;
    const [given, asked] = [await come(port), await come(port), await come(port)];
    await turns();
    acceptor.givesItsOwn(1, ownClient(given));
    const late = connect(port, "127.0.0.1");
    clients.push(late);
    // It knocks, and is accepted after the close.
    await new Promise((resolve) => process.nextTick(resolve));
    worker.say({ act: "close", key });
    worker.answer(false);
    acceptor.givesItsOwn(1, ownClient(asked));
    while (worker.askedFor.length < 4) {
      await turns();
    }
    assert.deepEqual(worker.askedFor.at(-1), ownClient(late));
    acceptor.givesItsOwn(1, ownClient(late));
    while ([given, asked, late].some((client) => client?.resume().closed === false)) {
      await turns();
    }
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [1, 0]);
  });

  it("accepts its own connections itself, and gives them to nobody", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker);
    acceptor.admit(1, true);
    assert.equal(acceptor.acceptsAt(`127.0.0.1|${port}`), "supervisor");
    assert.equal(acceptor.acceptsAt(`127.0.0.2|${port}`), undefined);
    const own = connect(port, "127.0.0.1");
    clients.push(own);
    acceptor.own.add(own);
    await once(own, "connect");
    await come(port);
    await worker.until(1);
    await turns();
    assert.deepEqual([worker.given.length, acceptor.waiting, acceptor.unanswered], [1, 0, 0]);
  });

  it("closes where the last one leaves, and tells it so when all that came is on its way to it", async () => {
    const [first, second] = admitted(2);
    const port = listen(first);
    listen(second);
    await comeTimes(port, 6);
    await turns();
    const order: string[] = [];
    const note = (name: string) => (): void => {
      order.push(`${name} with ${first.given.length + second.given.length}`);
    };
    acceptor.leave(1, note("first"));
    acceptor.leave(2, note("second"));
    assert.deepEqual(order, []);
    while (order.length < 2) {
      await turns();
    }
    assert.equal(await refuses(port), "ECONNREFUSED");
    assert.deepEqual(order, ["first with 6", "second with 6"]);
    assert.deepEqual([first.given.length, second.given.length, acceptor.waiting], [3, 3, 0]);
  });

  it("lets a worker go at once where another stays", async () => {
    const [first, second] = admitted(2);
    const port = listen(first);
    listen(second);
    await new Promise<void>((resolve) => acceptor.leave(1, resolve));
    await comeTimes(port, 1);
    await second.until(1);
    assert.equal(first.given.length, 0);
  });

  it("keeps what its only worker died with for the next one that listens there", async () => {
    const [first, second] = admitted(2);
    const port = listen(first, { port: await freePort() });
    await comeTimes(port, 3);
    await first.until(1);
    const [earliest] = first.given;
    first.die();
    // Long enough for the kernel's queue to be seen empty and filled.
    await turns();
    await turns();
    assert.equal(await refuses(port), "ECONNREFUSED");
    assert.equal(acceptor.waiting, 3);
    listen(second, { port });
    assert.equal(second.given[0]?.handle, earliest?.handle);
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [2, 0]);
    acceptor.end();
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [0, 2]);
  });

  it("listens on though the app closes its server and opens it again, and is closed at once where it does not", async () => {
    const [worker] = admitted(1);
    const port = listen(worker, { port: await freePort() });
    const key = worker.sent.at(-1)?.key;
    worker.say({ act: "close", key });
    assert.equal(listen(worker, { port }), port);
    await come(port);
    await worker.until(1);
    worker.say({ act: "close", key });
    assert.equal(await refuses(port), "ECONNREFUSED");
  });

  it("keeps who came to a look for a free port for the server that follows, whatever address of the port that has", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker, { address: "127.0.0.1", port: await freePort() });
    await comeTimes(port, 2);
    await turns();
    worker.say({ act: "close", key: worker.sent.at(-1)?.key });
    while (acceptor.listensOn(port)) {
      await turns();
    }
    assert.equal(await refuses(port), "ECONNREFUSED");
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [2, 0]);
    listen(worker, { address: null, addressType: 4, port });
    acceptor.admit(1, true);
    await worker.until(1);
    worker.answer(true);
    await worker.until(1);
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [0, 0]);
  });

  it("gives who came to such a look on all addresses to servers that have the one to which they came, and no other", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker, { address: "0.0.0.0", port: await freePort() });
    for (const host of ["127.0.0.2", "127.0.0.1"]) {
      const client = connect(port, host);
      clients.push(client);
      await once(client, "connect");
    }
    await turns();
    worker.say({ act: "close", key: worker.sent.at(-1)?.key });
    listen(worker, { address: "127.0.0.1", port });
    acceptor.admit(1, true);
    await worker.until(1);
    assert.equal(addressOf(worker.given[0]?.handle ?? assert.fail())?.address, "127.0.0.1");
    worker.answer(true);
    assert.deepEqual([worker.given.length, acceptor.waiting, acceptor.unanswered], [0, 1, 0]);
    assert.equal(await acceptor.strandedAfter(1), 1);
    const noneLeft = acceptor.strandedAfter(60_000);
    listen(worker, { address: "127.0.0.2", port });
    await worker.until(1);
    assert.equal(await noneLeft, 0);
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [0, 0]);
  });

  it("keeps what a worker had accepted by itself before it was ready, and gives back, for the next server", async () => {
    acceptor = open(true);
    const worker = new FakeWorker(1, acceptor);
    const port = await freePort();
    worker.ask({ port });
    const [handle] = worker.listening;
    assert.ok(handle);
    const accepted = new Promise<ConnectionHandle>((resolve) => {
      handle.onconnection = (_, connection) => connection && resolve(connection);
    });
    handle.listen(511);
    await come(port);
    const key = worker.sent.at(-1)?.key ?? "";
    acceptor.givesBack(1, key, await accepted);
    worker.say({ act: "close", key });
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [1, 0]);
    worker.ask({ address: null, addressType: 6, port });
    acceptor.admit(1, true);
    await worker.until(1);
    assert.equal(worker.given[0]?.handle, await accepted);
    assert.deepEqual([acceptor.waiting, acceptor.unanswered], [0, 0]);
  });

  for (const shared of [false, true]) {
    it(`keeps who comes in the moment in which such a look ends, ${shared ? "shared" : "round robin"}`, async () => {
      acceptor = open(shared);
      const worker = new FakeWorker(1, acceptor);
      const port = await freePort();
      assert.equal(worker.ask({ port })?.errno, 0);
      worker.listening[0]?.listen(511);
      let lost = 0;
      clients = Array.from({ length: 3 }, () => connect(port, "127.0.0.1").on("error", () => (lost += 1)));
      // The kernel has made their connections then, and nobody has accepted them.
      await new Promise((resolve) => process.nextTick(resolve));
      worker.say({ act: "close", key: worker.sent[0]?.key });
      while (acceptor.listensOn(port)) {
        await turns();
      }
      assert.deepEqual([lost, acceptor.waiting], [0, 3]);
      acceptor.admit(1, true);
      assert.equal(worker.ask({ port })?.errno, 0);
      await worker.until(1);
      assert.deepEqual([lost, acceptor.waiting], [0, 2]);
    });
  }

  it("frees the port at once for the next look, at another address", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = await freePort();
    for (const address of ["127.0.0.1", "0.0.0.0", "127.0.0.1", null]) {
      listen(worker, { address, port });
      worker.say({ act: "close", key: worker.sent.at(-1)?.key });
    }
    listen(worker, { address: "0.0.0.0", port });
  });

  for (const shared of [false, true]) {
    it(`keeps no worker from looks at other addresses than it serves at, ${shared ? "shared" : "round robin"}`, async () => {
      acceptor = open(shared);
      const [serves, looks] = admitted(2);
      const port = await freePort();
      assert.equal(serves.ask({ address: null, port })?.errno, 0);
      serves.listening[0]?.listen(511);
      for (const address of ["0.0.0.0", "127.0.0.1", "::1"]) {
        const addressType = address === "::1" ? 6 : 4;
        const answer = looks.ask({ address, port, addressType });
        assert.deepEqual([answer?.errno, answer?.sockname?.port], [0, port]);
        assert.equal(acceptor.deceives(2, `${address}|${port}`), true);
        looks.say({ act: "close", key: answer?.key });
        assert.equal(acceptor.deceives(2, `${address}|${port}`), false);
      }
      assert.equal(looks.ask({ address: null, port })?.errno, 0);
      assert.equal(acceptor.deceives(2, `::|${port}`), false);
      // One that serves at all of them has none left for itself.
      assert.equal(serves.ask({ address: "0.0.0.0", port })?.errno, shared ? undefined : addressInUse);
    });

    it(`lets a worker listen when what was in its way is gone, ${shared ? "shared" : "round robin"}`, async () => {
      acceptor = open(shared);
      const [looks, serves] = admitted(2);
      const port = await freePort();
      const look = looks.ask({ address: null, port });
      looks.listening[0]?.listen(511);
      assert.equal(serves.ask({ address: "127.0.0.1", port })?.errno, 0);
      assert.deepEqual(
        [acceptor.deceives(2, `127.0.0.1|${port}`), acceptor.acceptsAt(`127.0.0.1|${port}`)],
        [true, undefined],
      );
      looks.listening[0]?.close();
      looks.say({ act: "close", key: look?.key });
      while (acceptor.deceives(2, `127.0.0.1|${port}`)) {
        await turns();
      }
      assert.equal(acceptor.acceptsAt(`127.0.0.1|${port}`), "supervisor");
      await come(port);
      await serves.until(1);
    });
  }

  it("tells a server that leaves IPv4 out from one that does not", async () => {
    acceptor = open(false);
    const [looks, serves] = admitted(2);
    const port = await freePort();
    const everywhere = { address: "::", port, addressType: 6 };
    const look = looks.ask(everywhere);
    assert.equal(serves.ask({ address: "0.0.0.0", port })?.errno, 0);
    assert.equal(serves.ask({ ...everywhere, flags: 1 })?.errno, 0);
    assert.equal(acceptor.deceives(2, `::|${port}`), true);
    looks.say({ act: "close", key: look?.key });
    while (acceptor.deceives(2, `0.0.0.0|${port}`) || acceptor.deceives(2, `::|${port}`)) {
      await turns();
    }
    // It looks again: what the other one has is in the way, and stays what it is.
    assert.equal(looks.ask(everywhere)?.errno, 0);
    assert.deepEqual([acceptor.deceives(1, `::|${port}`), acceptor.deceives(2, `::|${port}`)], [true, false]);
    await come(port);
    await serves.until(1);
  });

  it("leaves alone what the supervisor before it accepts at, whoever only looks there or dies", async () => {
    const [old] = admitted(1);
    const port = listen(old, { port: await freePort() });
    const [legacy = assert.fail()] = acceptor.legacies;
    const { key, handle, data } = legacy;
    const calls: string[] = [];
    const copy: ListeningHandle = Object.create(handle, {
      getsockname: { value: (out: object) => handle.getsockname?.(out) },
      listen: { value: () => calls.push("listen") && 0 },
      close: { value: () => calls.push("close") },
    });
    const next = open(false, noFiles, new Map([[key, { handle: copy, data }]]));
    const [looks, dies] = [new FakeWorker(2, next), new FakeWorker(3, next)];
    for (const worker of [looks, dies]) {
      listen(worker, { port });
    }
    looks.say({ act: "close", key });
    dies.die();
    let left = false;
    next.leave(2, () => (left = true));
    await turns();
    assert.equal(left, true);
    await come(port);
    await old.until(1);
    assert.deepEqual([calls, next.inheritedInUse], [[], []]);
    const serves = new FakeWorker(4, next);
    listen(serves, { port });
    assert.deepEqual([calls, next.inheritedInUse], [[], [key]]);
    next.takeOver();
    assert.deepEqual(calls, ["listen"]);
  });

  it("tells a worker that its address is in use, by a stranger or by itself", async () => {
    const [worker] = admitted(1);
    const stranger = createServer().listen(0, "127.0.0.1");
    await once(stranger, "listening");
    const taken = stranger.address();
    const port = typeof taken === "object" ? taken?.port : 0;
    // With a TLS server's own ticket keys, which it takes from the answer.
    const { errno, data } = worker.ask({ port, data: { ticketKeys: "00" } }) ?? {};
    assert.deepEqual([errno, data], [addressInUse, { ticketKeys: "00" }]);
    stranger.close();
    await once(stranger, "close");
    listen(worker, { port });
    assert.equal(worker.ask({ port })?.errno, addressInUse);
  });

  it("refuses descriptors, whose numbers mean other files here, and leaves datagrams to node:cluster", () => {
    const [worker] = admitted(1);
    for (const fd of [0, 7]) {
      const query = { fd, address: null, port: null, addressType: null, data: { ticketKeys: "00" } };
      const { errno, data } = worker.ask(query) ?? {};
      assert.deepEqual([getSystemErrorName(errno ?? 0), data], ["EINVAL", { ticketKeys: "00" }]);
    }
    // Without a descriptor Node writes -1 there.
    assert.equal(worker.ask({ addressType: "udp4", fd: -1 }), undefined);
  });

  (process.platform === "linux" ? it : it.skip)("tells the name of an abstract socket from a path with NUL", () => {
    const [worker] = admitted(1);
    const [own, path] = [`/srv/api/\0hitless-unit-${process.pid}`, join(tempFolder(), "a\0b")];
    const errnos = [own, path].map((address) => worker.ask({ address, port: -1, addressType: -1 })?.errno ?? 0);
    assert.deepEqual([errnos[0], getSystemErrorName(errnos[1] ?? 0)], [0, "EINVAL"]);
  });

  it("counts what another supervisor is to have and does not get", async () => {
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker);
    await comeTimes(port, 2);
    await turns();
    const key = worker.sent.at(-1)?.key ?? "";
    const dones = [true, false];
    acceptor.cede(new Set([key]), (_key, _connection, given) => given(dones.shift() === true));
    assert.deepEqual([acceptor.waiting, acceptor.unanswered, dones.length], [0, 1, 0]);
  });

  it("closes at once what comes when too many wait", async () => {
    limit = 2;
    const worker = new FakeWorker(1, acceptor);
    const port = listen(worker);
    await comeTimes(port, 2);
    const third = await come(port);
    third.resume();
    await once(third, "close");
    assert.deepEqual([acceptor.waiting, acceptor.refused, acceptor.unanswered, refused], [2, 1, 1, [2]]);
  });

  if (process.platform !== "win32") {
    it("listens on a Unix socket, whose file is gone when the last one leaves", async () => {
      const [worker] = admitted(1);
      const path = join(tempFolder(), "app.sock");
      assert.equal(worker.ask({ address: path, port: -1, addressType: -1 })?.errno, 0);
      const client = connect(path);
      clients.push(client);
      await worker.until(1);
      assert.equal(peerAddress(worker.given[0]?.handle ?? { close: () => undefined }), undefined);
      worker.answer(true);
      await new Promise<void>((resolve) => acceptor.leave(1, resolve));
      const [error] = (await once(connect(path), "error")) as [NodeJS.ErrnoException];
      assert.equal(error.code, "ENOENT");
    });
  }

  if (process.platform !== "win32") {
    it("holds a Unix socket though no worker has begun to accept, so that its file is put back", async () => {
      const path = join(tempFolder(), "app.sock");
      const putBack: string[] = [];
      const keeper = createSocketKeeper({
        events: createEventLog(),
        isServed: (place) => acceptor.holds(place),
        putBack: (place) => putBack.push(place),
      });
      acceptor = open(true, keeper);
      const worker = new FakeWorker(1, acceptor);
      assert.equal(worker.ask({ address: path, port: -1, addressType: -1 })?.hold, "connections");
      unlinkSync(path);
      keeper.look();
      assert.equal(existsSync(path), true);
      assert.deepEqual(putBack, [path]);
      acceptor.end();
      assert.equal(acceptor.holds(path), false);
    });
  }

  it("has the first of those that share a socket listen at once, the others when they are ready", async () => {
    acceptor = open(true);
    const [first, second] = [new FakeWorker(1, acceptor), new FakeWorker(2, acceptor)];
    assert.equal(first.ask({})?.hold, "connections");
    assert.equal(second.ask({})?.hold, "listen");
    assert.deepEqual([first.told, second.told], [[], []]);
    acceptor.admit(1, true);
    assert.deepEqual([first.told, second.told], [[true], []]);
    let left = 0;
    acceptor.leave(1, () => {
      left += 1;
    });
    acceptor.leave(2, () => {
      left += 1;
    });
    assert.deepEqual([first.told, second.told], [[true, false], [false]]);
    await turns();
    assert.equal(left, 0);
    acceptor.stopped(1);
    acceptor.stopped(2);
    while (left < 2) {
      await turns();
    }
  });

  function admitted<Count extends 1 | 2>(count: Count): Count extends 1 ? [FakeWorker] : [FakeWorker, FakeWorker] {
    const workers = Array.from({ length: count }, (_, index) => new FakeWorker(index + 1, acceptor));
    for (const { id } of workers) {
      acceptor.admit(id, true);
    }
    return workers as ReturnType<typeof admitted<Count>>;
  }
});
