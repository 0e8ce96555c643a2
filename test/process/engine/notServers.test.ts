import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppConfig } from "../../../src/shared/appConfig.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until } from "../../support/process/until.ts";

const queue = (config: AppConfig = {}) => ({
  fixture: "queue",
  config: { entry: "worker.js", server: false, workers: 1, ...config },
});

/** What became of the workers, such as `leads 1 1`: what, of which version, in which slot. */
const journal = (app: TestApp) => app.read("journal.txt").trim().split("\n");

const untilJournal = (app: TestApp, what: string, line: string) =>
  poll(what, () => existsSync(join(app.folder, "journal.txt")) && journal(app).includes(line));

describeOn(testedNodes(), "an app that is no server", (scene) => {
  it("is ready when it has stayed up, and is renewed with the new worker first", async () => {
    const app = await scene.run(queue({ workers: 2 }));
    const { workers, app: state } = app.client.snapshot;
    assert.deepEqual(state.addresses, []);
    for (const { startedAt, readyAt = 0 } of workers) {
      assert.ok(readyAt - startedAt >= 1_000, `it was ready after ${readyAt - startedAt} ms`);
    }
    assert.deepEqual(journal(app).sort(), ["follows 1 2", "leads 1 1"]);
    app.write("version.txt", "2");
    assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "completed");
    const lines = journal(app);
    assert.ok(lines.indexOf("leads 2 1") < lines.indexOf("SIGTERM 1 1"), lines.join("\n"));
    assert.equal(lines.includes("follows 1 1"), true, "the old leader was told that it leads no more");
    app.write("version.txt", "broken");
    const report = await app.client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    assert.match(report.reason ?? "", /this build is broken/);
    await poll("the old one leads again", () => journal(app).filter((line) => line === "leads 2 1").length === 2);
  });
});

describeOn([usualNode()], "an app that can't run twice", (scene) => {
  it("is renewed with stopFirst, and started again as it was if the new build fails", async () => {
    const app = await scene.run(queue({ renewal: "stopFirst", env: { LOCK: "1" } }));
    app.write("version.txt", "2");
    assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "completed");
    assert.deepEqual(journal(app).slice(0, 4), ["leads 1 1", "follows 1 1", "SIGTERM 1 1", "leads 2 1"]);
    app.write("version.txt", "broken");
    const report = await app.client.request("app/renew", { kind: "reload" });
    // What it is started from is what has failed.
    assertOutcome(report, "failed");
    assert.equal(report.stoppedFirst, true);
    assert.match(report.reason ?? "", /\. Generation 2 did not start again either: .+\. No worker runs now: mend /);
    app.write("version.txt", "2");
    const { app: state } = await until(app.client, "it runs again", ({ workers }) =>
      workers.some(({ state, generation }) => state === "ready" && generation === 2),
    );
    assert.equal(state.generation, 2);
  });

  it("is told so where its renewal starts the new worker first", async () => {
    const app = await scene.run(queue({ env: { LOCK: "1" } }));
    const report = await app.client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "rolledBack");
    assert.match(report.reason ?? "", /EEXIST.* set renewal to "stopFirst"/);
  });

  it("loses no request where other workers serve, and says that clients were refused where none does", async () => {
    const config: AppConfig = { renewal: "stopFirst", workers: 2 };
    const { client, port, write } = await scene.run({ fixture: "plain", config });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    write("version.txt", "2");
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await strict.untilAnswers("2", 20);
    assertUnnoticed(await strict.stop());
    await client.request("app/scale", { workers: 1 });
    await until(client, "one is left", ({ workers }) => workers.length === 1);
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "completed");
    assert.deepEqual(
      [report.unserved, report.notes],
      [1, ["Clients were refused while no worker was ready, since renewal is stopFirst."]],
    );
  });
});

describeOn([usualNode()], "an app that is not started again", (scene) => {
  it("is done when its worker ends with code 0, though it was ready", async () => {
    const app = await scene.run(queue({ autorestart: false }));
    app.write("exit", "0");
    const { app: state } = await until(app.client, "it has ended", (snapshot) => snapshot.app.state === "stopped");
    assert.deepEqual([state.finished, state.failure], [true, undefined]);
  });

  it("has failed when it ends with another, and the others work on until then", async () => {
    const app = await scene.run(queue({ autorestart: false, workers: 2 }));
    app.write("exit", "3");
    const { workers } = await until(app.client, "one has ended", (snapshot) => snapshot.app.state === "crash-looping");
    assert.equal(workers.length, 1);
    app.write("exit", "4");
    const { app: state } = await until(app.client, "both have ended", (snapshot) => snapshot.app.state === "stopped");
    assert.deepEqual([state.finished, state.failure?.exitCode], [false, 4]);
  });

  onPosix("is told to end by the signal of its settings", async () => {
    const app = await scene.run(queue({ stopSignal: "SIGINT", killTimeout: 60_000 }));
    await untilJournal(app, "it runs", "leads 1 1");
    assert.deepEqual(await app.client.request("app/stop", {}), { killed: 0 });
    assert.equal(journal(app).at(-1), "SIGINT 1 1");
  });
});

describeOn([usualNode()], "an app with a schedule", (scene) => {
  it("is reloaded when it is time, and says so", async () => {
    const { client, recipe, reports } = await scene.run({
      fixture: "plain",
      config: { workers: 1, schedule: "* * * * * *" },
    });
    await poll("it was reloaded", () => reports.length > 0);
    assert.deepEqual([reports[0]?.kind, reports[0]?.notes], ["reload", ["By schedule (* * * * * *)."]]);
    const wrong = { ...recipe, schedule: "0 0 30 2 *" };
    await assert.rejects(client.request("app/renew", { kind: "reload", recipe: wrong }), /schedule: .* never comes/);
    const { events } = await client.request("app/events", {});
    assert.ok(events.some(({ message }) => message.startsWith("the next reload by schedule (* * * * * *): 20")));
  });

  it("is started again when it is time and it has ended by itself, as long as it is not stopped", async () => {
    const app = await scene.start({
      fixture: "plain",
      config: { entry: "job.cjs", workers: 1, server: false, autorestart: false, schedule: "* * * * * *" },
      detached: true,
      graceMs: 1,
      prepare: (folder) =>
        writeFileSync(join(folder, "job.cjs"), 'require("node:fs").appendFileSync("runs.txt", "x");'),
    });
    await poll("it ran again", () => existsSync(join(app.folder, "runs.txt")) && app.read("runs.txt").length >= 3);
    assert.equal(app.client.snapshot.app.schedule, "* * * * * *");
    await app.client.request("app/stop", {});
    await poll("its supervisor has gone", async () => !(await app.client.isThere(1_000)));
  });
});
