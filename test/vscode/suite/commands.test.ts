import assert from "node:assert/strict";
import { commands, extensions, tasks, workspace } from "vscode";
import { commandIds } from "../../../src/extension/ids.ts";
import { isAlive } from "../../support/process/processes.ts";
import { poll } from "../../support/process/until.ts";
import { openSampleApp, type SampleApp } from "../../support/sampleApp.ts";
import { onlySupervisor } from "../../support/supervisors.ts";

const runtimeFolder = process.env.HITLESS_RUNTIME_DIR ?? "";
const appsFolder = process.env.HITLESS_TEST_APPS ?? "";

describe("the extension in VS Code", () => {
  const api = openSampleApp(appsFolder, "api");
  const site = openSampleApp(appsFolder, "site");

  it("is activated by a folder with a package.json", async () => {
    const extension = extensions.getExtension("hitless.hitless");
    assert.ok(extension, "VS Code does not know the extension");
    await poll("the extension is active", () => extension.isActive);
  });

  it("registers every command", async () => {
    const known = new Set(await commands.getCommands(true));
    assert.deepEqual(
      Object.values(commandIds).filter((id) => !known.has(id)),
      [],
    );
  });

  it("sees a workspace of two folders", () => {
    assert.deepEqual(
      workspace.workspaceFolders?.map(({ name }) => name),
      ["api", "site"],
    );
  });

  it("starts one app of them, and a command ends when it serves", async () => {
    await commands.executeCommand(commandIds.start, { app: "api" });
    assert.equal((await api.ask()).generation, "1");
    await assert.rejects(site.ask(), /ECONNREFUSED/);
  });

  it("reloads it with new code while a client keeps asking", async () => {
    api.write("version.txt", "2\n");
    const asking = askUntilStopped(api);
    const report = await commands.executeCommand(commandIds.reload, { app: "api" });
    const { failures, versions } = await asking.stop();
    assertOutcome(report, "completed");
    assert.deepEqual(failures, []);
    assert.deepEqual([...versions], ["1", "2"]);
    assert.deepEqual([(await api.ask()).version, (await api.ask()).generation], ["2", "2"]);
  });

  it("keeps the old code when the new does not start", async () => {
    const good = api.read("server.js");
    api.write("server.js", "throw new Error('broken build');\n");
    try {
      // Not awaited: with it comes a message with buttons, which nobody presses here.
      const report = await commands.executeCommand(commandIds.gracefulReload, { app: "api" });
      assertOutcome(report, "rolledBack");
    } finally {
      api.write("server.js", good);
    }
    assert.equal((await api.ask()).version, "2");
  });

  it("restarts it: the same supervisor, other workers", async () => {
    const before = { supervisor: (await onlySupervisor(runtimeFolder)).pid, worker: (await api.ask()).pid };
    assertOutcome(await commands.executeCommand(commandIds.restart, { app: "api" }), "completed");
    assert.equal((await onlySupervisor(runtimeFolder)).pid, before.supervisor);
    assert.notEqual((await api.ask()).pid, before.worker);
    assert.equal(isAlive(before.worker), false);
  });

  it("scales it", async () => {
    await commands.executeCommand(commandIds.scale, { app: "api" }, 3);
    const workers = new Set<string>();
    await poll("three workers answer", async () => workers.add((await api.ask()).worker).size === 3);
    assert.deepEqual([...workers].sort(), ["1", "2", "3"]);
  });

  it("renews its supervisor while a client keeps asking, and goes there", async function () {
    // On Windows it is refused.
    if (process.platform === "win32") {
      this.skip();
    }
    const before = await onlySupervisor(runtimeFolder);
    const asking = askUntilStopped(api);
    const report = await commands.executeCommand(commandIds.renewSupervisor, { app: "api" }, {});
    const { failures } = await asking.stop();
    assertOutcome(report, "completed");
    assert.deepEqual(failures, []);
    await poll("the old supervisor is gone", () => !isAlive(before.pid));
    assert.notEqual((await onlySupervisor(runtimeFolder)).pid, before.pid);
    // The session has followed: what it asks now is answered by the new one.
    assertOutcome(await commands.executeCommand(commandIds.reload, { app: "api" }), "completed");
  });

  it("runs the second folder's app beside it", async () => {
    await commands.executeCommand(commandIds.start, { app: "site" });
    assert.equal((await site.ask()).worker, "1");
    await commands.executeCommand(commandIds.stop, { app: "site" });
    await assert.rejects(site.ask(), /ECONNREFUSED/);
    assert.equal((await api.ask()).version, "2");
  });

  it("starts an app as a task, which ends with the app", async () => {
    const offered = await tasks.fetchTasks({ type: "hitless" });
    const task = offered.find(({ name }) => name === "start site");
    assert.ok(task?.isBackground, offered.map(({ name }) => name).join());
    const ended = new Promise<void>((resolve) => {
      tasks.onDidEndTask(({ execution }) => execution.task.name === task.name && resolve());
    });
    await tasks.executeTask(task);
    await poll("it serves", async () => (await site.ask().catch(() => undefined))?.worker === "1");
    await commands.executeCommand(commandIds.stop, { app: "site" });
    await ended;
  });

  it("stops it, and its supervisor with it", async () => {
    const { pid } = await onlySupervisor(runtimeFolder);
    await commands.executeCommand(commandIds.stop, { app: "api" });
    await assert.rejects(api.ask(), /ECONNREFUSED/);
    await poll("the supervisor ends", () => !isAlive(pid));
  });
});

function assertOutcome(report: unknown, outcome: string): void {
  assert.ok(typeof report === "object" && report !== null && "outcome" in report, "the command gave no report");
  assert.equal(report.outcome, outcome, JSON.stringify(report));
}

/** One request after the other, each on a connection of its own, until told to stop. */
function askUntilStopped(app: SampleApp): { stop(): Promise<{ failures: unknown[]; versions: Set<string> }> } {
  const failures: unknown[] = [];
  const versions = new Set<string>();
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      try {
        versions.add((await app.ask()).version);
      } catch (error) {
        failures.push(error);
      }
    }
    return { failures, versions };
  })();
  return {
    stop: () => {
      stopped = true;
      return loop;
    },
  };
}
