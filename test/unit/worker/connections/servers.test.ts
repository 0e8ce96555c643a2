import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get, request as httpRequest } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, connect, createServer as createNet, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { idleTimes } from "../../../../src/worker/connections/idleTimes.ts";
import { type ServerTracker, type TrackedServer, trackServers } from "../../../../src/worker/connections/servers.ts";
import { createGuard } from "../../../../src/worker/guard.ts";
import { canMoveConnections, httpConnections, isMovable } from "../../../../src/worker/internals/serverConnections.ts";

describe("trackServers", () => {
  const troubles: FromWorkerBody[] = [];
  const channel = { connected: true, send: (body: FromWorkerBody) => troubles.push(body), listen: () => undefined };
  const listening: TrackedServer[] = [];
  const closed: TrackedServer[] = [];
  const behind: TrackedServer[] = [];
  const failed: string[] = [];
  let tracker: ServerTracker;
  let open: Server[] = [];

  before(() => {
    // Not earlier: it would count the connections of servers that other tests have made before.
    tracker = trackServers(createGuard(channel), {
      failed: (error) => failed.push(String(error)),
      listening: (tracked) => listening.push(tracked),
      closed: (tracked) => closed.push(tracked),
      behind: (tracked) => behind.push(tracked),
    });
  });

  beforeEach(() => {
    listening.splice(0);
    closed.splice(0);
    behind.splice(0);
  });

  afterEach(async () => {
    for (const server of open) {
      const ended = once(server, "close");
      server.close();
      await ended;
    }
    open = [];
    assert.deepEqual(troubles, []);
  });

  async function listen<Kind extends Server>(server: Kind): Promise<number> {
    open.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  it("knows each kind of server by itself", async () => {
    const kinds = [createServer(), createHttps(), createHttp2(), createNet(), createTls()];
    for (const server of kinds) {
      await listen(server as Server);
    }
    assert.deepEqual(
      listening.map(({ protocol }) => protocol),
      ["http", "https", "http2", "tcp", "tls"],
    );
  });

  it("tells for how long those that speak HTTP/1 let a connection be idle, as it is set by now", async () => {
    const [usual, long, other] = [createServer(), createServer(), createServer({ keepAliveTimeout: 0 })];
    const ports = [await listen(usual), await listen(long), await listen(other), await listen(createNet())];
    const [first = 0, second = 0, third = 0] = ports;
    long.keepAliveTimeout = 65_000;
    Reflect.set(long, "keepAliveTimeoutBuffer", 500);
    other.timeout = 9_000;
    const at = (port: number) => ({ protocol: "http", address: `127.0.0.1:${port}`, port });
    assert.deepEqual(idleTimes(tracker), [
      { ...at(first), keepAliveTimeoutMs: 5_000, idleMs: 6_000 },
      { ...at(second), keepAliveTimeoutMs: 65_000, idleMs: 65_500 },
      { ...at(third), keepAliveTimeoutMs: 0, idleMs: 9_000 },
    ]);
    other.timeout = 0;
    assert.equal(idleTimes(tracker)[2]?.idleMs, 0);
  });

  it("knows a server whose class is the app's own", async () => {
    const { Server: HttpServer } = await import("node:http");
    class MyServer extends HttpServer {}
    await listen(new MyServer());
    assert.equal(listening[0]?.protocol, "http");
  });

  it("names a server by where it listens, and forgets it when it closes", async () => {
    const server = createServer();
    const port = await listen(server);
    const key = `127.0.0.1|${port}`;
    assert.equal(tracker.find(key)?.server, server);
    open = [];
    const ended = once(server, "close");
    server.close();
    await ended;
    assert.equal(tracker.find(key), undefined);
  });

  it("tells at once that a server listens no more, though it still has connections", async () => {
    const server = createNet();
    const port = await listen(server);
    const accepted = once(server, "connection");
    const client = connect(port, "127.0.0.1");
    await accepted;
    server.close();
    assert.deepEqual(
      closed.map(({ key }) => key),
      [`127.0.0.1|${port}`],
    );
    assert.equal(tracker.find(`127.0.0.1|${port}`), undefined);
    assert.equal(tracker.servers().length, 1);
    open = [];
    const ended = once(server, "close");
    client.destroy();
    await ended;
    assert.deepEqual([tracker.servers().length, closed.length], [0, 1]);
  });

  it("says nothing of a server that is closed before it could listen", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    server.close();
    await once(server, "close");
    await listen(server);
    assert.equal(listening.length, 1);
  });

  it("knows a port that the system chose, also when another server takes it", async () => {
    const probe = createNet();
    const port = await listen(probe);
    open = [];
    const ended = once(probe, "close");
    probe.close();
    await ended;
    const server = createServer();
    open.push(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    assert.deepEqual(
      listening.map(({ systemPort }) => systemPort),
      [true, true],
    );
  });

  it("tells of a server that closes and listens again", async () => {
    const server = createServer();
    await listen(server);
    server.close();
    await once(server, "close");
    open = [];
    const listeners = () => server.listenerCount("close") + server.listenerCount("newListener");
    const before = listeners();
    await listen(server);
    assert.deepEqual([listening.length, listeners()], [2, before]);
  });

  it("counts every open connection, and no closed one", async () => {
    const server = createNet();
    const port = await listen(server);
    const accepted = once(server, "connection");
    const client = connect(port, "127.0.0.1");
    const [socket] = await accepted;
    const during = tracker.connections();
    const ended = once(socket, "close");
    client.destroy();
    await ended;
    assert.deepEqual([during, tracker.connections()], [1, 0]);
  });

  it("leaves what the app sees of its server as it was", async () => {
    const server = createServer();
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const port = await listen(server);
    assert.equal(server.listenerCount("upgrade"), 0);
    assert.equal(server.listenerCount("request"), 0);
    server.on("request", (_request, response) => response.end("ok"));
    const agent = new Agent({ keepAlive: true });
    const asked = get({ port, agent });
    const [response] = await once(asked, "response");
    assert.equal(response.statusCode, 200);
    response.resume();
    await once(response, "end");
    assert.equal(connections, 1);
    agent.destroy();
  });

  it("watches for WebSockets only while the app takes upgrades", async () => {
    const server = createServer((_request, response) => response.end("no upgrade"));
    const port = await listen(server);
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        const asked = httpRequest({ port, headers: { connection: "Upgrade", upgrade: "websocket" } });
        asked.on("response", (response) => {
          response.resume();
          resolve(`response ${response.statusCode}`);
        });
        asked.on("upgrade", (response, socket) => {
          resolve(`upgrade ${response.statusCode}`);
          socket.destroy();
        });
        asked.on("error", reject);
        asked.end();
      });
    const [tracked] = listening;
    assert(tracked !== undefined);
    assert.equal(await ask(), "response 200");
    const seen: number[] = [];
    const take = (_request: unknown, socket: Socket): void => {
      seen.push(tracked.webSockets.size);
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      socket.on("error", () => undefined);
      socket.on("end", () => socket.end()).resume();
    };
    server.on("upgrade", take);
    assert.equal(await ask(), "upgrade 101");
    assert.deepEqual(seen, [1]);
    server.off("upgrade", take);
    assert.equal(server.listenerCount("upgrade"), 0);
    assert.equal(await ask(), "response 200");
    server.closeAllConnections();
  });

  it("adds no further listener when a server closes and listens again", async () => {
    const server = createServer();
    server.on("upgrade", () => undefined);
    const counts = (): number[] =>
      ["upgrade", "newListener", "removeListener", "close", "listening"].map((event) => server.listenerCount(event));
    await listen(server);
    const before = counts();
    for (let round = 0; round < 3; round += 1) {
      const closed = once(server, "close");
      server.close();
      await closed;
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    assert.deepEqual(counts(), before);
    assert.equal(listening.length, 4);
  });

  it("learns of an HTTP server for which one of another kind accepts, once it has answered", async () => {
    const hidden = createServer((_, response) => response.end("answered"));
    const front = createNet((socket) => hidden.emit("connection", socket));
    const port = await listen(front);
    for (let round = 0; round < 2; round += 1) {
      const [response] = await once(get({ port, agent: false }), "response");
      await response.toArray();
    }
    assert.deepEqual(
      behind.map(({ server, protocol }) => [server === hidden, protocol]),
      [[true, "http"]],
    );
    assert.deepEqual(
      tracker.behind().map(({ server }) => server === hidden),
      [true],
    );
  });

  for (const [what, replace] of [
    ["is replaced", (own: (socket: Socket) => void) => (socket: Socket) => own(socket)],
    ["is gone", () => undefined],
  ] as const) {
    it(`moves no connections of a server whose own listener for them ${what}`, async () => {
      const server = createServer();
      await listen(server);
      assert.equal(canMoveConnections(server), process.platform !== "win32");
      const [own] = server.listeners("connection") as [(socket: Socket) => void];
      server.removeAllListeners("connection");
      const instead = replace(own.bind(server));
      if (instead !== undefined) {
        server.on("connection", instead);
      }
      assert.equal(canMoveConnections(server), false);
    });
  }

  it("moves a connection that its server accepted, unless it was marked or its addresses were replaced", async () => {
    const server = createServer((_, response) => response.end());
    const port = await listen(server);
    const other = createServer();
    const accepted = once(server, "connection");
    const client = connect(port, "127.0.0.1");
    const [socket] = (await accepted) as [Socket];
    try {
      assert.equal(isMovable(socket, server), true);
      assert.equal(isMovable(socket, other), false);
      for (const mark of [Symbol.for("hitless.stay"), "ntlm", "remoteAddress"]) {
        Object.defineProperty(socket, mark, { configurable: true, get: () => ({ any: "value" }) });
        assert.equal(isMovable(socket, server), false, String(mark));
        Reflect.deleteProperty(socket, mark);
        assert.equal(isMovable(socket, server), true);
      }
      Reflect.set(socket, Symbol.for("hitless.stay"), false);
      assert.equal(isMovable(socket, server), true);
    } finally {
      client.destroy();
      socket.destroy();
    }
  });
});

describe("internals", () => {
  it("finds in this Node what moving connections takes", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const server = createServer((_request, response) => response.end("ok"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      assert.equal(canMoveConnections(server), true);
      const agent = new Agent({ keepAlive: true });
      const asked = get({ port: (server.address() as AddressInfo).port, agent });
      const [response] = await once(asked, "response");
      response.resume();
      await once(response, "end");
      assert.equal(httpConnections(server)?.all.length, 1);
      agent.destroy();
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("moves no connections of a server that is not plain HTTP", () => {
    assert.equal(canMoveConnections(createNet()), false);
  });
});
