import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/process/freePort.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until } from "../../support/process/until.ts";

/** A server whose later generations take their time for the first answers. */
const slowAtFirst = `
  const generation = process.env.HITLESS_GENERATION;
  let slow = generation === "1" ? 0 : 20;
  require("node:http").createServer(({ url }, response) => {
    slow -= 1;
    setTimeout(() => response.end(JSON.stringify({ url, version: generation })), slow < 0 ? 0 : 1_000);
  }).listen(Number(process.env.PORT));
`;

const letFirstBuildGo = (folder: string): void => writeFileSync(join(folder, "go-1"), "");

describeOn(testedNodes(), "ready", (scene) => {
  it("with waitReady: not when the app listens, but when it says so", async () => {
    const { client, write, port } = await scene.run({
      fixture: "ready",
      config: { waitReady: true },
      prepare: letFirstBuildGo,
    });
    const strict = await scene.ask({ target: { port }, connections: 4, thinkMs: 2 });
    write("version.txt", "2");
    const renewed = client.request("app/renew", { kind: "reload" });
    const { workers, renewal } = await until(
      client,
      "the new workers listen",
      (snapshot) =>
        snapshot.workers.filter(({ generation, addresses }) => generation === 2 && addresses.length > 0).length === 2,
    );
    assert.deepEqual(workers.map(({ state, generation }) => [generation, state]).sort(), [
      [1, "ready"],
      [1, "ready"],
      [2, "starting"],
      [2, "starting"],
    ]);
    assert.deepEqual([renewal?.phase, renewal?.ready, renewal?.total], ["starting", 0, 2]);
    write("go-2", "");
    assertOutcome(await renewed, "completed");
    await strict.untilAnswers("2", 20);
    assertUnnoticed(await strict.stop());
  });

  it("with readyUrl: when it answers 2xx or 3xx", async () => {
    const port = await freePort();
    const { client, write } = await scene.run({
      fixture: "ready",
      config: { env: { PORT: String(port) }, readyUrl: `http://127.0.0.1:${port}/health` },
      prepare: letFirstBuildGo,
    });
    const strict = await scene.ask({ target: { port }, connections: 4, thinkMs: 2 });
    write("version.txt", "2");
    const renewed = client.request("app/renew", { kind: "reload" });
    await until(
      client,
      "the new workers listen",
      (snapshot) =>
        snapshot.workers.filter(({ generation, addresses }) => generation === 2 && addresses.length > 0).length === 2,
    );
    // The old workers answer 200 there all along: each new one is asked itself.
    assert.equal(client.snapshot.renewal?.ready, 0);
    write("go-2", "");
    assertOutcome(await renewed, "completed");
    await strict.untilAnswers("2", 20);
    assertUnnoticed(await strict.stop());
  });
});

describeOn(testedNodes(), "an app that asks itself before it is ready", (scene) => {
  for (const scheduling of ["roundRobin", "shared"] as const) {
    it(`is answered by itself, scheduling ${scheduling}`, async () => {
      // With shared scheduling the workers that come later are met by the first one, as in any cluster.
      const workers = scheduling === "shared" ? 1 : 2;
      const config = { workers, scheduling, waitReady: true, env: { WARM: "http" } };
      const { client } = await scene.run({ fixture: "ready", config, prepare: letFirstBuildGo });
      assert.equal(client.snapshot.app.waitingConnections, 0);
      assertOutcome(await client.request("app/renew", { kind: "restart" }), "completed");
    });
  }
});

describeOn(testedNodes(), "an app that listens when it might have ended", (scene) => {
  it("is not taken for a script that is done while a busy supervisor has not answered yet", async function () {
    if (process.platform === "win32") {
      this.skip(); // A process can't be stopped by a signal there.
    }
    const { client, endpoint, folder, write } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "listensLate.cjs", workers: 1 },
    });
    write("go", "");
    try {
      await poll("the worker has waited for an answer", () => existsSync(join(folder, "waited")));
    } finally {
      signal(endpoint.pid, "SIGCONT");
    }
    const { app, workers } = await until(client, "it serves or has ended", ({ app }) => app.state !== "starting");
    assert.deepEqual([app.state, workers.map(({ restarts }) => restarts)], ["running", [0]]);
  });
});

describeOn(testedNodes(), "an app that works in the thread pool before it listens", (scene) => {
  const start = (udp: "0" | "1"): Promise<TestApp> =>
    scene.start({
      fixture: "misbehaving",
      config: { entry: "listensAfterPool.cjs", workers: 1, env: { UDP: udp } },
    });

  for (const [test, what, udp] of [
    [it, "for connections", "0"],
    [onPosix, "also for datagrams", "1"],
  ] as const) {
    test(`is waited for, ${what}`, async () => {
      const { client } = await start(udp);
      const { app, workers } = await until(client, "it serves or has ended", ({ app }) => app.state !== "starting");
      assert.deepEqual([app.state, workers.map(({ restarts }) => restarts)], ["running", [0]]);
    });
  }

  if (process.platform === "win32") {
    it("is told that it can't share a socket for datagrams", async () => {
      const { client } = await start("1");
      const { app } = await until(client, "it has failed", ({ app }) => app.failure !== undefined);
      assert.match(app.failure?.message ?? "", /\(UDP\) on Windows\. Bind it with `exclusive: true`/);
    });
  }
});

describeOn([usualNode()], "a worker that ends without an error before it listens", (scene) => {
  it("is started again when the others of its app listen", async () => {
    const { client } = await scene.start({ fixture: "misbehaving", config: { entry: "endsOnce.cjs", workers: 3 } });
    const { workers } = await until(client, "all serve", ({ app }) => app.state === "running");
    assert.deepEqual(workers.map(({ restarts }) => restarts).sort(), [0, 0, 1]);
  });
});

describeOn([usualNode()], "not ready in time", (scene) => {
  it("with waitReady: says what the app did not do", async () => {
    const { client } = await scene.start({
      fixture: "ready",
      config: { workers: 1, waitReady: true, readyTimeout: 400, maxRestarts: 0 },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
    assert.equal(app.failure?.code, "notReady");
    assert.match(app.failure?.message ?? "", /process\.send\('ready'\).* 400 ms/);
  });

  for (const [scheme, offset, what] of [
    ["https", 2, "HTTP/1.1 over TLS"],
    ["http", 3, "HTTP/2"],
    ["https", 4, "HTTP/2 over TLS"],
  ] as const) {
    it(`with readyUrl: asks the new worker itself over ${what}`, async () => {
      const port = await freePort();
      const { client, write, folder, recipe } = await scene.run({
        fixture: "protocols",
        config: {
          env: { PORT: String(port) },
          readyUrl: `${scheme}://127.0.0.1:${port + offset}/health`,
        },
      });
      assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
      assert.equal(existsSync(join(folder, "errors.txt")), false, "the app has seen an error of the connection");
      // The old workers go on answering 200 at the same port.
      write("sick.txt", "3");
      const { outcome, reason } = await client.request("app/renew", {
        kind: "reload",
        recipe: { ...recipe, readyTimeout: 3_000 * patience },
      });
      assert.equal(outcome, "rolledBack");
      assert.match(reason ?? "", /status 500/);
    });
  }

  it("with warmup: asks the new worker itself at each of its servers, and only warns", async () => {
    const port = await freePort();
    const urls = [`http://127.0.0.1:${port + 3}/health`, `https://127.0.0.1:${port + 4}/health`];
    const { client } = await scene.run({
      fixture: "protocols",
      config: { workers: 1, env: { PORT: String(port) }, warmup: ["/", "/health", ...urls] },
      prepare: (folder) => writeFileSync(join(folder, "sick.txt"), "1"),
    });
    const { events } = await client.request("app/events", {});
    const failed = ["/health", ...urls].map((path) => `${path}: status 500`).join(", ");
    const warned = events.filter(({ code }) => code === "warmup").map(({ message }) => message.split("(warmup): ")[1]);
    assert.deepEqual(warned, [failed]);
  });

  it("with slow first answers: the report names warmup and readyUrl", async () => {
    const { client, port } = await scene.run({
      fixture: "plain",
      config: { workers: 1 },
      prepare: (folder) => writeFileSync(join(folder, "server.js"), slowAtFirst),
    });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    await strict.untilAnswers("1", 50);
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await poll("the report says so", async () => {
      const { reports } = await client.request("app/reports", {});
      return reports[0]?.notes?.some((note) => /^The first answers .* \(medians\): .*warmup/.test(note)) === true;
    });
    assertUnnoticed(await strict.stop());
  });

  it("while a child process of it asks it: says that this waits", async () => {
    const { client } = await scene.start({
      fixture: "ready",
      config: { workers: 1, waitReady: true, readyTimeout: 3_000 * patience, env: { WARM: "child" } },
      prepare: letFirstBuildGo,
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
    assert.match(app.failure?.message ?? "", /call process\.send\('ready'\).* a connection from this machine waited/);
  });

  it("with readyUrl: says the last answer", async () => {
    const port = await freePort();
    const { client } = await scene.start({
      fixture: "ready",
      config: {
        env: { PORT: String(port) },
        workers: 1,
        readyUrl: `http://127.0.0.1:${port}/health`,
        readyTimeout: 3_000 * patience,
        maxRestarts: 0,
      },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
    assert.equal(app.failure?.code, "readyUrlFailed");
    assert.match(app.failure?.message ?? "", /status 503/);
  });

  it("an app that never listens: says that, and how to run what is no server", async () => {
    const { client } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "neverListens.cjs", workers: 1, readyTimeout: 400, maxRestarts: 0 },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
    assert.equal(app.failure?.code, "notReady");
    assert.match(app.failure?.message ?? "", /set server to false/);
  });
});
