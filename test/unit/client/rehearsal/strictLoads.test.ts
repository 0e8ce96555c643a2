import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { constants, createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { RehearsalTarget } from "../../../../src/client/rehearsal/loads/load.ts";
import { planRehearsal, type RehearsalWish } from "../../../../src/client/rehearsal/rehearsalPlan.ts";
import { openers, runLoad } from "../../../../src/client/rehearsal/runLoad.ts";
import { TrafficRecord } from "../../../../src/client/rehearsal/trafficRecord.ts";
import type { RehearsalProtocol } from "../../../../src/shared/rehearsal/rehearsalResult.ts";

describe("the strict clients of a rehearsal", () => {
  const open = new Set<Server | Http2Server>();
  const sockets = new Set<Socket>();

  afterEach(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    for (const server of open) {
      server.close();
    }
    open.clear();
  });

  async function listen<S extends Server | Http2Server>(server: S): Promise<RehearsalTarget> {
    open.add(server);
    server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { address, origin: address, isTls: false };
  }

  /** Asks so often on one connection, one after the other, and tells what was counted. */
  async function ask(protocol: RehearsalProtocol, target: RehearsalTarget, times: number, wish: RehearsalWish = {}) {
    const record = new TrafficRecord(performance.now(), 100);
    const connection = openers[protocol](target, planRehearsal({ ...wish, protocol }), record);
    for (let index = 0; index < times; index += 1) {
      await connection.ask("/", performance.now());
    }
    connection.close();
    const { requests, failedCount: failed, refusedCount: refused, reopenedCount: reopened } = record;
    const { failureReasons, reopeningReasons } = record;
    return { requests, failed, ...(refused > 0 && { refused }), reopened, failureReasons, reopeningReasons };
  }

  const serve = (listener: RequestListener) => listen(createServer(listener));

  it("counts a kept connection as none that was reopened", async () => {
    const counted = await ask("http", await serve((_, response) => response.end("whole")), 3);
    assert.deepEqual(counted, { requests: 3, failed: 0, reopened: 0, failureReasons: [], reopeningReasons: [] });
  });

  it("counts no time from after the moment at which a request was asked, though timers fire early", async () => {
    const arrived: number[] = [];
    const target = await serve((_, response) => {
      arrived.push(performance.now());
      response.end();
    });
    const due: number[] = [];
    let stop: () => void = () => undefined;
    const enough = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const events = {
      answered: (dueAt: number) => {
        if (due.push(dueAt) === 20) {
          stop();
        }
      },
      failed: () => undefined,
      refused: () => undefined,
      reopened: () => undefined,
    };
    // No whole number of milliseconds lies between two requests.
    const load = runLoad("http", { target, plan: planRehearsal({ connections: 1, rate: 130 }), events });
    await enough;
    await load.stop();
    assert.deepEqual(
      due.filter((dueAt, index) => dueAt > (arrived[index] ?? 0)),
      [],
    );
  });

  it("counts an answer that breaks off as failed, and the connection as reopened", async () => {
    let count = 0;
    const target = await serve((request, response) => {
      count += 1;
      if (count === 2) {
        response.writeHead(200, { "content-length": "100" });
        response.write("part");
        setImmediate(() => request.socket.destroy());
      } else {
        response.end("whole");
      }
    });
    const counted = await ask("http", target, 3);
    assert.deepEqual([counted.requests, counted.failed, counted.reopened], [3, 1, 1]);
    assert.match(counted.failureReasons[0]?.why ?? "", /broke off/);
  });

  it("never asks again what a closed connection did not answer", async () => {
    let asked = 0;
    const target = await serve((request, response) => {
      asked += 1;
      if (asked === 2) {
        request.socket.destroy();
      } else {
        response.end();
      }
    });
    const counted = await ask("http", target, 3);
    assert.deepEqual([counted.failed, counted.reopened, asked], [1, 1, 3]);
  });

  it("tells a close in order from a request that failed", async () => {
    const target = await serve((_, response) => response.writeHead(200, { connection: "close" }).end());
    const counted = await ask("http", target, 3);
    assert.deepEqual([counted.failed, counted.reopened], [0, 2]);
    assert.deepEqual(counted.reopeningReasons, [{ why: "the server said that it closes it", times: 2 }]);
  });

  it("takes a wrong status for a failure", async () => {
    const target = await serve((_, response) => response.writeHead(503).end());
    assert.deepEqual((await ask("http", target, 2)).failureReasons, [{ why: "status 503", times: 2 }]);
    const redirecting = await serve((_, response) => response.writeHead(302).end());
    assert.equal((await ask("http", redirecting, 1)).failed, 0);
    assert.equal((await ask("http", redirecting, 1, { expect: 200 })).failed, 1);
  });

  it("counts a refused connection as a failed request, and reopens nothing by it", async () => {
    const target = await serve((_, response) => response.end());
    const [server] = open;
    server?.close();
    await once(server as Server, "close");
    const counted = await ask("http", target, 2);
    assert.deepEqual([counted.failed, counted.reopened], [2, 0]);
    assert.match(counted.failureReasons[0]?.why ?? "", /ECONNREFUSED/);
  });

  it("opens another HTTP/2 session when the server sends GOAWAY, and loses nothing by it", async () => {
    const server = createHttp2Server();
    server.on("stream", (stream) => {
      // GOAWAY comes before the answer, and the session ends with it.
      stream.session?.close();
      stream.respond({ ":status": 200 });
      stream.end("whole");
    });
    const counted = await ask("h2", await listen(server), 3);
    assert.deepEqual([counted.requests, counted.failed], [3, 0]);
    assert.equal(counted.reopened, 2);
  });

  it("tells a request that HTTP/2 refused with its session from one that failed", async () => {
    const server = createHttp2Server();
    server.on("stream", (stream) => {
      if (stream.id === 1) {
        stream.respond({ ":status": 200 });
        stream.end("whole");
      } else {
        stream.on("error", () => undefined);
        stream.session?.goaway(0, 1);
      }
    });
    const { requests, failed, refused, reopened } = await ask("h2", await listen(server), 3);
    assert.deepEqual([requests, failed, refused, reopened], [3, 0, 1, 1]);
  });

  it("counts a request that the app itself refuses as failed", async () => {
    const server = createHttp2Server();
    server.on("stream", (stream) => {
      stream.on("error", () => undefined);
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
    const { failed, refused, failureReasons } = await ask("h2", await listen(server), 1);
    assert.deepEqual([failed, refused], [1, undefined]);
    assert.match(failureReasons[0]?.why ?? "", /REFUSED_STREAM/);
  });

  it("pings WebSockets, and tells a close in order from one that broke", async () => {
    const http = createServer();
    const webSockets = new WebSocketServer({ server: http });
    const target = await listen(http);
    const opened: string[] = [];
    webSockets.on("connection", (webSocket) => {
      opened.push("open");
      webSocket.once("ping", () => {
        // The second connection breaks, the first is closed in order.
        setImmediate(() => (opened.length === 1 ? webSocket.close(1012) : webSocket.terminate()));
      });
    });
    const record = new TrafficRecord(performance.now(), 100);
    const reopened = untilReopened(record);
    const connection = openers.ws(target, planRehearsal({ protocol: "ws" }), record);
    await connection.ask("/", performance.now());
    await reopened();
    assert.deepEqual([record.failedCount, record.reopenedCount], [0, 1]);
    await connection.ask("/", performance.now());
    await reopened();
    assert.deepEqual([record.failedCount, record.reopenedCount], [1, 2]);
    connection.close();
  });

  for (const protocol of ["http", "h2", "ws", "sse"] as const) {
    it(`is closed at once in the middle of a request (${protocol})`, async () => {
      const server = protocol === "h2" ? createHttp2Server() : createServer();
      const asked = new Promise<void>((resolve) => {
        server.once(protocol === "h2" ? "stream" : protocol === "ws" ? "upgrade" : "request", () => resolve());
      });
      const target = await listen(server);
      const record = new TrafficRecord(performance.now(), 100);
      const connection = openers[protocol](target, planRehearsal({ protocol }), record);
      const answer = connection.ask("/", performance.now());
      await asked;
      connection.close();
      await answer;
      assert.equal(record.failedCount, 1);
    });
  }

  it("refuses what is no event stream, and counts one that ends as reopened", async () => {
    const plain = await serve((_, response) => response.end("no stream"));
    assert.match((await ask("sse", plain, 1)).failureReasons[0]?.why ?? "", /no event stream/);
    const stream = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      setImmediate(() => response.end());
    });
    const record = new TrafficRecord(performance.now(), 100);
    const reopened = untilReopened(record);
    const connection = openers.sse(stream, planRehearsal({ protocol: "sse" }), record);
    await connection.ask("/", performance.now());
    await reopened();
    connection.close();
    assert.deepEqual([record.failedCount, record.reopenedCount], [0, 1]);
  });
});

/** Returns a function that resolves with the next connection that is told to have ended, each told only once. */
function untilReopened(record: TrafficRecord): () => Promise<void> {
  const told: (() => void)[] = [];
  const tellings = Array.from({ length: 2 }, () => new Promise<void>((resolve) => told.push(resolve)));
  const tell = record.reopened.bind(record);
  record.reopened = (what, why) => {
    tell(what, why);
    // What follows in the same turn is counted as well.
    setImmediate(() => told.shift()?.());
  };
  return () => tellings.shift() ?? Promise.resolve();
}
