import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { createSessionFarewell, endEventStreams } from "../../../../src/worker/drain/closeByProtocol.ts";
import { closeAfterAnswers, closeAfterCurrentAnswers } from "../../../../src/worker/drain/closingAnswers.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

describe("closeByProtocol", () => {
  const troubles: FromWorkerBody[] = [];
  const guard = createGuard({ connected: true, send: (body) => troubles.push(body), listen: () => undefined });
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
  async function ask(
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ response: ServerResponse; answer: Promise<IncomingMessage> }> {
    const asked = once(server, "asked");
    const { port } = server.address() as AddressInfo;
    const answer = once(get({ port, headers: { ...headers, connection: "keep-alive" } }), "response").then(
      ([message]) => message,
    );
    await asked;
    const response = responses.at(-1);
    assert.ok(response);
    return { response, answer };
  }

  it("makes an answer under way, and those that follow, say `Connection: close`", async () => {
    const before = await ask();
    const leaving = server;
    closeAfterAnswers((_, asked) => asked === leaving, guard);
    closeAfterCurrentAnswers(server, () => true);
    before.response.end("one");
    assert.equal((await before.answer).headers.connection, "close");
    const after = await ask();
    after.response.end("two");
    assert.equal((await after.answer).headers.connection, "close");
  });

  it("has the last of those that were asked at once say so, whether they came before or after it began", async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
    });
    const closed = once(socket, "close");
    const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const asked = async (times: number): Promise<void> => {
      const all = responses.length + times;
      socket.write(request.repeat(times));
      while (responses.length < all) {
        await once(server, "asked");
      }
    };
    await asked(2);
    const leaving = server;
    closeAfterAnswers((_, answering) => answering === leaving, guard);
    closeAfterCurrentAnswers(server, () => true);
    await asked(1);
    for (const [index, response] of responses.entries()) {
      // The next one has the connection a turn after the last one has ended.
      const finished = once(response, "finish");
      response.end(`answer ${index}.`);
      await finished;
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
    await closed;
    assert.deepEqual(text.match(/connection: \S+|answer \d/gi), [
      ...["Connection: keep-alive", "answer 0", "Connection: keep-alive", "answer 1"],
      ...["Connection: close", "answer 2"],
    ]);
  });

  it("takes it back where something is asked behind an answer that has not begun", async () => {
    const leaving = server;
    closeAfterAnswers((_, answering) => answering === leaving, guard);
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
    });
    for (const count of [1, 2]) {
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      while (responses.length < count) {
        await once(server, "asked");
      }
    }
    assert.deepEqual(
      responses.map(({ shouldKeepAlive }) => shouldKeepAlive),
      [true, true],
    );
    const [first, second] = responses;
    second?.end("answer 1.");
    first?.end("answer 0.");
    while (!text.includes("answer 1.")) {
      await once(socket, "data");
    }
    assert.match(text, /answer 0\.[\s\S]*answer 1\./);
    socket.destroy();
  });

  it("leaves an answer alone whose headers are sent, and every other server", async () => {
    const { response, answer } = await ask();
    response.write("begun");
    const received = await answer;
    const other = createServer();
    closeAfterAnswers((_, asked) => asked === other, guard);
    closeAfterCurrentAnswers(server, () => true);
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
      endEventStreams(server, guard);
      // The app knows nothing of it and goes on.
      stream.response.write("data: 2\n\n");
      assert.equal((await events.toArray()).join(""), "data: 1\n\n");
      assert.equal(events.complete, true);
      other.response.end("touched");
      assert.equal((await text.toArray()).join(""), "not touched");
    });
  }

  it("leaves an answer of a connection that stays alone, and one that is part of an NTLM sign-in", async () => {
    const signIn = await ask({ authorization: "NTLM abc" });
    const staying = await ask();
    closeAfterCurrentAnswers(server, (socket) => socket !== staying.response.socket);
    signIn.response.end("one");
    staying.response.end("two");
    assert.equal((await signIn.answer).headers.connection, "keep-alive");
    assert.equal((await staying.answer).headers.connection, "keep-alive");
  });

  it("leaves a compressed event stream to who compresses it, and ends it through the `end` that replaces Node's", async () => {
    const piped = await ask();
    const wrapped = await ask();
    const headers = { "content-type": "text/event-stream", "content-encoding": "gzip" };
    for (const { response } of [piped, wrapped]) {
      response.writeHead(200, headers);
      response.write("begun ");
    }
    const { response } = wrapped;
    const end = response.end.bind(response);
    response.end = (() => end("trailer of the compression")) as unknown as typeof response.end;
    const received = await Promise.all([piped.answer, wrapped.answer]);
    endEventStreams(server, guard);
    assert.equal((await received[1]?.toArray())?.join(""), "begun trailer of the compression");
    assert.equal(received[0]?.complete, false);
    piped.response.end("and whole");
    assert.equal((await received[0]?.toArray())?.join(""), "begun and whole");
  });

  it("ends an HTTP/2 session once, when it has no open stream or has to go", () => {
    let closes = 0;
    const streams = new Map<number, EventEmitter>();
    const session = Object.assign(new EventEmitter(), {
      close: () => {
        closes += 1;
      },
      [Symbol("state")]: { streams },
    });
    const opens = (id: number): EventEmitter => {
      const stream = new EventEmitter();
      streams.set(id, stream);
      session.emit("stream", stream);
      return stream;
    };
    const ends = (id: number): void => {
      const stream = streams.get(id);
      streams.delete(id);
      stream?.emit("close");
    };
    opens(1);
    const farewell = createSessionFarewell(guard);
    farewell.close([session], false);
    opens(3);
    ends(1);
    assert.equal(closes, 0);
    ends(3);
    assert.equal(closes, 1, "right behind the last stream");
    farewell.close([session], true);
    assert.equal(closes, 1);
    const busy = Object.assign(new EventEmitter(), { close: session.close, [Symbol("state")]: { streams } });
    opens(5);
    farewell.close([busy], false);
    assert.equal(closes, 1);
    farewell.close([busy], true);
    assert.equal(closes, 2);
  });
});
