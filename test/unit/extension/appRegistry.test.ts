import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppDefinition } from "../../../src/extension/apps/appDefinition.ts";
import { AppRegistry } from "../../../src/extension/apps/appRegistry.ts";
import type { SessionHost, SessionMemory } from "../../../src/extension/apps/sessionHost.ts";
import { startLogFeed } from "../../../src/extension/log/logFeed.ts";
import type { LogChunk, SupervisorEvent } from "../../../src/shared/logs.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import { poll } from "../../support/process/until.ts";
import { type Answer, type FakeSupervisor, fakeSupervisor } from "../client/fakeSupervisor.ts";
import { sampleSnapshot } from "../client/samples.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";
import { english } from "./fixtures.ts";

const definition: AppDefinition = {
  key: "/srv/api#api",
  name: "api",
  folder: { name: "api", path: "/srv/api", apps: [], inherited: true },
  base: "/srv/api",
  root: "/srv/api",
  realRoot: "/srv/api",
  config: {},
  entries: [],
  problem: undefined,
};

describe("the apps of a window", () => {
  const opened: { dispose(): void }[] = [];
  const fakes: FakeSupervisor[] = [];
  let runtime: string;
  let events: SupervisorEvent[];

  beforeEach(() => {
    runtime = tempFolder();
    events = [];
  });

  afterEach(async () => {
    for (const item of opened.splice(0)) {
      item.dispose();
    }
    await Promise.all(fakes.splice(0).map((fake) => fake.close()));
    removeTempFolders();
  });

  function registry(
    options: { definitions?: AppDefinition[]; folder?: string; memory?: SessionMemory } = {},
  ): AppRegistry {
    const host: SessionHost = {
      version: "0.1.0",
      supervisorFile: "/nowhere/supervisor.cjs",
      runtimeFolder: () => runtime,
      graceMs: () => 10_000,
      nodeProgram: () => undefined,
      memory: options.memory ?? { get: () => undefined, set: () => undefined },
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
        event: (_app, event) => events.push(event),
        report: () => undefined,
      },
      t: english,
    };
    const path = options.folder ?? "/srv/api";
    const made = new AppRegistry({
      host,
      define: async () => options.definitions ?? [definition],
      folders: () => [{ name: "api", path, realPath: path }],
    });
    opened.push(made);
    return made;
  }

  async function running(answers: Readonly<Record<string, Answer>> = {}): Promise<FakeSupervisor> {
    const fake = await fakeSupervisor(runtime, { "app/events": () => ({ events: [] }), ...answers });
    fakes.push(fake);
    writeFileSync(join(runtime, "one.json"), JSON.stringify(fake.endpoint), { mode: 0o600 });
    return fake;
  }

  /** Waits until the first app is as it should be. */
  function until(apps: AppRegistry, holds: (apps: AppRegistry) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (holds(apps)) {
          listening.dispose();
          resolve();
        }
      };
      const listening = apps.onDidChange(check);
      check();
    });
  }

  it("has a stopped app before a supervisor runs", async () => {
    const apps = registry();
    assert.equal(apps.scanned, false);
    await apps.refresh();
    assert.equal(apps.scanned, true);
    assert.deepEqual(
      apps.apps.map(({ name, state }) => [name, state]),
      [["api", "stopped"]],
    );
  });

  it("finds its app again, as after the window was reloaded", async () => {
    await running();
    const apps = registry();
    await apps.refresh();
    assert.deepEqual(
      apps.apps.map(({ key, state }) => [key, state]),
      [[definition.key, "running"]],
    );
  });

  it("shows an app from a terminal while it runs in one of its folders, and none of others", async () => {
    const fake = await running();
    const apps = registry({ definitions: [], folder: "/srv" });
    await apps.refresh();
    assert.deepEqual(
      apps.apps.map(({ name, state }) => [name, state]),
      [["api", "running"]],
    );
    const others = registry({ definitions: [], folder: "/srv/api/deeper" });
    await others.refresh();
    assert.deepEqual(others.apps, []);
    await fakes.pop()?.close();
    await until(apps, () => apps.apps.length === 0);
    assert.ok(fake);
  });

  it("passes changes of the app on", async () => {
    const fake = await running();
    const apps = registry();
    await apps.refresh();
    const [peer] = fake.peers.slice(-1);
    await peer?.connection.sendNotification(
      "app/snapshot",
      sampleSnapshot({ sequence: 2, app: { state: "degraded" } }),
    );
    await until(apps, ({ apps: [app] }) => app?.state === "degraded");
  });

  it("says that a supervisor died, and is told when it was stopped", async () => {
    await running();
    const apps = registry();
    await apps.refresh();
    await fakes.pop()?.close();
    await until(apps, ({ apps: [app] }) => app?.state === "failed");
    assert.match(apps.apps[0]?.problem ?? "", /process 4711\) ended unexpectedly/);
  });

  describe("whose supervisor, started by VS Code, has died", () => {
    let standIn: ChildProcess;
    let fake: FakeSupervisor;

    /** With `entry: "server.js"` in a folder of its own; nothing can be launched there, since the bundle does not exist. */
    const here = (): AppDefinition => ({
      ...definition,
      folder: { ...definition.folder, path: runtime },
      base: runtime,
      config: { entry: "server.js" },
    });

    beforeEach(async () => {
      writeFileSync(join(runtime, "server.js"), "");
      standIn = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1e6)"], { stdio: "ignore" });
      const initialize: Answer = () => ({ protocolVersion, snapshot: sampleSnapshot({ workers: [] }) });
      fake = await fakeSupervisor(runtime, { "app/events": () => ({ events: [] }), initialize }, standIn.pid);
      writeFileSync(join(runtime, "one.json"), JSON.stringify(fake.endpoint), { mode: 0o600 });
    });

    afterEach(() => standIn.kill("SIGKILL"));

    async function die(): Promise<void> {
      standIn.kill("SIGKILL");
      await once(standIn, "exit");
      await fake.close();
    }

    it("starts it again, and says why that fails", async () => {
      const memory = { get: () => `${standIn.pid} mark`, set: () => undefined };
      const apps = registry({ definitions: [here()], memory });
      await apps.refresh();
      const told: string[] = [];
      apps.sessions[0]?.onDidChange(() => told.push(`${apps.apps[0]?.state} ${apps.apps[0]?.death}`));
      await die();
      await until(apps, ({ apps: [app] }) => app?.state === "failed" && app.problem !== undefined);
      const text = "The supervisor of “api” (process 4711) ended unexpectedly. It is started again.";
      assert.ok(told.includes(`starting ${text}`), told.join("\n"));
      assert.match(apps.apps[0]?.problem ?? "", /^The supervisor could not be started: it ended with exit code 1\.$/);
    });

    it("follows another one that has the app by then", async () => {
      const other = await fakeSupervisor(runtime, { "app/events": () => ({ events: [] }) });
      fakes.push(other);
      let looked = 0;
      const memory: SessionMemory = {
        get: () => {
          looked += 1;
          // It has been looked for, and is there right after that.
          writeFileSync(join(runtime, "two.json"), JSON.stringify(other.endpoint), { mode: 0o600 });
          return `${standIn.pid} mark`;
        },
        set: () => assert.fail("it was not started here"),
      };
      const apps = registry({ definitions: [here()], memory });
      await apps.refresh();
      await die();
      await until(apps, () => apps.sessions[0]?.client?.endpoint.pid === process.pid);
      assert.equal(looked, 1);
      assert.deepEqual([apps.apps[0]?.state, apps.apps[0]?.death], ["running", undefined]);
    });
  });

  it("takes the end of a supervisor that it asked to stop for what it is", async () => {
    await running({ "app/stop": () => ({ killed: 0 }) });
    const apps = registry();
    await apps.refresh();
    const session = apps.find(definition.key);
    await session?.stop(false);
    assert.equal(session?.view.state, "stopped");
    await fakes.pop()?.close();
    await until(apps, () => session?.client === undefined);
    assert.equal(session?.view.state, "stopped");
  });

  it("answers a second start by name", async () => {
    await running();
    const apps = registry();
    await apps.refresh();
    await assert.rejects(apps.find(definition.key)?.start() ?? Promise.resolve(), {
      code: "appAlreadyRunning",
      message: "“api” is already running.",
    });
  });

  it("says that an app which does not run can't be reloaded, and offers to start it", async () => {
    const apps = registry();
    await apps.refresh();
    await assert.rejects(
      async () => apps.find(definition.key)?.renew("reload", undefined, new AbortController().signal),
      { code: "invalidState", remedy: "start" },
    );
  });

  it("logs every event once and in order, those from before it came too", async () => {
    const event = (sequence: number): SupervisorEvent => ({
      sequence,
      time: 1,
      level: "info",
      code: "x",
      message: "x",
    });
    await running({
      "app/events": async (_params, _token, peer) => {
        await peer.connection.sendNotification("app/event", event(3));
        return { events: [event(1), event(2), event(3)] };
      },
    });
    const apps = registry();
    await apps.refresh();
    const [peer] = fakes[0]?.peers.slice(-1) ?? [];
    await peer?.connection.sendNotification("app/event", event(4));
    await peer?.connection.sendNotification(
      "app/snapshot",
      sampleSnapshot({ sequence: 9, app: { state: "degraded" } }),
    );
    await until(apps, ({ apps: [app] }) => app?.state === "degraded");
    await poll("the answer with the earlier events is there", () => events.length >= 4);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      [1, 2, 3, 4],
    );
  });

  it("asks for output only when it has dealt with the last", async () => {
    const asked: { cursor?: number; lines?: number; worker?: number }[] = [];
    const chunk = (sequence: number): LogChunk => {
      return { sequence, worker: 1, slot: 1, generation: 1, stream: "stdout", time: 1, text: `${sequence}\n` };
    };
    await running({
      "logs/read": (params) => {
        asked.push(params as (typeof asked)[number]);
        return { cursor: asked.length, chunks: [chunk(asked.length)], skippedBytes: 0 };
      },
    });
    const apps = registry();
    await apps.refresh();
    const session = apps.find(definition.key);
    assert.ok(session !== undefined);
    const texts: string[] = [];
    await new Promise<void>((resolve) => {
      const feed = startLogFeed({
        source: session,
        worker: 1,
        onConnected: () => assert.deepEqual(texts, []),
        onDisconnected: () => undefined,
        onRead: ({ chunks }) => {
          texts.push(...chunks.map(({ text }) => text));
          assert.equal(asked.length, texts.length);
          if (texts.length === 3) {
            feed.dispose();
            resolve();
          }
        },
      });
    });
    assert.deepEqual(texts, ["1\n", "2\n", "3\n"]);
    assert.deepEqual(
      asked.map(({ cursor, lines, worker }) => [cursor, lines, worker]),
      [
        [undefined, 500, 1],
        [1, undefined, 1],
        [2, undefined, 1],
      ],
    );
  });
});
