import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { Socket } from "node:net";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { createSessionFarewell } from "../../../../src/worker/drain/closeByProtocol.ts";
import { createGuard } from "../../../../src/worker/guard.ts";
import { isSpdyServer, isSpdyStream, watchSpdySessions } from "../../../../src/worker/internals/spdySessions.ts";

/** As spdy-transport has it: a stream that closes has left the map by then. */
class FakeConnection extends EventEmitter {
  readonly _spdyState = { stream: { map: {} as Record<string, EventEmitter> } };
  goaways = 0;

  end(): void {
    this.goaways += 1;
  }

  open(id: number): EventEmitter {
    const stream = new EventEmitter();
    this._spdyState.stream.map[id] = stream;
    stream.once("close", () => Reflect.deleteProperty(this._spdyState.stream.map, id));
    this.emit("stream", stream);
    return stream;
  }
}

/** What spdy gives Node's HTTP server for a request of a connection. */
function requestOn(connection: FakeConnection): Socket {
  const handle = { _spdyState: {}, getStream: () => ({ connection }) };
  return Object.assign(new Socket(), { _handle: handle });
}

describe("connections of spdy", () => {
  const troubles: FromWorkerBody[] = [];
  const guard = createGuard({ connected: true, send: (body) => troubles.push(body), listen: () => undefined });
  const server = Object.assign(createServer(), { _spdyState: {} });
  const ask = (connection: FakeConnection, of: unknown = server): void =>
    channel("http.server.request.start").publish({ server: of, socket: requestOn(connection) });

  afterEach(() => assert.deepEqual(troubles, []));

  it("are known by their requests, and told from those of Node", () => {
    assert.deepEqual([isSpdyServer(server), isSpdyServer(createServer())], [true, false]);
    const sessions = watchSpdySessions(server, guard);
    const [one, other] = [new FakeConnection(), new FakeConnection()];
    assert.deepEqual([isSpdyStream(requestOn(one)), isSpdyStream(new Socket())], [true, false]);
    ask(one);
    ask(one);
    ask(other, createServer());
    channel("http.server.request.start").publish({ server, socket: new Socket() });
    assert.equal(sessions.size, 1);
    one.emit("close");
    assert.equal(sessions.size, 0);
  });

  it("are not what throws when it is looked at", () => {
    const thrower = (): never => {
      throw new Error("the app's");
    };
    const proxy = new Proxy({}, { get: thrower, has: thrower });
    const handles = [{ _spdyState: {}, getStream: thrower }, { _spdyState: {}, getStream: () => proxy }, proxy];
    for (const _handle of handles) {
      assert.equal(isSpdyStream(Object.assign(new Socket(), { _handle })), false);
    }
    assert.equal(isSpdyServer(Object.defineProperty(createServer(), "_spdyState", { get: thrower })), false);
  });

  it("are sent GOAWAY behind their last open stream, or when time is up", () => {
    const sessions = watchSpdySessions(server, guard);
    const [idle, busy, endless] = [new FakeConnection(), new FakeConnection(), new FakeConnection()];
    const stream = busy.open(1);
    endless.open(1);
    for (const connection of [idle, busy, endless]) {
      ask(connection);
    }
    const farewell = createSessionFarewell(guard);
    farewell.close(sessions, false);
    const goaways = (): number[] => [idle, busy, endless].map((connection) => connection.goaways);
    assert.deepEqual(goaways(), [1, 0, 0]);
    const next = busy.open(3);
    stream.emit("close");
    assert.deepEqual(goaways(), [1, 0, 0]);
    next.emit("close");
    assert.deepEqual(goaways(), [1, 1, 0]);
    farewell.close(sessions, true);
    assert.deepEqual(goaways(), [1, 1, 1]);
  });
});
