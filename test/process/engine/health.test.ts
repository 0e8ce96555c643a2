import assert from "node:assert/strict";
import { freePort } from "../../support/process/freePort.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until, untilEvent, untilRunning } from "../../support/process/until.ts";

interface Answer {
  readonly status: number;
  readonly ready: boolean;
  readonly state: string;
  readonly generation: number;
  readonly workers: Readonly<Record<string, number>>;
}

/** `undefined` when nobody answers. */
async function ask({ client }: Pick<TestApp, "client">, path = "/ready"): Promise<Answer | undefined> {
  const { health } = client.snapshot.app;
  assert.ok(health !== undefined, "the snapshot tells where health checks are answered");
  return askAt(health, path);
}

async function askAt(health: string, path = "/ready"): Promise<Answer | undefined> {
  try {
    const response = await fetch(health + path, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
  } catch {
    return undefined;
  }
}

/** Asks again and again until told to end; resolves with all statuses. */
function watch(health: string): { end(): Promise<(number | undefined)[]> } {
  const statuses: (number | undefined)[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      statuses.push((await askAt(health))?.status);
    }
  })();
  return {
    async end() {
      over = true;
      await watching;
      return statuses;
    },
  };
}

describeOn([usualNode()], "health checks", (scene) => {
  it("are answered with the workers by state, on loopback, and the snapshot says where", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0 } });
    assert.match(app.client.snapshot.app.health ?? "", /^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await ask(app);
    assert.deepEqual(
      { status: answer?.status, ready: answer?.ready, state: answer?.state, workers: answer?.workers },
      {
        status: 200,
        ready: true,
        state: "running",
        workers: { wanted: 2, starting: 0, ready: 2, draining: 0, unresponsive: 0 },
      },
    );
    assert.equal((await ask(app, "/live"))?.status, 200);
  });

  it("say not ready before the first worker is, and ready from then on", async () => {
    const app = await scene.start({ fixture: "ready", config: { health: 0, waitReady: true, workers: 1 } });
    const early = await ask(app);
    assert.deepEqual([early?.status, early?.ready, early?.state], [503, false, "starting"]);
    assert.equal((await ask(app, "/live"))?.status, 200);
    app.write("go-1", "");
    await untilRunning(app.client);
    assert.equal((await ask(app))?.status, 200);
  });

  it("stay ready through a reload and a failed one, and are not ready in the gap of a restart", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0 } });
    const health = app.client.snapshot.app.health ?? "";
    const reloading = watch(health);
    assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "completed");
    const good = app.read("server.js");
    app.write("server.js", "throw new Error('no such thing');");
    assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "rolledBack");
    app.write("server.js", good);
    assertOutcome(await app.client.request("app/renew", { kind: "gracefulReload" }), "completed");
    assert.deepEqual([...new Set(await reloading.end())], [200]);

    const restarting = watch(health);
    assertOutcome(await app.client.request("app/renew", { kind: "restart" }), "completed");
    const statuses = await restarting.end();
    assert.ok(statuses.includes(503), `not ready in the gap: ${statuses}`);
    assert.ok(!statuses.includes(undefined), "somebody answered all the time");
    assert.equal((await ask(app))?.status, 200);
  });

  it("follow the number of workers and a crash loop", async () => {
    const app = await scene.run({
      fixture: "plain",
      config: { health: 0, workers: 2, maxRestarts: 1, restartDelay: 0 },
    });
    await app.client.request("app/scale", { workers: 3 });
    assert.deepEqual((await ask(app))?.workers, { wanted: 3, starting: 0, ready: 3, draining: 0, unresponsive: 0 });
    await app.client.request("app/scale", { workers: 1 });
    app.write("server.js", "throw new Error('gone');");
    const [worker] = app.client.snapshot.workers;
    const crashed = until(app.client, "it crash-loops", (snapshot) => snapshot.app.state === "crash-looping");
    signal(worker?.pid ?? 0, "SIGKILL");
    await crashed;
    const answer = await ask(app);
    assert.deepEqual([answer?.status, answer?.ready, answer?.state], [503, false, "crash-looping"]);
    assert.equal((await ask(app, "/live"))?.status, 200);
  });

  it("say not ready of an app whose only worker does not respond", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0, workers: 1, unresponsiveAfter: 300 } });
    void fetch(`http://127.0.0.1:${app.port}/block/3000`).catch(() => undefined);
    await poll("it is not ready", async () => (await ask(app))?.status === 503);
    assert.equal((await ask(app))?.workers.unresponsive, 1);
    await poll("it is ready again", async () => (await ask(app))?.status === 200);
  });

  it("are not ready from the beginning of a stop, and all are served for shutdownDelay", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0, shutdownDelay: 1_500 } });
    const health = app.client.snapshot.app.health ?? "";
    const strict = await scene.ask({ target: { port: app.port }, connections: 4 });
    await strict.untilAnswers("1", 20);
    const stopping = untilEvent(app.client, "stopping");
    const stopped = app.client.request("app/stop", {});
    assert.match((await stopping).message, /it serves on for 1500 ms \(shutdownDelay\)$/);
    const answer = await askAt(health);
    assert.deepEqual([answer?.status, answer?.state, answer?.workers.ready], [503, "stopping", 2]);
    assert.equal((await askAt(health, "/live"))?.status, 200);
    await assert.rejects(app.client.request("app/renew", { kind: "reload" }), /is still stopping/);
    await assert.rejects(app.client.request("app/start", {}), /is still stopping/);
    // Whoever comes now, with a connection of its own, is served as before.
    assert.equal((await fetch(`http://127.0.0.1:${app.port}/`)).status, 200);
    await strict.untilAnswers("1", 20);
    assertUnnoticed(await strict.stop());
    assert.equal((await stopped).killed, 0);
    await poll("nobody answers any more", async () => (await askAt(health)) === undefined);
  });

  it("don't hold up a stop at once, also when the delay has begun", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0, shutdownDelay: 600_000 } });
    const first = app.client.request("app/stop", {});
    await until(app.client, "it is stopping", (snapshot) => snapshot.app.state === "stopping");
    await app.client.request("app/stop", { now: true });
    await first;
  });

  it("replace a worker that dies in the delay, since clients still come", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0, shutdownDelay: 600_000, restartDelay: 0 } });
    const [worker] = app.client.snapshot.workers;
    void app.client.request("app/stop", {}).catch(() => undefined);
    await until(app.client, "it is stopping", (snapshot) => snapshot.app.state === "stopping");
    signal(worker?.pid ?? 0, "SIGKILL");
    await until(
      app.client,
      "another serves in its place",
      ({ workers }) => workers.filter(({ state, pid }) => state === "ready" && pid !== worker?.pid).length === 2,
    );
    assert.equal((await ask(app))?.status, 503);
  });

  it("move with a reload, back with the next, and say why when they can't", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: await freePort() } });
    const old = app.client.snapshot.app.health ?? "";
    const port = await freePort();
    const moved = { ...app.recipe, health: port };
    assertOutcome(await app.client.request("app/renew", { kind: "reload", recipe: moved }), "completed");
    assert.equal(app.client.snapshot.app.health, `http://127.0.0.1:${port}`);
    assert.equal((await ask(app))?.status, 200);
    assert.equal(await askAt(old), undefined);

    assertOutcome(await app.client.request("app/renew", { kind: "reload", recipe: app.recipe }), "completed");
    assert.equal(app.client.snapshot.app.health, old);
    assert.equal((await ask(app))?.status, 200);

    const taken = { ...app.recipe, health: app.port };
    const report = await app.client.request("app/renew", { kind: "reload", recipe: taken });
    assertOutcome(report, "completed");
    assert.deepEqual(report.notes, [
      "Settings changed: health.",
      `Health checks stay at ${old}: health: 127.0.0.1:${app.port} is in use. Choose another port, or stop what listens there.`,
    ]);
    assert.equal((await ask(app))?.status, 200);
  });

  it("of two apps are apart; the second is refused by name where the port is taken", async () => {
    const health = await freePort();
    const one = await scene.run({ fixture: "plain", config: { health, workers: 1 } });
    await assert.rejects(
      scene.start({ fixture: "plain", folderName: "second", config: { health, workers: 1, name: "second" } }),
      new RegExp(`health: 127\\.0\\.0\\.1:${health} is in use\\. Choose another port`),
    );
    const two = await scene.run({
      fixture: "plain",
      folderName: "third",
      config: { health: 0, workers: 1, name: "third" },
    });
    void one.client.request("app/stop", {});
    await poll("the first is gone", async () => (await ask(one)) === undefined);
    assert.equal((await ask(two))?.status, 200);
    // The port is free as soon as the app has stopped.
    const three = await scene.run({
      fixture: "plain",
      folderName: "fourth",
      config: { health, workers: 1, name: "4" },
    });
    assert.equal((await ask(three))?.status, 200);
  });

  it("name themselves when the app wants their port", async () => {
    const port = await freePort();
    const app = await scene.start({ fixture: "plain", config: { health: port, env: { PORT: String(port) } } });
    const { app: failed } = await until(app.client, "it has failed", (snapshot) => snapshot.app.failure !== undefined);
    assert.match(failed.failure?.message ?? "", /is where Hitless answers health checks \(health\)\. Give the app/);
  });
});
