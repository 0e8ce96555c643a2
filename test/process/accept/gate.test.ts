import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppConfig } from "../../../src/shared/appConfig.ts";
import { freePort } from "../../support/process/freePort.ts";
import { type Newcomers, startNewcomers } from "../../support/process/newcomers.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { assertOutcome, assertUnnoticed, describeOn, type Scene } from "../../support/process/scene.ts";
import { parseFixtureAnswer } from "../../support/process/strictClient.ts";
import { openConnection, type Target } from "../../support/process/strictConnection.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { until, within } from "../../support/process/until.ts";

/** The fixture answers 503 until the file `go-<version>` is there. */
const letFirstBuildGo = (folder: string): void => writeFileSync(join(folder, "go-1"), "");

/** Clients at each target; every answer is looked at by its version. */
function come(scene: Scene, targets: readonly Target[], versions: Map<string, number>): Newcomers[] {
  return targets.map((target) => {
    const newcomers = startNewcomers({
      target,
      clients: 5,
      thinkMs: 1,
      look: (response) => {
        const { version } = response.status === 200 ? parseFixtureAnswer(response) : { version: "not ready" };
        versions.set(version, (versions.get(version) ?? 0) + 1);
      },
    });
    scene.stage.onClose(async () => void (await newcomers.stop()));
    return newcomers;
  });
}

async function assertAnswered(all: readonly Newcomers[]): Promise<void> {
  for (const newcomers of all) {
    const { failed, refused, failures, statuses } = await newcomers.stop();
    assert.deepEqual({ failed, refused, failures }, { failed: 0, refused: 0, failures: [] });
    assert.deepEqual(Object.keys(statuses), ["200"]);
  }
}

/** Waits until this many workers of generation 2 listen everywhere. */
async function untilTheyListen({ client }: TestApp, workers: number, servers: number): Promise<void> {
  await until(
    client,
    "the new workers listen",
    (snapshot) =>
      snapshot.workers.filter(({ generation, addresses }) => generation === 2 && addresses.length === servers)
        .length === workers,
  );
}

const run = async (scene: Scene, config: AppConfig): Promise<TestApp> =>
  scene.run({ fixture: "ready", config: { workers: 2, ...config }, prepare: letFirstBuildGo });

for (const scheduling of ["roundRobin", "shared"] as const) {
  describeOn(testedNodes(), `before a worker is ready, scheduling ${scheduling}`, (scene) => {
    it("no client meets it, on any port, over IPv6 or a Unix socket", async () => {
      const [second, third] = [await freePort(), await freePort()];
      const path = join(scene.stage.folder, "more.sock");
      const more = [second, `[::1]:${third}`, ...(process.platform === "win32" ? [] : [path])];
      const app = await run(scene, { scheduling, waitReady: true, env: { MORE: more.join(",") } });
      const versions = new Map<string, number>();
      const newcomers = come(
        scene,
        [
          { port: app.port },
          { port: second },
          { port: third, host: "::1" },
          ...(process.platform === "win32" ? [] : [{ path }]),
        ],
        versions,
      );
      app.write("version.txt", "2");
      const reload = app.client.request("app/renew", { kind: "reload" });
      await untilTheyListen(app, 2, more.length + 1);
      for (const each of newcomers) {
        await each.untilAnswers(200, 100);
      }
      assert.deepEqual([...versions.keys()], ["1"]);
      app.write("go-2", "");
      assertOutcome(await reload, "completed");
      for (const each of newcomers) {
        await each.untilAnswers(200, 20);
      }
      await assertAnswered(newcomers);
      assert.ok((versions.get("2") ?? 0) > 0);
    });

    it("clients of a first start wait, and are answered by a worker that is ready", async () => {
      const app = await scene.start({ fixture: "ready", config: { workers: 2, scheduling, waitReady: true } });
      await until(app.client, "a worker listens", ({ workers }) =>
        workers.some(({ addresses }) => addresses.length > 0),
      );
      const connections = await Promise.all(Array.from({ length: 5 }, () => openConnection({ port: app.port })));
      const answers = connections.map((connection) => connection.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      app.write("go-1", "");
      for (const { status } of await within("the answers", Promise.all(answers))) {
        assert.equal(status, 200);
      }
      for (const connection of connections) {
        connection.close();
      }
    });
  });
}

for (const scheduling of ["roundRobin", "shared"] as const) {
  describeOn([usualNode()], `before a worker is well, scheduling ${scheduling}`, (scene) => {
    it("no client ever meets a build whose health check does not pass", async () => {
      const port = await freePort();
      const app = await run(scene, {
        scheduling,
        env: { PORT: String(port) },
        readyUrl: `http://127.0.0.1:${port}/health`,
      });
      const strict = await scene.ask({ target: { port }, connections: 5, thinkMs: 1 });
      const versions = new Map<string, number>();
      const newcomers = come(scene, [{ port }], versions);
      app.write("version.txt", "2");
      const recipe = { ...app.recipe, readyTimeout: 1_500 * patience };
      const report = await app.client.request("app/renew", { kind: "reload", recipe });
      assertOutcome(report, "rolledBack");
      await newcomers[0]?.untilAnswers(200, 20);
      await assertAnswered(newcomers);
      assert.deepEqual([...versions.keys()], ["1"]);
      assertUnnoticed(await strict.stop());
      assert.deepEqual(Object.keys(strict.counts.answers), ["1"]);
    });
  });
}

describeOn([usualNode()], "a canary", (scene) => {
  it("gets its share of new connections while it is watched, and no other new worker does", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 2, canary: true, minReady: 2_000 } });
    const pids = new Set<number>();
    const newcomers = startNewcomers({
      target: { port: app.port },
      clients: 4,
      look: (response) => {
        const { version, pid } = parseFixtureAnswer(response);
        if (version === "2") {
          pids.add(pid);
        }
      },
    });
    scene.stage.onClose(async () => void (await newcomers.stop()));
    app.write("version.txt", "2");
    const reload = app.client.request("app/renew", { kind: "reload" });
    const { workers } = await until(app.client, "the canary is ready", (snapshot) =>
      snapshot.workers.some(({ generation, state }) => generation === 2 && state === "ready"),
    );
    await newcomers.untilAnswers(200, 100);
    assert.deepEqual(
      [...pids],
      workers.filter(({ generation }) => generation === 2).map(({ pid }) => pid),
    );
    assertOutcome(await reload, "completed");
    const { failed, refused } = await newcomers.stop();
    assert.deepEqual({ failed, refused }, { failed: 0, refused: 0 });
  });
});
