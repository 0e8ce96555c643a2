import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { listEndpoints } from "../../../src/client/launch/endpoints.ts";
import { type AppWindow, defineApp, openAppWindow } from "../../support/process/appWindow.ts";
import { freePort } from "../../support/process/freePort.ts";
import { nodeProgramOf, usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { stageVariable } from "../../support/process/stage.ts";

describeOn([usualNode()], "a supervisor that VS Code has started, and that is killed", (scene) => {
  it("is started again by the window that has started it, and others follow", async () => {
    const { stage } = scene;
    const port = await freePort();
    writeFileSync(
      join(stage.folder, "server.js"),
      'require("node:http").createServer((request, response) => response.end("here")).listen(process.env.PORT);',
    );
    const env = { PORT: String(port), [stageVariable]: stage.id };
    const app = defineApp(stage.folder, { entry: "server.js", workers: 1, env });
    const node = await nodeProgramOf(scene.node);
    const open = async (): Promise<AppWindow> => {
      const window = await openAppWindow(app, { node, runtimeFolder: stage.runtimeFolder });
      stage.onClose(() => window.dispose());
      return window;
    };
    const [first, second] = [await open(), await open()];
    const [session, other] = [first.registry.sessions[0], second.registry.sessions[0]];
    assert.ok(session !== undefined && other !== undefined);
    const runs = (pid: number | undefined) => () =>
      session.client !== undefined && session.client.endpoint.pid !== pid && session.view.state === "running";
    await session.start();
    await first.until("the app runs", runs(undefined));
    await second.until("the other window finds it", () => other.client !== undefined);
    const { pid } = session.client?.endpoint ?? assert.fail();
    signal(pid, "SIGKILL");
    await first.until("it runs again", runs(pid));
    const next = session.client?.endpoint.pid;
    await second.until("the other window follows", () => other.client?.endpoint.pid === next);
    assert.equal((await fetch(`http://127.0.0.1:${port}`)).status, 200);
    assert.equal((await listEndpoints(stage.runtimeFolder)).length, 1);
    assert.deepEqual(first.errors, [
      `The supervisor of “app” (process ${pid}) ended unexpectedly. It is started again.`,
    ]);
    await session.stop(true);
    await first.until("it has ended", () => session.client === undefined);
  });
});
