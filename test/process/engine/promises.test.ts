import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppState } from "../../../src/shared/snapshot.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

describeOn([usualNode()], "what a client is told", (scene) => {
  it("an answer comes after the snapshot that shows what it tells of", async () => {
    const { client } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const seen = (): unknown => {
      const { app, workers, renewal } = client.snapshot;
      return [app.state, app.generation, workers.map(({ state }) => state).join(), renewal?.kind];
    };
    await client.request("app/scale", { workers: 2 });
    assert.deepEqual(seen(), ["running", 1, "ready,ready", undefined]);
    await client.request("app/renew", { kind: "reload" });
    assert.deepEqual(seen(), ["running", 2, "ready,ready", undefined]);
    await client.request("app/renew", { kind: "restart" });
    assert.deepEqual(seen(), ["running", 3, "ready,ready", undefined]);
    await client.request("app/stop", {});
    assert.deepEqual(seen(), ["stopped", 3, "", undefined]);
  });

  it("an app that grows is not degraded while its new workers boot, and is when one of the old dies", async () => {
    const { client, write } = await scene.run({ fixture: "ready", config: { workers: 1, waitReady: true }, prepare });
    const states: AppState[] = [];
    client.onDidSnapshot(({ app }) => states.push(app.state));
    write("version.txt", "2");
    const scaled = client.request("app/scale", { workers: 2 });
    const { app } = await until(client, "the second boots", ({ workers }) => workers.length === 2);
    assert.equal(app.state, "starting");
    write("go-2", "");
    await scaled;
    assert.deepEqual([...new Set(states)], ["starting", "running"]);
    write("version.txt", "3");
    signal(client.snapshot.workers[0]?.pid ?? 0, "SIGKILL");
    await until(client, "the app is degraded", (snapshot) => snapshot.app.state === "degraded");
    write("go-3", "");
    await until(client, "the app runs", (snapshot) => snapshot.app.state === "running");
  });

  it("refuses one worker with a recipe of its own by the name of the field", async () => {
    const { client, recipe } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const worker = client.snapshot.workers[0]?.id ?? 0;
    await assert.rejects(client.request("app/renew", { kind: "reload", worker, recipe }), {
      code: "badConfig",
      message: /^recipe: .*leave out either worker or recipe/,
    });
  });
});

describeOn([usualNode()], "the restart budget", (scene) => {
  it("outlasts the death of all workers at once, though they are more than maxRestarts", async () => {
    const { client } = await scene.run({ fixture: "plain", config: { workers: 4, maxRestarts: 2 } });
    const before = client.snapshot.workers.map(({ pid }) => pid);
    for (const pid of before) {
      signal(pid, "SIGKILL");
    }
    const { workers } = await until(
      client,
      "each has a successor",
      ({ app, workers: now }) => app.state === "running" && now.every(({ pid }) => !before.includes(pid)),
    );
    assert.deepEqual(
      workers.map(({ slot, restarts }) => [slot, restarts]),
      [1, 2, 3, 4].map((slot) => [slot, 1]),
    );
  });

  it("is that of the recipe the app was last reloaded with", async () => {
    const { client, recipe } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    assertOutcome(
      await client.request("app/renew", { kind: "reload", recipe: { ...recipe, maxRestarts: 0 } }),
      "completed",
    );
    signal(client.snapshot.workers[0]?.pid ?? 0, "SIGKILL");
    await until(client, "the app is given up", ({ app }) => app.state === "crash-looping");
  });

  it("spent for one slot: a start fills it in the generation of the others", async () => {
    const { client, write, read } = await scene.run({ fixture: "plain", config: { workers: 2, maxRestarts: 1 } });
    const good = read("server.js");
    const [first, second] = client.snapshot.workers;
    write("server.js", "throw new Error('no seat');");
    signal(second?.pid ?? 0, "SIGKILL");
    await until(client, "the app crash-loops", ({ app }) => app.state === "crash-looping");
    write("server.js", good);
    await client.request("app/start", {});
    const { app, workers } = await until(client, "the app runs", (snapshot) => snapshot.app.state === "running");
    assert.equal(app.generation, 1);
    assert.equal(workers[0]?.pid, first?.pid);
    assert.deepEqual(
      workers.map(({ generation }) => generation),
      [1, 1],
    );
  });
});

function prepare(folder: string): void {
  writeFileSync(join(folder, "go-1"), "");
}
