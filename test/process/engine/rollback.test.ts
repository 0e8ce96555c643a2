import assert from "node:assert/strict";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

const brokenBuilds = [
  { title: "throws", text: "throw new Error('no settings');", reason: /no settings/ },
  { title: "has a syntax error", text: "const = 1;", reason: /Syntax error/ },
  { title: "exits", text: "process.exit(3);", reason: /code 3/ },
  { title: "misses a package", text: "require('no-such-package');", reason: /no-such-package/ },
];

describeOn(testedNodes(), "a broken build", (scene) => {
  it("is rolled back while a client keeps asking and notices nothing", async () => {
    const { client, port, write, read } = await scene.run({ fixture: "plain" });
    const before = client.snapshot.workers.map(({ id }) => id);
    const good = read("server.js");
    const strict = await scene.ask({ target: { port }, connections: 20 });
    write("version.txt", "2");
    for (const { title, text, reason } of brokenBuilds) {
      write("server.js", text);
      const report = await client.request("app/renew", { kind: "reload" });
      assert.equal(report.outcome, "rolledBack", `a build that ${title}: ${JSON.stringify(report)}`);
      assert.match(report.reason ?? "", reason);
    }
    const { workers, app } = await until(
      client,
      "only the old workers are left",
      (state) => state.workers.length === 2 && state.app.state === "running",
    );
    assert.deepEqual(
      workers.map(({ id }) => id),
      before,
    );
    assert.equal(app.generation, 1);
    await strict.untilAnswers("1", 50);
    write("server.js", good);
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await strict.untilAnswers("2", 50);
    assertUnnoticed(await strict.stop());
  });
});

describeOn([usualNode()], "a build that breaks late", (scene) => {
  it("is rolled back when it never becomes ready", async () => {
    const { client, port, write, recipe } = await scene.run({ fixture: "plain" });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    write("server.js", "setInterval(() => undefined, 1000);");
    const report = await client.request("app/renew", { kind: "reload", recipe: { ...recipe, readyTimeout: 1_500 } });
    assertOutcome(report, "rolledBack");
    assert.match(report.reason ?? "", /did not listen .* within 1500 ms/);
    assertUnnoticed(await strict.stop());
  });

  it("and listened for a moment: loses nothing that a client had, and the report counts nothing", async () => {
    const { client, write } = await scene.run({ fixture: "crasher", config: { workers: 3 } });
    write("after.txt", "0");
    write("version.txt", "crash");
    for (let round = 0; round < 6; round += 1) {
      const report = await client.request("app/renew", { kind: "reload" });
      assertOutcome(report, "rolledBack");
      const { failed, cut, crashed, silent, inTransit } = report.traffic ?? assert.fail("no figures");
      assert.deepEqual([failed, cut, crashed, silent, inTransit], [0, 0, 0, 0, 0]);
    }
  });

  it("is rolled back when only one of the new workers fails", async () => {
    const { client, port, write, read } = await scene.run({ fixture: "plain", config: { workers: 3 } });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    const good = read("server.js");
    const line = `if (process.env.HITLESS_WORKER === "2") throw new Error("no seat");`;
    write("server.js", `\n\n${line}\n${good}`);
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    assert.match(report.reason ?? "", /no seat/);
    assert.match(`${report.location?.file}:${report.location?.line}`, /[\\/]server\.js:3$/);
    assert.deepEqual(
      report.stderr?.some((line) => line.includes("no seat")),
      true,
    );
    await until(
      client,
      "three workers of generation 1 are left",
      ({ workers }) => workers.length === 3 && workers.every(({ generation }) => generation === 1),
    );
    assertUnnoticed(await strict.stop());
  });

  it("is rolled back when it crashes within minReady", async () => {
    const { client, port, write } = await scene.run({ fixture: "crasher", config: { minReady: 2_000 } });
    const strict = await scene.ask({ target: { port }, connections: 10, thinkMs: 5 });
    write("after.txt", "300");
    write("version.txt", "crash");
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    assert.match(report.reason ?? "", /this build is broken/);
    assert.equal(client.snapshot.app.generation, 1);
    await strict.untilAnswers("1", 20);
  });

  it("without minReady: the crash after the switch is a crash of the app, and the next build mends it", async () => {
    const { client, port, write } = await scene.run({ fixture: "crasher", config: { workers: 1, maxRestarts: 2 } });
    // Long enough for the new worker to take over before it crashes, also on a busy machine.
    write("after.txt", "1000");
    write("version.txt", "crash");
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await until(client, "the app crash-loops", ({ app }) => app.state === "crash-looping");
    write("version.txt", "3");
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await until(client, "the app runs again", ({ app }) => app.state === "running");
    const strict = await scene.ask({ target: { port }, connections: 2 });
    await strict.untilAnswers("3", 10);
  });
});
