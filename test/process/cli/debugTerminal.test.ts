import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { continueOutputSchema } from "../../../src/shared/cliOutput.ts";
import { debugAt } from "../../support/process/debugger.ts";
import { type CliWorld, get, openCliWorld, readyPattern } from "./hitless.ts";

/** What the preload of VS Code's JavaScript Debug Terminal does, as far as a worker sees it. */
const preload = `
if (process.env.VSCODE_INSPECTOR_OPTIONS && process.env.HITLESS_WORKER) {
  require("node:inspector").open(0, "127.0.0.1");
  process._rawDebug("a debugger is told of", process.env.VSCODE_INSPECTOR_OPTIONS);
  require("node:inspector").waitForDebugger();
}
`;
const server = 'require("node:http").createServer((_, response) => response.end("ok")).listen(0);';

describe("hitless start in a JavaScript Debug Terminal", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
    world.write({ "server.js": server, "preload.js": preload, "ipc.sock": "" });
  });

  afterEach(() => world.end());

  function start() {
    const options = `:::${JSON.stringify({ inspectorIpc: join(world.folder, "ipc.sock"), deferredMode: false })}`;
    const env = { NODE_OPTIONS: `--require ${join(world.folder, "preload.js")}`, VSCODE_INSPECTOR_OPTIONS: options };
    return world.start(["start", "server.js", "--name", "api", "--workers", "1"], { env });
  }

  it("lets the worker tell the debugger of itself, and wait for it", async () => {
    const app = start();
    await app.until("stderr", /a debugger is told of :::\{.*ipc\.sock/);
    const status = await world.run(["status", "api"]);
    assert.match(status.stdout, /waits for a debugger/);
    const debugging = await debugAt(/ws:\/\/\S+/.exec(status.stdout)?.[0] ?? "");
    await debugging.ask("Runtime.runIfWaitingForDebugger");
    await app.until("stderr", readyPattern);
    debugging.close();
  });

  it("lets workers go on that a debugger has stopped, by hitless continue, and says when none has", async () => {
    world.write({
      "server.js": 'require("node:http").createServer((_, response) => { debugger; response.end("ok"); }).listen(0);',
    });
    const app = start();
    await app.until("stderr", /a debugger is told of/);
    const first = await world.run(["continue", "api", "--json"]);
    assert.deepEqual(v.parse(continueOutputSchema, JSON.parse(first.stdout)), { name: "api", workers: [1] });
    const [, , , , url = ""] = await app.until("stderr", readyPattern);
    const none = await world.run(["continue", "api"]);
    assert.deepEqual([none.code, none.stderr.includes("No worker of api is stopped by a debugger.")], [1, true]);

    const status = await world.run(["status", "api"]);
    const debugging = await debugAt(/ws:\/\/\S+/.exec(status.stdout)?.[0] ?? "");
    await debugging.ask("Debugger.enable");
    const paused = debugging.hear("Debugger.paused");
    const answer = get(url);
    await paused;
    assert.match((await world.run(["continue", "api", "--worker", "1"])).stdout, /^✔ api: worker 1 · gen 1 goes on\n$/);
    assert.equal(await answer, "ok");
    debugging.close();
  });

  it("does not let a worker wait for a window that is closed", async () => {
    rmSync(join(world.folder, "ipc.sock"));
    const app = start();
    await app.until("stderr", readyPattern);
    assert.doesNotMatch(app.stderr, /a debugger is told of/);
  });
});
