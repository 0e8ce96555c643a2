import assert from "node:assert/strict";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { residentBytes } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { until, within } from "../../support/process/until.ts";

const mebibyte = 1_048_576;

describeOn([usualNode()], "a new generation that goes wrong", (scene) => {
  it("is rolled back when it crashes after it was ready, within minReady", async () => {
    const { client, port, write, read } = await scene.run({ fixture: "plain", config: { minReady: 1_500 } });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    write("server.js", `${read("server.js")}\nsetTimeout(() => { throw new Error("late"); }, 300);`);
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    assert.match(report.reason ?? "", /late/);
    const { app } = await until(client, "the app runs", (state) => state.app.state === "running");
    assert.equal(app.generation, 1);
    // Connections that a new worker had accepted may have died with it; those of the old generation were not touched.
    await strict.untilAnswers("1", 50);
    await strict.stop();
  });

  it("is seen by one worker first when a canary is wanted", async () => {
    const { client, port, write, read } = await scene.run({
      fixture: "plain",
      config: { workers: 4, canary: true, minReady: 300 },
    });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    let most = 0;
    client.onDidSnapshot(({ workers }) => {
      most = Math.max(most, workers.filter(({ generation }) => generation === 2).length);
    });
    const good = read("server.js");
    write("server.js", "throw new Error('bad canary');");
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    assert.equal(most, 1);
    write("server.js", good);
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    assertUnnoticed(await strict.stop());
  });

  it("is rolled back on another port than it is told, and moves there by a restart", async () => {
    const { client, port, write, read } = await scene.run({ fixture: "plain" });
    const strict = await scene.ask({ target: { port }, connections: 1 });
    await strict.untilAnswers("1", 5);
    write(
      "server.js",
      read("server.js").replace(
        "server.listen(Number(process.env.PORT))",
        "server.listen(Number(process.env.PORT) + 1)",
      ),
    );
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    const [from, to] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`];
    assert.ok(report.reason?.includes(from) && report.reason.includes(to), report.reason);
    assertUnnoticed(await strict.stop());
    assertOutcome(await client.request("app/renew", { kind: "restart" }), "completed");
    const { app } = await until(client, "only the new address is left", (state) => state.app.addresses.length === 1);
    assert.deepEqual(app.addresses, [`http://127.0.0.1:${port + 1}`]);
    const moved = await scene.ask({ target: { port: port + 1 }, connections: 5 });
    await moved.untilAnswers("1", 20);
    assertUnnoticed(await moved.stop());
  });

  it("may print 100 MB a worker while it starts, and costs the supervisor less than it prints", async () => {
    const { client, endpoint, write, read } = await scene.run({ fixture: "plain" });
    const before = residentBytes(endpoint.pid);
    const flood =
      "const line = 'x'.repeat(999) + String.fromCharCode(10); for (let i = 0; i < 100; i++) require('node:fs').writeSync(1, line.repeat(1000));";
    write("server.js", `${flood}\n${read("server.js")}`);
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    const after = residentBytes(endpoint.pid);
    if (before !== undefined && after !== undefined) {
      assert.ok(after - before < 128 * mebibyte, `${(after - before) / mebibyte} MiB more`);
    }
  });

  if (process.platform === "linux") {
    it("that the system refuses to start ends the renewal at once, and leaves the old one or what can be started", async () => {
      const { client, recipe } = await scene.run({ fixture: "plain", config: { workers: 1 } });
      // Longer than Linux allows one variable to be.
      const tooLong = { ...recipe, env: { ...recipe.env, TOO_LONG: "x".repeat(200_000) } };
      const report = await within("the reload", client.request("app/renew", { kind: "reload", recipe: tooLong }));
      assert.equal(report.outcome, "rolledBack");
      assert.match(report.reason ?? "", /could not be started.*E2BIG/);
      const restart = await within("the restart", client.request("app/renew", { kind: "restart", recipe: tooLong }));
      assert.equal(restart.outcome, "failed");
      assertOutcome(await within("the next", client.request("app/renew", { kind: "restart", recipe })), "completed");
    });
  }

  it("may be of 64 workers", async function () {
    this.timeout(180_000 * patience);
    const { client, port } = await scene.run({ fixture: "plain", config: { readyTimeout: 60_000 * patience } });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    await client.request("app/scale", { workers: 64 });
    const { workers } = await until(
      client,
      "64 workers are ready",
      (state) => state.workers.filter((worker) => worker.state === "ready").length === 64,
      60_000,
    );
    assert.equal(new Set(workers.map(({ slot }) => slot)).size, 64);
    await client.request("app/scale", { workers: 2 });
    await until(client, "2 workers are left", (state) => state.workers.length === 2, 60_000);
    assertUnnoticed(await strict.stop());
  });
});
