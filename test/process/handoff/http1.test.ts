import assert from "node:assert/strict";
import { join } from "node:path";
import { assertExact } from "../../support/process/honesty.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { get, openRawClient, type RawClient } from "../../support/process/rawClient.ts";
import type { WholeResponse } from "../../support/process/responseReader.ts";
import { assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import type { StrictClient } from "../../support/process/strictClient.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { until, within } from "../../support/process/until.ts";

/** Old workers drain from the moment on that this resolves. */
async function drainBegins(app: TestApp): Promise<void> {
  await until(app.client, "old workers drain", ({ workers }) => workers.some(({ state }) => state === "draining"));
}

/** Windows hands no connection over: it is closed with its answer. */
const isClosedAfterwards = process.platform === "win32";

describeOn(testedNodes(), "the handoff of HTTP/1.1 connections", (scene) => {
  let app: TestApp;
  let clients: RawClient[] = [];
  /** Asks beside all that the tests do, and counts. */
  let beside: StrictClient;

  before(async () => {
    // New workers may take longer to start than a server keeps an idle connection.
    const env = { KEEP_ALIVE: String(5_000 * patience) };
    app = await scene.runForAll({ fixture: "protocols", config: { workers: 2, drainTimeout: 15_000, env } });
    await until(app.client, "all servers listen", ({ workers }) =>
      workers.every(({ addresses }) => addresses.length === (process.platform === "win32" ? 8 : 9)),
    );
  });

  beforeEach(async () => {
    const read = ({ body }: WholeResponse): string =>
      /generation (\d+) received 0 /.exec(body)?.[1] ?? assert.fail(body);
    beside = await scene.ask({ target: { port: app.port }, connections: 4, thinkMs: 5, read });
  });

  afterEach(async () => {
    const counts = await beside.stop();
    if (process.platform === "win32") {
      assert.equal(counts.failed, 0);
    } else {
      assertUnnoticed(counts);
    }
    for (const client of clients) {
      client.end();
    }
    clients = [];
  });

  const open = async (where: number | string = app.port): Promise<RawClient> => {
    const client = await openRawClient(where);
    clients.push(client);
    return client;
  };

  /** Resolves with the new generation. */
  const reload = async (): Promise<number> => {
    const report = await within("the reload", app.client.request("app/renew", { kind: "reload" }));
    assert.equal(report.outcome, "completed");
    assert.deepEqual(report.cutRequests, []);
    assertExact(report, beside.counts.failed);
    assert.equal(report.traffic?.cut, 0);
    assert.equal(report.killed, 0);
    return report.to;
  };

  it("keeps an idle connection open and answers it from the new generation", async () => {
    const client = await open();
    client.send(get("/"));
    await client.received(/generation \d+ /);
    const generation = await reload();
    client.send(get("/"));
    await client.received(new RegExp(`generation ${generation} `));
    assert.doesNotMatch(client.text, /connection: close/i);
    assert.equal(client.closed, false);
  });

  const times = scene.node === usualNode() ? 10 : 3;

  it(`keeps an idle connection through ${times} reloads`, async () => {
    const client = await open();
    for (let round = 1; round <= times; round += 1) {
      client.send(get("/"));
      await client.received(/generation \d+ /, round);
      await reload();
    }
    assert.equal(client.closed, false);
  });

  it("keeps a connection on which nothing was ever sent", async () => {
    const client = await open();
    const generation = await reload();
    client.send(get("/"));
    await client.received(new RegExp(`generation ${generation} `));
  });

  it("answers a request whose header was half sent when the drain began", async () => {
    const client = await open();
    client.send("GET / HTTP/1.1\r\nHost: te");
    const done = reload();
    await drainBegins(app);
    client.send("st\r\n\r\n");
    await client.received(/generation \d+ /);
    await done;
    assert.equal(client.closed, isClosedAfterwards);
  });

  it("answers a request whose next header was half sent behind a finished one", async () => {
    const client = await open();
    client.send(`${get("/")}GET /second HTTP/1.1\r\nHo`);
    await client.received(/generation \d+ /);
    const done = reload();
    await drainBegins(app);
    client.send("st: test\r\n\r\n");
    await client.received(/generation \d+ /, 2);
    await done;
    assert.equal(client.closed, isClosedAfterwards);
  });

  it("receives the whole of a body that was half sent", async () => {
    const client = await open();
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
    const done = reload();
    await drainBegins(app);
    client.send("67890");
    await client.received(/received 10 /);
    await done;
  });

  it("keeps its word to a client that waits for 100 Continue", async () => {
    const client = await open();
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    await client.received(/100 Continue/);
    const done = reload();
    await drainBegins(app);
    client.send("12345");
    await client.received(/received 5 /);
    await done;
  });

  it("answers every pipelined request, and goes on with the same connection where it is handed over", async () => {
    const client = await open();
    client.send(get("/slow") + get("/slow") + get("/"));
    const done = reload();
    await client.received(/generation \d+ /, 3);
    await done;
    if (!isClosedAfterwards) {
      client.send(get("/"));
      await client.received(/generation \d+ /, 4);
      assert.equal(client.closed, false);
    }
  });

  it("finishes a slow download, and goes on with the same connection where it is handed over", async () => {
    const client = await open();
    client.send(get("/download"));
    await client.received(/aaaa/);
    await reload();
    assert.ok(client.text.length > 1_000_000);
    if (!isClosedAfterwards) {
      client.send(get("/"));
      await client.received(/generation \d+ /);
    }
  });

  it("notices a client that left while its connection moved", async () => {
    const gone = await open();
    gone.send(get("/"));
    await gone.received(/generation \d+ /);
    const done = reload();
    gone.end();
    await done;
    await reload();
  });

  it("counts maxRequestsPerSocket on, across the handoff", async () => {
    const client = await open(app.port + 1);
    client.send(get("/"));
    await client.received(/generation \d+ /);
    client.send(get("/"));
    await client.received(/generation \d+ /, 2);
    assert.doesNotMatch(client.text, /connection: close/i);
    await reload();
    client.send(get("/"));
    await client.received(/generation \d+ /, 3);
    assert.match(client.text, /connection: close/i);
    // As Node does it: the client may close, and is refused if it asks once more.
    client.send(get("/"));
    await client.received(/HTTP\/1\.1 503 /);
  });

  it("closes an idle connection after keepAliveTimeout, without a 408", async () => {
    const client = await open(app.port + 1);
    client.send(get("/"));
    await client.received(/generation \d+ /);
    await reload();
    await client.closes();
    assert.doesNotMatch(client.text, /408/);
  });

  it("moves the connections of a Unix socket", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const client = await open(join(app.folder, "app.sock"));
    client.send(get("/"));
    await client.received(/generation \d+ /);
    const generation = await reload();
    client.send(get("/"));
    await client.received(new RegExp(`generation ${generation} `));
  });

  it("moves the connections of one worker that is reloaded, and of one that is scaled away", async () => {
    const many = await Promise.all(Array.from({ length: 8 }, () => open()));
    for (const client of many) {
      client.send(get("/"));
      await client.received(/generation \d+ /);
    }
    const { workers } = await until(app.client, "only the newest workers are left", (state) =>
      state.workers.every((worker) => worker.state === "ready"),
    );
    const [first] = workers;
    const report = await app.client.request("app/renew", { kind: "reload", worker: first?.id ?? 0 });
    assert.equal(report.outcome, "completed");
    await app.client.request("app/scale", { workers: 1 });
    await until(app.client, "one worker is left", ({ workers }) => workers.length === 1);
    for (const client of many) {
      client.send(get("/"));
      await client.received(/generation \d+ /, 2);
      assert.equal(client.closed, false);
    }
    await app.client.request("app/scale", { workers: 2 });
  });
});
