import assert from "node:assert/strict";
import { assertHonest } from "../../support/process/honesty.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { get, openRawClient } from "../../support/process/rawClient.ts";
import { openStage, type Stage } from "../../support/process/stage.ts";
import { startStrictClient } from "../../support/process/strictClient.ts";
import { startApp } from "../../support/process/testApp.ts";
import { until, untilRunning } from "../../support/process/until.ts";

const clientCount = 20;

describe("Handoff to a worker that dies", () => {
  let stage: Stage;

  beforeEach(() => {
    stage = openStage();
  });

  afterEach(() => stage.close());

  it("gives every connection that the dead worker had not confirmed to another one", async function () {
    if (process.platform === "win32") {
      // There is neither SIGSTOP nor a handoff.
      this.skip();
    }
    const app = await startApp(stage, {
      fixture: "protocols",
      node: usualNode(),
      config: { workers: 2, minReady: 400 },
    });
    await untilRunning(app.client);
    const clients = await Promise.all(Array.from({ length: clientCount }, () => openRawClient(app.port)));
    for (const client of clients) {
      client.send(get("/"));
      await client.received(/generation 1 /);
    }
    const strict = await startStrictClient({
      target: { port: app.port },
      connections: 6,
      thinkMs: 5,
      read: ({ body }) => /generation (\d+) received 0 /.exec(body)?.[1] ?? assert.fail(body),
    });
    stage.onClose(async () => void (await strict.stop()));
    const reload = app.client.request("app/renew", { kind: "reload" });
    const proving = await until(
      app.client,
      "both new workers are ready",
      ({ workers }) => workers.filter((worker) => worker.generation === 2 && worker.state === "ready").length === 2,
    );
    const victim = proving.workers.find(({ generation }) => generation === 2);
    assert.ok(victim);
    // Stopped, it can take what it is sent into its hands but not confirm it.
    signal(victim.pid, "SIGSTOP");
    await until(app.client, "old workers drain", ({ workers }) => workers.some(({ state }) => state === "draining"));
    await until(app.client, "old workers are gone", ({ workers }) =>
      workers.every(({ generation }) => generation === 2),
    );
    signal(victim.pid, "SIGKILL");
    const report = await reload;
    assert.equal(report.outcome, "completed");
    const { failed, failures } = await strict.stop();
    assertHonest(report, failed);
    assert.deepEqual(failures, []);
    for (const client of clients) {
      client.send(get("/"));
      await client.received(/generation \d+ /, 2);
      assert.equal(client.closed, false);
      client.end();
    }
  });
});
