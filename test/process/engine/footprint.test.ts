import assert from "node:assert/strict";
import { join } from "node:path";
import { freePort } from "../../support/process/freePort.ts";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { until } from "../../support/process/until.ts";

describeOn(testedNodes(), "what an app sees of Hitless in its process", (scene) => {
  async function ask(port: number, path: string): Promise<Record<string, unknown>> {
    const connection = await openConnection({ port });
    const { body } = await connection.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    return JSON.parse(body) as Record<string, unknown>;
  }

  it("its async hooks see no more than the tick in which Node tells of a heartbeat", async () => {
    const { port } = await scene.run({ fixture: "footprint", config: { workers: 1, unresponsiveAfter: 1_500 } });
    // Two heartbeats, which come every 500 ms.
    const { seen } = await ask(port, "/watch/1200");
    assert.deepEqual(
      (seen as string[]).filter((type) => type !== "TickObject"),
      [],
    );
  });

  for (const scheduling of ["roundRobin", "shared"] as const) {
    it(`its servers are met by nobody but clients, though it was looked whether these can connect (${scheduling})`, async () => {
      const more = [await freePort(), ...(process.platform === "win32" ? [] : ["./more.sock"])];
      const app = await scene.run({
        fixture: "footprint",
        config: { workers: 1, scheduling, env: { MORE: more.join(" ") } },
      });
      const { addresses } = await until(app.client, "it listens everywhere", (snapshot) => {
        return snapshot.app.addresses.length === more.length + 1;
      }).then(({ app }) => app);
      assert.ok(
        process.platform === "win32" || addresses.includes(`unix:${join(app.folder, "more.sock")}`),
        addresses.join(),
      );
      assert.equal((await ask(app.port, "/seen")).connections, 1);
      assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "completed");
      assert.equal((await ask(app.port, "/seen")).connections, 1);
    });
  }

  it("its threads have no flag of ours", async () => {
    const { port } = await scene.run({ fixture: "footprint", config: { workers: 1, nodeArgs: ["--no-warnings"] } });
    const { flags, own } = await ask(port, "/thread");
    assert.deepEqual({ flags, own }, { flags: ["--no-warnings"], own: ["--no-warnings"] });
  });

  it("a reload and the layers go by clocks and timers that the app has not replaced", async () => {
    const app = await scene.run({ fixture: "footprint", config: { workers: 2 } });
    const client = await scene.ask({ target: { port: app.port }, connections: 6 });
    app.write("version.txt", "2");
    const report = await app.client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "completed");
    assert.equal(report.killed, 0);
    await client.untilAnswers("2", 20);
    const { startedAt, ticks } = await app.client.request("layers/sample", { seconds: 1 });
    assert.ok(ticks > 0 && startedAt > 0, `${ticks} ticks from ${startedAt}`);
    assertUnnoticed(await client.stop());
  });
});
