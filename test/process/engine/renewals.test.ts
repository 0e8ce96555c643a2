import assert from "node:assert/strict";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { until } from "../../support/process/until.ts";

describeOn(testedNodes(), "each way to renew an app", (scene) => {
  for (const kind of ["reload", "gracefulReload"] as const) {
    it(`${kind}: the new worker answers, the old ones are gone, no client noticed`, async () => {
      const { client, port, write } = await scene.run({ fixture: "plain" });
      const old = client.snapshot.workers.map(({ pid }) => pid);
      const strict = await scene.ask({ target: { port }, connections: 20 });
      await strict.untilAnswers("1", 100);
      write("version.txt", "2");
      const report = await client.request("app/renew", { kind });
      assertOutcome(report, "completed");
      assert.deepEqual([report.kind, report.from, report.to, report.killed], [kind, 1, 2, 0]);
      assert.deepEqual(
        report.workers.map(({ slot, generation, state }) => [slot, generation, state]),
        [
          [1, 2, "ready"],
          [2, 2, "ready"],
        ],
      );
      assert.deepEqual(old.filter(isAlive), []);
      await strict.untilAnswers("2", 100);
      assertUnnoticed(await strict.stop());
      // Connections were accepted, sent to workers and handed over: nothing that this takes was missing in this version.
      const { events } = await client.request("app/events", {});
      assert.deepEqual(
        events.filter(({ code }) => code === "internals"),
        [],
      );
    });
  }

  it("restart: every old worker is gone before the first new one starts", async () => {
    const { client, port, write } = await scene.run({ fixture: "plain" });
    const old = client.snapshot.workers.map(({ pid }) => pid);
    const overlaps: unknown[] = [];
    client.onDidSnapshot(({ workers }) => {
      const generations = new Set(workers.map(({ generation }) => generation));
      if (generations.size > 1) {
        overlaps.push(workers);
      }
    });
    write("version.txt", "2");
    const report = await client.request("app/renew", { kind: "restart" });
    assertOutcome(report, "completed");
    assert.deepEqual(overlaps, []);
    assert.deepEqual(old.filter(isAlive), []);
    assert.equal((await askFixture({ port })).version, "2");
  });

  it("reload of one worker: only its slot gets a new one, within the generation", async () => {
    const { client, port } = await scene.run({ fixture: "plain" });
    const [first, second] = client.snapshot.workers;
    assert.ok(first !== undefined && second !== undefined);
    const strict = await scene.ask({ target: { port }, connections: 10 });
    await strict.untilAnswers("1", 50);
    const report = await client.request("app/renew", { kind: "reload", worker: second.id });
    assertOutcome(report, "completed");
    const { workers } = await until(client, "two workers are left", (snapshot) => snapshot.workers.length === 2);
    assert.equal(workers[0]?.pid, first.pid);
    assert.notEqual(workers[1]?.pid, second.pid);
    assert.deepEqual(
      workers.map(({ slot, generation }) => [slot, generation]),
      [
        [1, 1],
        [2, 1],
      ],
    );
    await strict.untilAnswers("1", 50);
    assertUnnoticed(await strict.stop());
  });
});

describeOn([usualNode()], "what a renewal needs", (scene) => {
  it("lets a request of 1 s be answered by the worker that has it", async () => {
    const { client, port, write } = await scene.run({ fixture: "plain" });
    const slow = await scene.ask({ target: { port }, connections: 10, path: "/slow/1000" });
    write("version.txt", "2");
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "completed");
    await slow.untilAnswers("2", 10);
    const counts = await slow.stop();
    assertUnnoticed(counts);
    assert.ok((counts.answers["1"] ?? 0) >= 10, JSON.stringify(counts));
  });

  it("refuses a worker that is not there", async () => {
    const { client } = await scene.run({ fixture: "plain" });
    await assert.rejects(client.request("app/renew", { kind: "reload", worker: 99 }), { code: "workerNotFound" });
  });

  it("moves the app to the port that its next build listens on, if that is what it is told", async () => {
    const { client, port, recipe, write } = await scene.run({ fixture: "movable" });
    const next = port + 1;
    write("version.txt", String(next));
    // Its environment names the old one still: that may be a look for a free port, which nobody else has seen.
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "rolledBack");
    const told = { ...recipe, env: { ...recipe.env, PORT: String(next) } };
    assertOutcome(await client.request("app/renew", { kind: "reload", recipe: told }), "completed");
    const moved = [`http://127.0.0.1:${next}`];
    await until(client, "only the new port is listened on", ({ app }) => app.addresses.join() === moved.join());
    assert.equal((await askFixture({ port: next })).version, String(next));
    await assert.rejects(askFixture({ port }), /ECONNREFUSED/);
  });

  it("tells all clients of the report, and keeps it", async () => {
    const { client, connect } = await scene.run({ fixture: "plain" });
    const other = await connect();
    const told = new Promise<unknown>((resolve) => other.onDidReport(resolve));
    const report = await client.request("app/renew", { kind: "reload" });
    assert.deepEqual(await told, report);
    assert.deepEqual(await other.request("app/reports", {}), { reports: [report] });
  });
});
