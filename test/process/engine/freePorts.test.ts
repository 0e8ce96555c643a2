import assert from "node:assert/strict";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import { freePort } from "../../support/process/freePort.ts";
import { startNewcomers } from "../../support/process/newcomers.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { until, untilEvent } from "../../support/process/until.ts";

describeOn(testedNodes(), "an app that looks whether its port is free", (scene) => {
  for (const [what, env] of [
    ["and closes at once", { WORK: "500" }],
    ...(scene.node === usualNode()
      ? [["and closes a while later", { WORK: "300", HOLD: "300", PROBE: "http2" }] as const]
      : []),
  ] as const) {
    it(`${what}: is ready when it serves, and no client is refused in a reload`, async () => {
      const { client, port, write } = await scene.run({ fixture: "freePort", config: { env } });
      const strict = await scene.ask({ target: { port }, connections: 8 });
      write("version.txt", "2");
      const report = await client.request("app/renew", { kind: "reload" });
      assertOutcome(report, "completed");
      assert.equal(droppedNothing(report), true);
      await strict.untilAnswers("2", 20);
      assertUnnoticed(await strict.stop());
    });
  }
});

for (const scheduling of ["roundRobin", "shared"] as const) {
  describeOn([usualNode()], `an app that looks for a while whether its port is free (${scheduling})`, (scene) => {
    it("on all addresses, and serves on one: loses nobody in a restart who came to the look", async () => {
      const { client, port } = await scene.run({
        fixture: "freePort",
        config: { workers: 1, scheduling, env: { HOSTS: ":: 127.0.0.1", HOST: "127.0.0.1", HOLD: "200" } },
      });
      const newcomers = startNewcomers({ target: { port }, clients: 6 });
      await newcomers.untilAnswers(200, 6);
      assertOutcome(await client.request("app/renew", { kind: "restart" }), "completed");
      await newcomers.untilAnswers(200, 12);
      const { failed, failures } = await newcomers.stop();
      assert.deepEqual({ failed, failures }, { failed: 0, failures: [] });
    });
  });
}

for (const [nodes, scheduling] of [
  [testedNodes(), "roundRobin"],
  [[usualNode()], "shared"],
] as const) {
  describeOn(nodes, `an app that looks for a port that is free at each address (${scheduling})`, (scene) => {
    it("finds it free though its own workers have it, and no client is refused in a reload", async () => {
      const { client, port, write } = await scene.run({
        fixture: "freePort",
        config: { workers: 2, scheduling, env: { SEARCH: "listen" } },
      });
      const addresses = [`http://127.0.0.1:${port}`];
      assert.deepEqual(client.snapshot.app.addresses, addresses);
      const strict = await scene.ask({ target: { port }, connections: 8 });
      write("version.txt", "2");
      const report = await client.request("app/renew", { kind: "reload" });
      assertOutcome(report, "completed");
      assert.deepEqual([droppedNothing(report), client.snapshot.app.addresses], [true, addresses]);
      await strict.untilAnswers("2", 20);
      assertUnnoticed(await strict.stop());
    });
  });
}

describeOn([usualNode()], "an app that is to listen on another address of its port", (scene) => {
  it("can't while the old one is open: is rolled back, and moved by a restart", async () => {
    const { client, port, recipe } = await scene.run({ fixture: "freePort", config: { workers: 1 } });
    const strict = await scene.ask({ target: { port }, connections: 4 });
    const moved = { ...recipe, env: { ...recipe.env, HOST: "127.0.0.1" } };
    const report = await client.request("app/renew", { kind: "reload", recipe: moved });
    assertOutcome(report, "rolledBack");
    assert.match(
      report.reason ?? "",
      /listens on 127\.0\.0\.1:\d+, .* another address of the same port; both can't be open at once\. .* use a restart/,
    );
    assertUnnoticed(await strict.stop());
    assertOutcome(await client.request("app/renew", { kind: "restart", recipe: moved }), "completed");
  });
});

describeOn([usualNode()], "a worker whose further server others of its app keep from listening", (scene) => {
  it("serves on, says so, and is reached there when the others are gone", async () => {
    const adminPort = await freePort();
    const { client, port, read, write } = await scene.run({
      fixture: "twoPorts",
      config: { workers: 2, env: { ADMIN_PORT: String(adminPort), ADMIN_AFTER: "0" } },
    });
    const [first, second] = client.snapshot.workers;
    const host = 'port === process.env.ADMIN_PORT ? "127.0.0.1" : undefined';
    write("server.js", read("server.js").replace("listen(Number(port))", `listen(Number(port), ${host})`));
    const told = untilEvent(client, "unreachable");
    process.kill(first?.pid ?? 0, "SIGKILL");
    assert.match((await told).message, /another address of the same port/);
    const newcomers = startNewcomers({ target: { port }, clients: 4 });
    await newcomers.untilAnswers(200, 20);
    assert.equal((await newcomers.stop()).failed, 0);
    process.kill(second?.pid ?? 0, "SIGKILL");
    await until(client, "both serve at the new address", ({ app, workers }) => {
      const places = workers.map(({ restarts, state }) => [restarts, state]);
      return places.join() === "1,ready,1,ready" && app.addresses.length === 2;
    });
    const answer = await fetch(`http://127.0.0.1:${adminPort}/`, { headers: { connection: "close" } });
    assert.equal(answer.status, 200);
  });
});

for (const [nodes, how] of [
  [testedNodes(), "connect"],
  [[usualNode()], "child"],
] as const) {
  describeOn(nodes, `an app that looks (${how}) for a port that is free`, (scene) => {
    it("and ends on another one since the old worker has it: is rolled back, with both addresses", async () => {
      const { client, port, write } = await scene.run({
        fixture: "freePort",
        config: { workers: 1, env: { SEARCH: how } },
      });
      const strict = await scene.ask({ target: { port }, connections: 8 });
      write("version.txt", "2");
      const report = await client.request("app/renew", { kind: "reload" });
      assertOutcome(report, "rolledBack");
      assert.match(
        report.reason ?? "",
        new RegExp(`not listen on http://127\\.0\\.0\\.1:${port} .*:${port + 1} instead`),
      );
      assertUnnoticed(await strict.stop());
      // What is meant to move can be moved.
      assertOutcome(await client.request("app/renew", { kind: "restart" }), "completed");
    });
  });
}

describeOn([usualNode()], "an app that listens elsewhere after a reload", (scene) => {
  it("because its environment says so: moves, and the report tells where", async () => {
    const [from, to] = [await freePort(), await freePort()];
    const { client, recipe } = await scene.run({ fixture: "plain", config: { env: { PORT: String(from) } } });
    const report = await client.request("app/renew", {
      kind: "reload",
      recipe: { ...recipe, env: { ...recipe.env, PORT: String(to) } },
    });
    assertOutcome(report, "completed");
    assert.match(report.notes?.join() ?? "", new RegExp(`:${to} instead of .*:${from}`));
    assert.equal(droppedNothing(report), false);
    assert.deepEqual(client.snapshot.app.addresses, [`http://127.0.0.1:${to}`]);
  });

  it("is told when another scheduling was asked for, which needs a new supervisor", async () => {
    const { client, recipe } = await scene.run({ fixture: "plain" });
    for (const kind of ["reload", "restart"] as const) {
      const report = await client.request("app/renew", { kind, recipe: { ...recipe, scheduling: "shared" } });
      assertOutcome(report, "completed");
      assert.match(report.notes?.join() ?? "", /scheduling stays "roundRobin"/);
    }
    assert.equal((await client.request("app/renew", { kind: "reload" })).notes, undefined);
  });

  it("because the system chooses its port: is reloaded", async () => {
    const { client } = await scene.run({ fixture: "plain", config: { env: { PORT: "0" } } });
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
  });
});

describeOn(testedNodes(), "a server that closes while it serves", (scene) => {
  it("makes its worker one that starts, until it listens again", async () => {
    const { client, port } = await scene.run({ fixture: "freePort", config: { workers: 1, env: { WORK: "300" } } });
    const told = untilEvent(client, "unready");
    const starting = until(
      client,
      "it does not serve",
      ({ app, workers: [worker] }) => worker?.state === "starting" && app.addresses.length === 0,
    );
    await (await fetch(`http://127.0.0.1:${port}/close`, { headers: { connection: "close" } })).text();
    await told;
    await starting;
    const { workers } = await until(client, "it serves again", ({ workers: [worker] }) => worker?.state === "ready");
    assert.equal(workers[0]?.restarts, 0);
  });
});

describeOn([usualNode()], "a server that closes for good", (scene) => {
  it("is replaced after readyTimeout, if it does not listen again", async () => {
    const { client, port } = await scene.run({
      fixture: "freePort",
      config: { workers: 1, readyTimeout: 1_500 * patience, env: { WORK: "0" } },
    });
    const [first] = client.snapshot.workers;
    await (await fetch(`http://127.0.0.1:${port}/close/forever`, { headers: { connection: "close" } })).text();
    const { app } = await until(
      client,
      "another worker serves",
      (state) => state.app.state === "running" && state.workers.every(({ id }) => id !== first?.id),
    );
    assert.equal(app.failure, undefined);
    assert.match(
      client.snapshot.workers[0]?.lastFailure?.message ?? "",
      new RegExp(`closed its server .*${1_500 * patience} ms`),
    );
  });
});
