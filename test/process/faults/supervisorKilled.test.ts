import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, signal } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll } from "../../support/process/until.ts";

interface Answer {
  readonly pid: number;
  readonly child?: number;
}

async function ask(port: number, path: string): Promise<Answer> {
  const connection = await openConnection({ port });
  try {
    return JSON.parse((await connection.ask(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).body) as Answer;
  } finally {
    connection.close();
  }
}

describeOn(testedNodes(), "a supervisor that is killed", (scene) => {
  for (const [clings, path, what] of [
    ["busy", "/hang", "a worker in a busy loop"],
    ["exit", "/", "a worker that is stuck at its exit"],
    ["listeners", "/remove", "a worker whose app took all listeners away"],
  ] as const) {
    it(`takes along ${what}`, async () => {
      const app = await scene.run({
        fixture: "clingy",
        config: { workers: 2, scheduling: "shared", killTimeout: 300, env: { CLINGS: clings } },
      });
      const { pid } = await ask(app.port, path);
      assert.ok(app.pids.has(pid));
      app.killSupervisor();
      await poll("no worker is left", () => ![...app.pids].some(isAlive));
      // Nor its port: the next one has it at once.
      const next = await scene.run({
        fixture: "clingy",
        folderName: "next",
        config: { env: { CLINGS: "busy", PORT: String(app.port) } },
      });
      assert.ok(next.pids.has((await ask(app.port, "/")).pid));
    });
  }
});

describeOn(process.platform === "linux" ? [usualNode()] : [], "a supervisor that is killed, on Linux", (scene) => {
  it("takes along what its workers started, though that ignores SIGTERM", async () => {
    const app = await scene.run({
      fixture: "clingy",
      config: { workers: 1, killTimeout: 300, env: { CLINGS: "child" } },
    });
    const { child } = await ask(app.port, "/");
    assert.ok(child !== undefined && isAlive(child));
    app.killSupervisor();
    await poll("the child is gone", () => !isAlive(child));
  });

  it("and whose watcher was killed before it: is watched again", async () => {
    const app = await scene.run({
      fixture: "clingy",
      config: { workers: 1, killTimeout: 300, env: { CLINGS: "exit" } },
    });
    const first = watcherOf(app.endpoint.pid);
    assert.ok(first !== undefined);
    signal(first, "SIGKILL");
    await poll("another watches", () => ![undefined, first].includes(watcherOf(app.endpoint.pid)));
    app.killSupervisor();
    await poll("no worker is left", () => ![...app.pids].some(isAlive));
  });

  it("together with its watcher: its workers are ended by the next start", async () => {
    const config = { workers: 1, env: { CLINGS: "exit" } };
    const app = await scene.run({ fixture: "clingy", config });
    const other = await scene.run({ fixture: "plain" });
    signal(watcherOf(app.endpoint.pid) ?? 0, "SIGKILL");
    app.killSupervisor();
    await poll("the supervisor is gone", () => !isAlive(app.endpoint.pid));
    // Nobody looks whether they live on until then: any start on this machine may have ended them.
    await scene.run({ fixture: "clingy", folderName: "next", config });
    await poll("no worker of the killed one is left", () => ![...app.pids].some(isAlive));
    // Nobody else's.
    assert.ok([...other.pids].every(isAlive));
  });

  it("leaves no watcher behind, nor does one that ends by itself", async () => {
    const killed = await scene.run({ fixture: "plain" });
    const stopped = await scene.run({ fixture: "plain", folderName: "stopped" });
    const watchers = [killed, stopped].map(({ endpoint }) => watcherOf(endpoint.pid));
    killed.killSupervisor();
    await stopped.end();
    await poll("both watchers are gone", () => watchers.every((pid) => pid !== undefined && !isAlive(pid)));
  });
});

/** Pid of the process that a supervisor has started to outlive it. */
function watcherOf(supervisor: number): number | undefined {
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, "utf8").split(" ").filter(Boolean);
  return children.map(Number).find((pid) => readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("\0watch\0"));
}
