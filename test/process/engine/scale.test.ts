import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

describeOn([usualNode()], "the number of workers", (scene) => {
  it("goes up and down without a client noticing", async () => {
    const { client, port } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const strict = await scene.ask({ target: { port }, connections: 12 });
    assert.deepEqual(await client.request("app/scale", { workers: 4 }), { from: 1, to: 4 });
    await until(
      client,
      "four are ready",
      ({ workers }) => workers.filter(({ state }) => state === "ready").length === 4,
    );
    await strict.untilAnswers("1", 50);
    const four = client.snapshot.workers;
    assert.deepEqual(await client.request("app/scale", { workers: 2 }), { from: 4, to: 2 });
    const { workers } = await until(client, "two are left", (snapshot) => snapshot.workers.length === 2);
    assert.deepEqual(
      workers.map(({ id }) => id),
      four.slice(0, 2).map(({ id }) => id),
    );
    assert.deepEqual(
      four.slice(2).filter(({ pid }) => isAlive(pid)),
      [],
    );
    await strict.untilAnswers("1", 50);
    assertUnnoticed(await strict.stop());
  });

  it("says when the workers can't be started", async () => {
    const { client, write } = await scene.run({ fixture: "plain", config: { workers: 1, maxRestarts: 1 } });
    write("server.js", "throw new Error('no more seats');");
    await assert.rejects(client.request("app/scale", { workers: 2 }), (error: { code: string; message: string }) => {
      assert.equal(error.code, "invalidState");
      assert.match(error.message, /no more seats/);
      return true;
    });
  });

  it("max is as many as the machine runs in parallel", async () => {
    const { client } = await scene.run({ fixture: "plain", config: { workers: "max" } });
    assert.equal(client.snapshot.workers.length, availableParallelism());
  });

  it("a reload starts no more than `surge` at a time", async () => {
    const { client, port, write } = await scene.run({ fixture: "plain", config: { workers: 4, surge: "50%" } });
    const strict = await scene.ask({ target: { port }, connections: 12 });
    let most = 0;
    let fewestReady = 4;
    client.onDidSnapshot(({ workers }) => {
      most = Math.max(most, workers.length);
      fewestReady = Math.min(fewestReady, workers.filter(({ state }) => state === "ready").length);
    });
    write("version.txt", "2");
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "completed");
    assert.equal(report.workers.length, 4);
    assert.ok(most <= 6, `${most} workers at a time`);
    assert.ok(fewestReady >= 4, `${fewestReady} workers ready at a time`);
    await strict.untilAnswers("2", 50);
    assertUnnoticed(await strict.stop());
  });

  it("a later step that fails leaves the earlier ones done, and says so", async () => {
    const { client, port, write, read } = await scene.run({ fixture: "plain", config: { workers: 2, surge: 1 } });
    const strict = await scene.ask({ target: { port }, connections: 6 });
    const good = read("server.js");
    write("server.js", `if (process.env.HITLESS_WORKER === "2") throw new Error("no seat");\n${good}`);
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "failed");
    assert.match(report.reason ?? "", /no seat.* 1 of 2/s);
    const { workers } = await until(
      client,
      "two are ready",
      (snapshot) => snapshot.workers.length === 2 && snapshot.workers.every(({ state }) => state === "ready"),
    );
    assert.deepEqual(
      workers.map(({ slot, generation }) => [slot, generation]),
      [
        [1, 2],
        [2, 1],
      ],
    );
    assertUnnoticed(await strict.stop());
    write("server.js", good);
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
  });
});
