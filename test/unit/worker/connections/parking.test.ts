import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { mock } from "node:test";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { createParking, type Parking } from "../../../../src/worker/connections/parking.ts";
import type { ServerTracker } from "../../../../src/worker/connections/servers.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

const keepAliveTimeout = 4_000;

describe("parking", () => {
  /** Where the connections come from, in place of another worker. */
  let elsewhere: Server;
  let owner: HttpServer;
  let parking: Parking;
  let client: Socket;
  let socket: Socket;
  const said: FromWorkerBody[] = [];

  beforeEach(async () => {
    said.length = 0;
    const channel = { connected: true, send: (body: FromWorkerBody) => said.push(body), listen: () => undefined };
    owner = createHttpServer({ keepAliveTimeout }, (_, response) => response.end("answered")).listen(0, "127.0.0.1");
    Reflect.set(owner, "keepAliveTimeoutBuffer", 500);
    elsewhere = createServer().listen(0, "127.0.0.1");
    await Promise.all([once(owner, "listening"), once(elsewhere, "listening")]);
    const tracker = { find: () => ({ server: owner }) } as unknown as ServerTracker;
    parking = createParking({ channel, tracker, guard: createGuard(channel), isDraining: () => false });
    const accepted = once(elsewhere, "connection");
    client = connect((elsewhere.address() as AddressInfo).port, "127.0.0.1");
    [socket] = await accepted;
    // As one that comes over the channel: no server of this process has counted it.
    Reflect.set(socket, "_server", null);
  });

  afterEach(() => {
    client.destroy();
    socket.destroy();
    elsewhere.close();
    owner.close();
    owner.closeAllConnections();
  });

  /** Hands over a connection that has been idle for so long, in milliseconds. */
  function receive(idleMs: number, unused = false): void {
    const now = Date.now();
    parking.receive({ id: 1, server: "key", requests: 3, unused, stoppedAt: now, idleSince: now - idleMs }, socket);
  }

  it("ends when the app closes what is idle", () => {
    receive(0);
    owner.closeIdleConnections();
    assert.equal(socket.destroyed, true);
  });

  it("stays when the app closes what is idle, if it is new, and ends when it closes all", () => {
    receive(0, true);
    owner.closeIdleConnections();
    assert.equal(socket.destroyed, false);
    owner.closeAllConnections();
    assert.equal(socket.destroyed, true);
  });

  it("waits as long as is left of keepAliveTimeout", () => {
    const limits = mock.method(socket, "setTimeout");
    try {
      receive(3_000);
      const [limit] = limits.mock.calls[0]?.arguments ?? [];
      assert.ok(Number(limit) <= keepAliveTimeout + 500 - 3_000 && Number(limit) > 1_000, String(limit));
    } finally {
      limits.mock.restore();
    }
  });

  it("keeps to keepAliveTimeout though the clock was set back meanwhile", () => {
    const limits = mock.method(socket, "setTimeout");
    try {
      receive(-60_000);
      assert.equal(limits.mock.calls[0]?.arguments[0], keepAliveTimeout + 500);
    } finally {
      limits.mock.restore();
    }
  });

  it("serves the connection when its client asks, and the server counts it from the first", async () => {
    receive(0);
    assert.equal(said[0]?.type, "taken");
    const count = (): Promise<number> =>
      new Promise((resolve, reject) => {
        owner.getConnections((error, open) => (error === null ? resolve(open) : reject(error)));
      });
    assert.equal(await count(), 1);
    client.write("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    const texts = (await client.setEncoding("utf8").toArray()) as string[];
    assert.match(texts.join(""), /answered/);
    while ((await count()) > 0) {
      await once(socket, "close");
    }
  });

  it("ends with its server, as every other idle connection does", async () => {
    receive(0);
    const closed = once(client, "close");
    client.resume();
    const serverClosed = once(owner, "close");
    owner.close();
    await Promise.all([closed, serverClosed]);
  });

  it("counts as idle only time in which the client could be heard", () => {
    const limits = mock.method(socket, "setTimeout");
    try {
      const now = Date.now();
      // Idle for a second, then under way to this worker for a minute.
      const connection = {
        server: "key",
        requests: 0,
        unused: false,
        stoppedAt: now - 60_000,
        idleSince: now - 61_000,
      };
      parking.receive({ id: 1, ...connection }, socket);
      assert.equal(limits.mock.calls[0]?.arguments[0], keepAliveTimeout + 500 - 1_000);
      const [waiting] = parking.parked().values();
      assert.ok(waiting !== undefined && waiting.idleSince >= now - 1_000, "for the next worker too");
    } finally {
      limits.mock.restore();
    }
  });

  it("adds the second that Node 20 has as a constant", () => {
    const limits = mock.method(socket, "setTimeout");
    try {
      Reflect.deleteProperty(owner, "keepAliveTimeoutBuffer");
      receive(0);
      assert.equal(limits.mock.calls[0]?.arguments[0], keepAliveTimeout + 1_000);
    } finally {
      limits.mock.restore();
    }
  });

  it("serves what had arrived when the time was over, instead of closing", async () => {
    receive(60_000);
    client.write("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    await new Promise((resolve) => client.once("drain", resolve).write(Buffer.alloc(0), resolve));
    // Blocked for longer than the limit: its timer comes before anything is read.
    const until = performance.now() + 50;
    while (performance.now() < until);
    const texts = (await client.setEncoding("utf8").toArray()) as string[];
    assert.match(texts.join(""), /answered/);
  });

  it("closes what has nothing to say when the time is over", async () => {
    receive(60_000);
    client.resume();
    await once(client, "close");
  });

  for (const unused of [false, true]) {
    it(`is closed by closeAllConnections, ${unused ? "never used" : "used before"}`, async () => {
      const now = Date.now();
      parking.receive({ id: 1, server: "key", requests: 0, unused, stoppedAt: now, idleSince: now }, socket);
      const closed = once(client, "close");
      client.resume();
      owner.closeAllConnections();
      await closed;
    });
  }

  it("refuses a connection of a server whose own listener was replaced", () => {
    owner.removeAllListeners("connection");
    owner.on("connection", () => undefined);
    receive(0);
    assert.deepEqual(said, [{ type: "refused", id: 1 }]);
  });
});
