import assert from "node:assert/strict";
import { hasSubscribers } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { createRequestWatch, type RequestWatch } from "../../../../src/worker/layers/requestWatch.ts";
import { poll } from "../../../support/process/until.ts";

/** The one of the channels to which nothing else listens. */
const startChannel = "http2.server.stream.start";

describe("watching requests", () => {
  const watches: RequestWatch[] = [];
  const server = createServer((request, response) => answer(request, response));
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let port: number;

  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    port = (server.address() as AddressInfo).port;
  });

  after(async () => {
    server.close();
    server.closeAllConnections();
    await poll("nobody watches any more", () => !hasSubscribers(startChannel));
  });

  /** Ends soon after the last question. */
  function open(): RequestWatch {
    const watch = createRequestWatch((_what, run) => run, 300);
    watches.push(watch);
    watch.take(0, 0);
    return watch;
  }

  it("tells method, path without query, status and time, each ended request once a cursor", async () => {
    answer = (_request, response) => response.writeHead(201).end("made");
    const watch = open();
    const [response] = (await once(get({ port, path: "/things?secret=1", agent: false }), "response")) as [
      IncomingMessage,
    ];
    response.resume();
    await once(response, "close");
    const { ended, cursor, answered } = watch.take(0, 0);
    assert.deepEqual(
      ended.map(({ method, path, status, aborted }) => ({ method, path, status, aborted })),
      [{ method: "GET", path: "/things", status: 201, aborted: undefined }],
    );
    assert.equal(answered, 1);
    assert.ok((ended[0]?.ms ?? -1) >= 0 && Math.abs((ended[0]?.startedAt ?? 0) - Date.now()) < 60_000);
    assert.deepEqual(watch.take(cursor, 0).ended, []);
  });

  it("keeps only what is slow or failed", async () => {
    answer = ({ url }, response) => response.writeHead(url === "/bad" ? 503 : 200).end();
    const watch = open();
    watch.take(0, 60_000);
    for (const path of ["/good", "/bad"]) {
      const [response] = (await once(get({ port, path, agent: false }), "response")) as [IncomingMessage];
      await once(response.resume(), "close");
    }
    const { ended, answered } = watch.take(0, 60_000);
    assert.deepEqual([ended.map(({ path }) => path), answered], [["/bad"], 2]);
  });

  it("shows what is in flight, and as aborted what its client has left", async () => {
    const arrived = new Promise<ServerResponse>((resolve) => {
      answer = (_request, response) => resolve(response);
    });
    const watch = open();
    const request = get({ port, path: "/hangs", agent: false }).on("error", () => undefined);
    await arrived;
    const { inFlight, inFlightCount } = watch.take(0, 0);
    assert.deepEqual([inFlight.map(({ path, status }) => [path, status]), inFlightCount], [[["/hangs", undefined]], 1]);
    request.destroy();
    await poll("the end is seen", () => watch.take(0, 0).ended.length === 1);
    const { ended, inFlightCount: left } = watch.take(0, 0);
    assert.deepEqual([ended[0]?.aborted, left], [true, 0]);
  });

  it("sees streams of HTTP/2", async () => {
    const other = createHttp2Server((request, response) => {
      response.writeHead(request.url === "/missing?x" ? 404 : 200);
      response.end("ok");
    });
    await once(other.listen(0, "127.0.0.1"), "listening");
    const watch = open();
    const session = connectHttp2(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/missing?x" });
    await once(stream.resume(), "close");
    await poll("the end is seen", () => watch.take(0, 0).ended.length === 1);
    const [seen] = watch.take(0, 0).ended;
    assert.deepEqual([seen?.method, seen?.path, seen?.status, seen?.aborted], ["GET", "/missing", 404, undefined]);
    session.close();
    other.close();
  });

  it("ends when nobody asks any more", async () => {
    const watch = open();
    assert.ok(hasSubscribers(startChannel));
    await poll("it has ended", () => !hasSubscribers(startChannel));
    assert.deepEqual(watch.take(0, 0).inFlight, []);
  });
});
