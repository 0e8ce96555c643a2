import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

describeOn(testedNodes(), "reloads that meet", (scene) => {
  it("requests during a reload become one more", async () => {
    const { client, connect } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const other = await connect();
    const reports = await Promise.all([
      client.request("app/renew", { kind: "reload" }),
      client.request("app/renew", { kind: "reload" }),
      other.request("app/renew", { kind: "reload" }),
      other.request("app/renew", { kind: "gracefulReload" }),
    ]);
    for (const report of reports) {
      assertOutcome(report, "completed");
    }
    // Which client's request comes first is not known.
    assert.deepEqual(reports.map(({ to }) => to).sort(), [2, 3, 3, 3]);
    await until(client, "the app is of generation 3", ({ app }) => app.generation === 3 && app.state === "running");
  });

  it("cancelled while the new generation starts: the old one serves on", async () => {
    // Never ready: the file it waits for does not exist.
    const { client, port, write } = await scene.start({
      fixture: "ready",
      config: { waitReady: true },
      prepare: (folder) => touch(folder, "go-1"),
    });
    await until(client, "the app runs", ({ app }) => app.state === "running");
    const before = client.snapshot.workers.map(({ pid }) => pid);
    const strict = await scene.ask({ target: { port }, connections: 10, thinkMs: 2 });
    write("version.txt", "2");
    const abort = new AbortController();
    const renewed = client.request("app/renew", { kind: "reload" }, { signal: abort.signal });
    await until(client, "the new workers start", ({ workers }) => workers.length === 4);
    abort.abort();
    assertOutcome(await renewed, "cancelled");
    const { workers, app } = await until(
      client,
      "only the old workers are left",
      (state) => state.workers.length === 2 && state.app.state === "running",
    );
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      before,
    );
    assert.equal(app.generation, 1);
    await strict.untilAnswers("1", 20);
    write("go-2", "");
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await strict.untilAnswers("2", 20);
  });
});

describeOn([usualNode()], "cancelling", (scene) => {
  it("by another client ends the renewal for all who wait", async () => {
    const { client, connect, write } = await scene.run({
      fixture: "ready",
      config: { waitReady: true },
      prepare: (folder) => touch(folder, "go-1"),
    });
    write("version.txt", "2");
    const renewed = client.request("app/renew", { kind: "reload" });
    await until(client, "the new workers start", ({ workers }) => workers.length === 4);
    const other = await connect();
    assert.deepEqual(await other.request("app/cancelRenewal", {}), { cancelled: true });
    assertOutcome(await renewed, "cancelled");
    assert.deepEqual(await other.request("app/cancelRenewal", {}), { cancelled: false });
  });

  it("is too late once the old workers drain", async () => {
    const { client, port } = await scene.run({ fixture: "plain" });
    const slow = await scene.ask({ target: { port }, connections: 4, path: "/slow/800" });
    const renewed = client.request("app/renew", { kind: "reload" });
    await until(client, "old workers drain", ({ renewal }) => renewal?.phase === "draining");
    assert.equal(client.snapshot.renewal?.cancellable, false);
    assert.deepEqual(await client.request("app/cancelRenewal", {}), { cancelled: false });
    assertOutcome(await renewed, "completed");
    assertUnnoticed(await slow.stop());
  });

  it("a stop ends the reload that runs", async () => {
    const { client, write } = await scene.run({
      fixture: "ready",
      config: { waitReady: true },
      prepare: (folder) => touch(folder, "go-1"),
    });
    write("version.txt", "2");
    const renewed = client.request("app/renew", { kind: "reload" });
    const queued = client.request("app/renew", { kind: "reload" });
    await until(client, "the new workers start", ({ workers }) => workers.length === 4);
    const [, report, refused] = await Promise.all([
      client.request("app/stop", {}),
      renewed,
      queued.catch((error: { code: string }) => error.code),
    ]);
    assertOutcome(report, "failed");
    assert.match(report.reason ?? "", /stopped/);
    assert.equal(refused, "invalidState");
  });
});

function touch(folder: string, file: string): void {
  writeFileSync(join(folder, file), "");
}
