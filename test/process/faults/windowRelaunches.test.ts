import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { listEndpoints } from "../../../src/client/launch/endpoints.ts";
import type { AppDefinition } from "../../../src/extension/apps/appDefinition.ts";
import { AppRegistry } from "../../../src/extension/apps/appRegistry.ts";
import { watchEndpoints } from "../../../src/extension/apps/endpointWatcher.ts";
import { bundlesFolder } from "../../support/process/bundles.ts";
import { freePort } from "../../support/process/freePort.ts";
import { nodeProgramOf, usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { stageVariable } from "../../support/process/stage.ts";
import { within } from "../../support/process/until.ts";

const startsMs = 60_000;

describeOn([usualNode()], "a supervisor that VS Code has started, and that is killed", (scene) => {
  /** The apps of a window, as the extension keeps them, and what its log says of errors. */
  async function openWindow(definitions: AppDefinition[], node: string): Promise<[AppRegistry, string[]]> {
    const { stage } = scene;
    const memory = new Map<string, string>();
    const errors: string[] = [];
    const nothing = () => undefined;
    const registry = new AppRegistry({
      host: {
        version: "0.0.0-test",
        supervisorFile: join(bundlesFolder, "supervisor.cjs"),
        runtimeFolder: () => stage.runtimeFolder,
        graceMs: nothing,
        nodeProgram: () => node,
        memory: { get: (key) => memory.get(key), set: (key, value) => memory.set(key, value ?? "") },
        log: { info: nothing, warn: nothing, error: (text) => errors.push(text), event: nothing, report: nothing },
        t: (text, ...args) => text.replace(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
      },
      define: async () => definitions,
      folders: () => [{ name: "app", path: stage.folder, realPath: stage.folder }],
    });
    const watching = watchEndpoints(stage.runtimeFolder, () => void registry.refresh());
    stage.onClose(() => {
      watching.dispose();
      registry.dispose();
    });
    await registry.refresh();
    return [registry, errors];
  }

  const until = (what: string, registry: AppRegistry, holds: () => boolean) =>
    within(
      what,
      new Promise<void>((resolve) => {
        const look = () => holds() && resolve();
        registry.onDidChange(look);
        look();
      }),
      startsMs,
    );

  it("is started again by the window that has started it, and others follow", async () => {
    const { stage } = scene;
    const port = await freePort();
    writeFileSync(
      join(stage.folder, "server.js"),
      'require("node:http").createServer((request, response) => response.end("here")).listen(process.env.PORT);',
    );
    const app: AppDefinition = {
      key: "app",
      name: "app",
      folder: { name: "app", path: stage.folder, apps: [], inherited: true },
      base: stage.folder,
      root: stage.folder,
      realRoot: stage.folder,
      config: { entry: "server.js", workers: 1, env: { PORT: String(port), [stageVariable]: stage.id } },
      entries: [],
      problem: undefined,
    };
    const node = await nodeProgramOf(scene.node);
    const [first, errors] = await openWindow([app], node);
    const [second] = await openWindow([app], node);
    const [session, other] = [first.sessions[0], second.sessions[0]];
    assert.ok(session !== undefined && other !== undefined);
    const runs = (pid: number | undefined) => () =>
      session.client !== undefined && session.client.endpoint.pid !== pid && session.view.state === "running";
    await session.start();
    await until("the app runs", first, runs(undefined));
    await until("the other window finds it", second, () => other.client !== undefined);
    const { pid } = session.client?.endpoint ?? assert.fail();
    signal(pid, "SIGKILL");
    await until("it runs again", first, runs(pid));
    const next = session.client?.endpoint.pid;
    await until("the other window follows", second, () => other.client?.endpoint.pid === next);
    assert.equal((await fetch(`http://127.0.0.1:${port}`)).status, 200);
    assert.equal((await listEndpoints(stage.runtimeFolder)).length, 1);
    assert.deepEqual(errors, [`The supervisor of “app” (process ${pid}) ended unexpectedly. It is started again.`]);
    await session.stop(true);
    await until("it has ended", first, () => session.client === undefined);
  });
});
