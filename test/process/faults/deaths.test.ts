import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { until, untilEvent } from "../../support/process/until.ts";

describeOn([usualNode()], "deaths at a bad moment", (scene) => {
  it("an old worker that is killed while it drains does not stop the reload", async () => {
    const { client, port } = await scene.run({ fixture: "plain" });
    const connection = await openConnection({ port });
    // On its way to an old worker before the reload is asked for.
    const slow = connection.ask("GET /slow/10000 HTTP/1.1\r\nHost: x\r\n\r\n").then(
      () => "answered",
      () => "cut",
    );
    const reload = client.request("app/renew", { kind: "reload" });
    const { workers } = await until(client, "the slow request is in flight", (state) =>
      state.workers.some(({ drain }) => (drain?.requests ?? 0) > 0),
    );
    const busy = workers.find(({ drain }) => (drain?.requests ?? 0) > 0);
    assert.ok(busy);
    assert.deepEqual(
      busy.drain?.inFlight?.map(({ method, url }) => ({ method, url })),
      [{ method: "GET", url: "/slow/10000" }],
    );
    signal(busy.pid, "SIGKILL");
    const report = await reload;
    assertOutcome(report, "completed");
    assert.equal(await slow, "cut");
    assert.equal(report.traffic?.failed, 1);
    assert.deepEqual(
      report.cutRequests?.map(({ worker, url }) => ({ worker, url })),
      [{ worker: busy.id, url: "/slow/10000" }],
    );
  });

  it("an old worker that blocks until its drain is cut is not told as if it had had nothing", async () => {
    const { client, port } = await scene.run({ fixture: "plain", config: { workers: 1, drainTimeout: 500 } });
    const connection = await openConnection({ port });
    assert.equal((await connection.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).status, 200);
    const blocked = connection.ask("GET /block/20000 HTTP/1.1\r\nHost: x\r\n\r\n").then(
      () => "answered",
      () => "cut",
    );
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "completed");
    assert.equal(await blocked, "cut");
    assert.equal(report.traffic?.silent, 1);
    assert.equal(droppedNothing(report), false);
  });

  it("an old worker that dies by itself is told, though the reload completes", async () => {
    const { client, write } = await scene.run({
      fixture: "ready",
      config: { workers: 2, waitReady: true },
      prepare: (folder) => writeFileSync(join(folder, "go-1"), ""),
    });
    const [old] = client.snapshot.workers;
    write("version.txt", "2");
    const reload = client.request("app/renew", { kind: "reload" });
    await until(client, "the new ones boot", ({ workers }) => workers.some(({ state }) => state === "starting"));
    signal(old?.pid ?? 0, "SIGKILL");
    await until(client, "it is gone", ({ workers }) => workers.every(({ id }) => id !== old?.id));
    write("go-2", "");
    const report = await reload;
    assertOutcome(report, "completed");
    assert.equal(report.traffic?.crashed, 1);
    assert.equal(droppedNothing(report), false);
  });

  it("a worker that dies just before a reload is told: a client may notice only in it", async () => {
    const { client, port } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const connection = await openConnection({ port });
    assert.equal((await connection.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).status, 200);
    // It does not hear the news yet, as a client far away does not.
    connection.socket.pause();
    const died = untilEvent(client, "workerDied");
    signal(client.snapshot.workers[0]?.pid ?? 0, "SIGKILL");
    await died;
    const renewal = client.request("app/renew", { kind: "reload" });
    const lost = assert.rejects(connection.ask("GET /lost HTTP/1.1\r\nHost: x\r\n\r\n"));
    connection.socket.resume();
    const report = await renewal;
    await lost;
    assertOutcome(report, "completed");
    assert.equal(report.traffic?.afterLoss, true);
    assert.equal(droppedNothing(report), false);
  });

  onPosix("a worker that is stopped is told unresponsive, and replaced if wanted, while others answer", async () => {
    const { client, port } = await scene.run({
      fixture: "plain",
      config: { unresponsiveAfter: 1_000, replaceUnresponsive: true, drainTimeout: 1_000, killTimeout: 500 },
    });
    const [victim] = client.snapshot.workers;
    assert.ok(victim);
    await until(client, "its heartbeat was seen", ({ workers }) => workers.every(({ memory }) => (memory ?? 0) > 0));
    const told = untilEvent(client, "unresponsive");
    signal(victim.pid, "SIGSTOP");
    await told;
    const { workers } = await until(
      client,
      "another worker has its slot",
      (state) => state.app.state === "running" && state.workers.every(({ id }) => id !== victim.id),
    );
    assert.equal(workers.length, 2);
    const strict = await scene.ask({ target: { port }, connections: 5 });
    await strict.untilAnswers("1", 20);
    assertUnnoticed(await strict.stop());
  });

  it("a worker above maxMemory is replaced, and nobody notices", async () => {
    const grow =
      'if (process.env.HITLESS_WORKER === "1") setTimeout(() => { globalThis.ballast = Buffer.alloc(200 << 20, 1); }, 500);';
    const { client, port } = await scene.run({
      fixture: "plain",
      config: { maxMemory: 180 },
      prepare: (folder) => appendFileSync(join(folder, "server.js"), `\n${grow}`),
    });
    const strict = await scene.ask({ target: { port }, connections: 5 });
    const [first] = client.snapshot.workers;
    const { message } = await untilEvent(client, "replacing");
    assert.match(message, /^worker 1 · gen 1 .* MiB .*maxMemory \(180 MiB\)/);
    await until(client, "it is gone", ({ workers }) => workers.every(({ id }) => id !== first?.id));
    assertUnnoticed(await strict.stop());
  });
});
