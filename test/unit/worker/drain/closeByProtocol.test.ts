import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { mock } from "node:test";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import type { TrackedServer } from "../../../../src/worker/connections/servers.ts";
import {
  closeAfterAnswers,
  closeSessions,
  closeWebSockets,
  endEventStreams,
} from "../../../../src/worker/drain/closeByProtocol.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

describe("drainOrder", () => {
  const troubles: FromWorkerBody[] = [];
  const guard = createGuard({ send: (body) => troubles.push(body), listen: () => undefined });
  let server: Server;
  let responses: ServerResponse[] = [];

  beforeEach(async () => {
    responses = [];
    server = createServer((_request, response) => {
      responses.push(response);
      server.emit("asked");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
    assert.deepEqual(troubles, []);
  });

  /** Asks and waits until the server has the request. */
  async function ask(): Promise<{ response: ServerResponse; answer: Promise<IncomingMessage> }> {
    const asked = once(server, "asked");
    const { port } = server.address() as AddressInfo;
    const answer = once(get({ port, headers: { connection: "keep-alive" } }), "response").then(([message]) => message);
    await asked;
    const response = responses.at(-1);
    assert.ok(response);
    return { response, answer };
  }

  const tracked = (): TrackedServer => ({ server }) as unknown as TrackedServer;

  it("makes an answer under way, and those that follow, say `Connection: close`", async () => {
    const before = await ask();
    closeAfterAnswers([tracked()], guard);
    before.response.end("one");
    assert.equal((await before.answer).headers.connection, "close");
    const after = await ask();
    after.response.end("two");
    assert.equal((await after.answer).headers.connection, "close");
  });

  it("leaves an answer alone whose headers are sent, and every other server", async () => {
    const { response, answer } = await ask();
    response.write("begun");
    const received = await answer;
    closeAfterAnswers([{ server: createServer() } as unknown as TrackedServer], guard);
    closeAfterAnswers([tracked()], guard);
    response.end("done");
    assert.equal(received.headers.connection, "keep-alive");
    const texts = await received.toArray();
    assert.equal(texts.join(""), "begundone");
  });

  for (const framing of ["chunked", "until the close"]) {
    it(`ends an event stream framed ${framing} whole, and no other answer`, async () => {
      const stream = await ask();
      const other = await ask();
      stream.response.on("error", (error) => troubles.push({ type: "trouble", message: String(error) }));
      if (framing !== "chunked") {
        stream.response.useChunkedEncodingByDefault = false;
      }
      stream.response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
      stream.response.write("data: 1\n\n");
      other.response.writeHead(200, { "Content-Type": "text/plain" });
      other.response.write("not ");
      const [events, text] = await Promise.all([stream.answer, other.answer]);
      endEventStreams(server);
      // The app knows nothing of it and goes on.
      stream.response.write("data: 2\n\n");
      assert.equal((await events.toArray()).join(""), "data: 1\n\n");
      assert.equal(events.complete, true);
      other.response.end("touched");
      assert.equal((await text.toArray()).join(""), "not touched");
    });
  }

  it("sends every WebSocket its close frame, spread over the time it is given, but none that has closed", () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const frames: string[] = [];
      const fake = (name: string) => ({
        writable: true,
        bytesWritten: 100,
        write: (frame: Buffer) => frames.push(`${name} ${frame.toString("hex")}`),
      });
      const sockets = ["a", "b", "c", "d"].map(fake);
      const opened = new Map(sockets.map((socket) => [socket, 0])) as unknown as Map<Socket, number>;
      closeWebSockets(opened, 400, guard);
      closeWebSockets(opened, 400, guard);
      mock.timers.tick(0);
      assert.deepEqual(frames, ["a 880203f4"]);
      mock.timers.tick(99);
      assert.equal(frames.length, 1);
      mock.timers.tick(1);
      assert.equal(frames.length, 2);
      Object.assign(sockets[2] ?? {}, { writable: false });
      mock.timers.tick(200);
      assert.deepEqual(frames, ["a 880203f4", "b 880203f4", "d 880203f4"]);
    } finally {
      mock.reset();
    }
  });

  it("leaves a WebSocket alone until its handshake is answered", () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const frames: string[] = [];
      const socket = {
        writable: true,
        bytesWritten: 100,
        write: (frame: Buffer) => frames.push(frame.toString("hex")),
      };
      const opening = new Map([[socket, 100]]) as unknown as Map<Socket, number>;
      closeWebSockets(opening, 0, guard);
      mock.timers.tick(1);
      assert.deepEqual(frames, []);
      socket.bytesWritten = 229;
      closeWebSockets(opening, 0, guard);
      mock.timers.tick(1);
      assert.deepEqual(frames, ["880203f4"]);
    } finally {
      mock.reset();
    }
  });

  it("ends each HTTP/2 session once, though it is asked again and again", () => {
    let closes = 0;
    const close = (): void => {
      closes += 1;
    };
    const session = { close, once: () => undefined };
    closeSessions([session], guard);
    closeSessions([session], guard);
    assert.equal(closes, 1);
  });
});
