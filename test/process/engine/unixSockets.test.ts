import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { poll, until } from "../../support/process/until.ts";

/** Asks over a new connection each time, so that every gap of the file is seen. */
function askOn(path: string): { stop(): Promise<{ asked: number; failures: string[] }> } {
  let stopping = false;
  let asked = 0;
  const failures: string[] = [];
  const loop = async (): Promise<void> => {
    while (!stopping) {
      asked += 1;
      await askFixture({ path }).catch((error: unknown) => {
        failures.push(String(error));
        return new Promise((resolve) => setTimeout(resolve, 1));
      });
    }
  };
  const running = Promise.all([loop(), loop(), loop()]);
  return {
    async stop() {
      stopping = true;
      await running;
      return { asked, failures };
    },
  };
}

const leftIn = (folder: string): string[] => readdirSync(folder).filter((name) => /^(app$|\.hitless-)/.test(name));

describeOn(testedNodes(), "an app on a Unix socket", (scene) => {
  const all = ["before", "ahead", "ends"].flatMap((removes) => [
    [removes, "roundRobin"] as const,
    [removes, "shared"] as const,
  ]);
  const some = [
    ["before", "roundRobin"],
    ["ends", "shared"],
  ] as const;
  for (const [removes, scheduling] of scene.node === usualNode() ? all : some) {
    it(`that removes its file (${removes}, ${scheduling}): can be reached through start and reloads`, async () => {
      const folder = scene.stage.runtimeFolder;
      const path = join(folder, "app");
      const { client, write, end } = await scene.run({
        fixture: "unixSocket",
        config: { scheduling, env: { SOCKET: path, REMOVES: removes } },
      });
      const strict = await scene.ask({ target: { path }, connections: 3 });
      const fresh = askOn(path);
      let gaps = 0;
      for (const version of ["2", "3"]) {
        write("version.txt", version);
        const report = await client.request("app/renew", { kind: "reload" });
        assertOutcome(report, "completed");
        assert.equal((await askFixture({ path })).version, version);
        assert.equal(droppedNothing(report), report.unserved === undefined);
        gaps += report.unserved ?? 0;
      }
      const { asked, failures } = await fresh.stop();
      assert.ok(asked > failures.length);
      // Nobody is refused but in a moment that the report tells of.
      assert.ok(gaps > 0 || failures.length === 0, failures.join("\n"));
      assert.ok(
        failures.every((failure) => failure.includes("ENOENT")),
        failures.join("\n"),
      );
      assertUnnoticed(await strict.stop());
      await end();
      assert.deepEqual(leftIn(folder), []);
    });
  }

  it("that leaves its file alone: is reached by everybody", async () => {
    const path = join(scene.stage.runtimeFolder, "app");
    const { client } = await scene.run({ fixture: "unixSocket", config: { env: { SOCKET: path } } });
    const fresh = askOn(path);
    // Several: a new connection must meet a worker in the moment in which that ends.
    for (let reloads = 0; reloads < 6; reloads += 1) {
      const report = await client.request("app/renew", { kind: "reload" });
      assertOutcome(report, "completed");
      assert.equal(droppedNothing(report), true);
    }
    assert.deepEqual((await fresh.stop()).failures, []);
  });
});

describeOn([usualNode()], "the file of a Unix socket", (scene) => {
  it("that is renamed into its place when it listens: is not taken for removed", async () => {
    const path = join(scene.stage.runtimeFolder, "app");
    const { client } = await scene.run({
      fixture: "unixSocket",
      config: { env: { SOCKET: path, REMOVES: "renames" } },
    });
    const fresh = askOn(path);
    const report = await client.request("app/renew", { kind: "reload" });
    const { asked, failures } = await fresh.stop();
    assertOutcome(report, "completed");
    assert.deepEqual(failures, []);
    assert.ok(asked > 0);
    assert.deepEqual([report.unserved, report.notes, droppedNothing(report)], [undefined, undefined, true]);
  });

  (process.platform === "linux" ? it : it.skip)("without a file (abstract): is reached through reloads", async () => {
    const path = `\0hitless-${scene.stage.id}`;
    const { client } = await scene.run({ fixture: "unixSocket", config: { env: { ABSTRACT: path.slice(1) } } });
    const strict = await scene.ask({ target: { path }, connections: 3 });
    for (const kind of ["reload", "gracefulReload"] as const) {
      const report = await client.request("app/renew", { kind });
      assertOutcome(report, "completed");
      assert.equal(droppedNothing(report), true);
      assert.ok((report.traffic?.handedOver ?? 0) > 0);
    }
    assertUnnoticed(await strict.stop());
  });

  it("that was left over by a killed app does not keep the next one from starting", async () => {
    const path = join(scene.stage.runtimeFolder, "app");
    // As an app names it that looks from its own folder, which the supervisor is not in.
    const config = { env: { SOCKET: relative(join(scene.stage.folder, "again"), path) } };
    const first = await scene.run({ fixture: "unixSocket", config });
    for (const pid of [first.endpoint.pid, ...first.pids]) {
      signal(pid, "SIGKILL");
    }
    first.killSupervisor();
    await poll("all are gone", () => [...first.pids].every((pid) => !isAlive(pid)));
    assert.equal(existsSync(path), true);
    const { client } = await scene.run({ fixture: "unixSocket", folderName: "again", config });
    assert.equal((await askFixture({ path })).version, "1");
    const { events } = await client.request("app/events", {});
    assert.ok(
      events.some(({ code }) => code === "staleSocket"),
      JSON.stringify(events),
    );
    await poll("what it kept is removed", () => leftIn(scene.stage.runtimeFolder).length === 2);
  });

  it("that belongs to somebody else is left alone, and said to be in use", async () => {
    const path = join(scene.stage.runtimeFolder, "app");
    const server = createServer().listen(path);
    scene.stage.onClose(() => new Promise<void>((resolve) => server.close(() => resolve())));
    await once(server, "listening");
    const { client } = await scene.start({ fixture: "unixSocket", config: { env: { SOCKET: path } } });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.failure?.code, "portInUse");
    assert.match(app.failure?.message ?? "", new RegExp(`${path} is in use by another program`));
    assert.equal(server.listening, true);
  });
});
