import assert from "node:assert/strict";
import { join } from "node:path";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { poll, until } from "../../support/process/until.ts";

describeOn(testedNodes(), "deaths nobody asked for", (scene) => {
  it("a SIGKILLed worker is replaced in its slot", async () => {
    const { client, port } = await scene.run({ fixture: "plain" });
    const victim = client.snapshot.workers[1];
    assert.ok(victim !== undefined);
    signal(victim.pid, "SIGKILL");
    const { workers, app } = await until(client, "the worker is replaced", (snapshot) =>
      snapshot.workers.some(({ slot, id, state }) => slot === 2 && id !== victim.id && state === "ready"),
    );
    const successor = workers.find(({ slot }) => slot === 2);
    assert.equal(successor?.restarts, 1);
    assert.equal(successor?.lastFailure?.code, process.platform === "win32" ? "exited" : "killed");
    assert.equal(successor?.generation, 1);
    assert.equal(app.state, "running");
    assert.equal((await askFixture({ port })).version, "1");
  });

  it("an exception nobody caught is named, with its place in the source", async () => {
    const { client, port, folder } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    await assert.rejects(askFixture({ port }, "/throw"));
    const { workers, app } = await until(client, "the worker is replaced", (snapshot) =>
      snapshot.workers.some(({ restarts, state }) => restarts === 1 && state === "ready"),
    );
    const failure = workers[0]?.lastFailure;
    assert.deepEqual([app.crashes?.count, app.crashes?.slot, app.crashes?.failure], [1, 1, failure]);
    assert.equal(failure?.code, "threw");
    assert.match(failure?.message ?? "", /thrown by the app/);
    assert.ok(failure?.stderr.some((line) => line.includes("thrown by the app")));
    assert.equal(failure?.location?.file, join(folder, "server.js"));
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    assert.equal(client.snapshot.app.crashes, undefined, "a new generation begins anew");
  });

  it("a SIGKILLed supervisor leaves no worker", async () => {
    const { client, killSupervisor, pids, port } = await scene.run({ fixture: "plain", config: { workers: 3 } });
    assert.equal(client.snapshot.workers.length, 3);
    killSupervisor();
    await poll("all workers are gone", () => [...pids].every((pid) => !isAlive(pid)));
    await assert.rejects(askFixture({ port }), /ECONNREFUSED/);
  });

  it("a SIGKILLed supervisor leaves no worker in the middle of a reload", async () => {
    // Long enough that nobody misses the moment in which there are both generations.
    const { client, killSupervisor, pids } = await scene.run({ fixture: "plain", config: { minReady: 5_000 } });
    const reloading = client.request("app/renew", { kind: "reload" }).catch(() => undefined);
    await until(client, "four workers exist", ({ workers }) => workers.length === 4);
    killSupervisor();
    await reloading;
    await poll("all workers are gone", () => [...pids].every((pid) => !isAlive(pid)));
  });

  it("a crash loop ends loudly, with the reason, and the app can be started again", async () => {
    const config = { workers: 1, maxRestarts: 2 };
    const { client, write, port } = await scene.run({ fixture: "crasher", config });
    write("version.txt", "crash");
    const [worker] = client.snapshot.workers;
    assert.ok(worker !== undefined);
    signal(worker.pid, "SIGKILL");
    const { app } = await until(client, "the app crash-loops", (snapshot) => snapshot.app.state === "crash-looping");
    assert.equal(app.failure?.code, "threw");
    assert.match(app.failure?.message ?? "", /this build is broken/);
    assert.ok(app.failure?.stderr.some((line) => line.includes("this build is broken")));
    const { events } = await client.request("app/events", {});
    assert.ok(events.some(({ code, level }) => code === "crashLooping" && level === "error"));
    write("version.txt", "2");
    await client.request("app/start", {});
    await until(client, "the app runs again", (snapshot) => snapshot.app.state === "running");
    assert.equal((await askFixture({ port })).version, "2");
  });
});

describeOn([usualNode()], "what a death costs", (scene) => {
  it("a worker is started again only after restartDelay, twice that for the next crash, as the last reload has it", async () => {
    const { client, recipe } = await scene.run({ fixture: "plain", config: { workers: 1, restartDelay: 1 } });
    const restartDelay = 700;
    await client.request("app/renew", { kind: "reload", recipe: { ...recipe, restartDelay } });
    for (const least of [restartDelay, 2 * restartDelay]) {
      const victim = client.snapshot.workers.find(({ state }) => state === "ready");
      assert.ok(victim !== undefined);
      const killedAt = Date.now();
      signal(victim.pid, "SIGKILL");
      const { workers } = await until(client, "the worker is replaced", (snapshot) =>
        snapshot.workers.some(({ id, state }) => id !== victim.id && state === "ready"),
      );
      const waited = (workers.find(({ id }) => id !== victim.id)?.startedAt ?? 0) - killedAt;
      assert.ok(waited >= least, `it was started after ${waited} ms of ${least}`);
    }
  });

  it("clients of the other workers notice nothing", async () => {
    const { client, port } = await scene.run({ fixture: "plain", config: { workers: 2 } });
    const probe = await askFixture({ port });
    const victim = client.snapshot.workers.find(({ pid }) => pid !== probe.pid);
    assert.ok(victim !== undefined);
    signal(victim.pid, "SIGKILL");
    await until(client, "the worker is replaced", ({ workers }) =>
      workers.some(({ slot, id, state }) => slot === victim.slot && id !== victim.id && state === "ready"),
    );
    const strict = await scene.ask({ target: { port }, connections: 4 });
    await strict.untilAnswers("1", 40);
    assertUnnoticed(await strict.stop());
  });

  it("an old worker that dies while it drains does not fail the reload", async () => {
    const { client, port, write } = await scene.run({ fixture: "plain" });
    await scene.ask({ target: { port }, connections: 4, path: "/slow/3000" });
    write("version.txt", "2");
    const renewed = client.request("app/renew", { kind: "reload" });
    const { workers } = await until(client, "old workers drain", (snapshot) =>
      snapshot.workers.some(({ state }) => state === "draining"),
    );
    for (const { pid, state } of workers) {
      if (state === "draining") {
        signal(pid, "SIGKILL");
      }
    }
    const report = await renewed;
    assertOutcome(report, "completed");
    await until(client, "the app runs", ({ app }) => app.state === "running");
  });

  it("killWorker ends a worker at once and starts its successor", async () => {
    const { client } = await scene.run({ fixture: "plain" });
    const victim = client.snapshot.workers[0];
    assert.ok(victim !== undefined);
    await client.request("app/killWorker", { worker: victim.id });
    await until(client, "it is replaced", ({ workers }) =>
      workers.some(({ slot, id, state }) => slot === 1 && id !== victim.id && state === "ready"),
    );
    assert.equal(isAlive(victim.pid), false);
    await assert.rejects(client.request("app/killWorker", { worker: victim.id }), { code: "workerNotFound" });
  });
});
