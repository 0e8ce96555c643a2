import assert from "node:assert/strict";
import type { StopOutput } from "../../../src/shared/cliOutput.ts";
import { isAlive } from "../../support/process/processes.ts";
import { onPosix } from "../../support/process/scene.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliWorld, get, openCliWorld, readyPattern } from "./hitless.ts";

describe("hitless, when it has to wait,", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  it("says what an app is not ready for, and what holds the end up", async () => {
    world.write({
      "server.js": `
        const server = require("node:http").createServer((request, response) => {
          if (request.url === "/slow") { console.log("asked"); } else { response.end(); }
        });
        process.on("SIGTERM", () => undefined);
        process.stdin.on("data", () => undefined);
        const { existsSync } = require("node:fs");
        const look = setInterval(() => {
          if (existsSync("go")) { clearInterval(look); server.listen(0); }
        }, 20);`,
    });
    const run = world.start(["start", "server.js", "--name", "api", "--workers", "1", "--drain-timeout", "2500"]);
    await run.until("stderr", /^hitless starting api · 0\/1 ready · [\d.]+ s$/m);
    await run.until("stderr", /worker 1 · gen 1 is not ready: the app does not listen on any port yet$/m);
    world.write({ go: "" });
    const [, , , , url = ""] = await run.until("stderr", readyPattern);
    void get(`${url}/slow`).catch(() => undefined);
    await run.until("stdout", /asked/);
    const stopped = world.start(["stop", "api"]);
    await run.until("stderr", /worker 1 · gen 1 drains, and still has 1 request and 1 connection$/m);
    await stopped.until("stderr", /^hitless stopping api · 1 worker left · [\d.]+ s$/m);
    assertCode(await stopped.ended, 0);
    assert.match((await run.ended).stderr, /did not finish within \d+ ms \(drainTimeout\)/);
  });

  onPosix("says for whom a supervisor stays when its app has ended", async () => {
    world.write({
      "server.js": `
        setInterval(() => console.log("tick"), 50);
        process.on("SIGTERM", () => { console.log("last"); process.exit(); });
        require("node:http").createServer().listen(0);`,
    });
    assertCode(await world.run(["start", "server.js", "--name", "api", "--detach", "--workers", "1"]), 0);
    const follower = world.start(["logs", "api", "--follow", "--lines", "0"]);
    // What it has read by now it has asked for as one that follows.
    await follower.until("stdout", /tick/);
    process.kill(follower.child.pid ?? 0, "SIGSTOP");
    const stopped = await world.run(["stop", "api", "--json"]);
    assertCode(stopped, 0);
    const { unread, unreadMs, supervisorPid } = JSON.parse(stopped.stdout) as StopOutput;
    assert.deepEqual(unread, ["hitless command line"]);
    assert.ok(unreadMs !== undefined && unreadMs > 0 && unreadMs <= 28_000, stopped.stdout);
    assert.equal(isAlive(supervisorPid), true);
    process.kill(follower.child.pid ?? 0, "SIGCONT");
    const { stdout } = await follower.ended;
    assert.match(stdout, /last$/m);
    await poll("the supervisor has ended", () => !isAlive(supervisorPid));
  });

  it("says nothing else on stderr where a program asked for JSON", async () => {
    world.write({ "server.js": `setTimeout(() => require("node:http").createServer().listen(0), 2500);` });
    const started = await world.run(["start", "server.js", "--name", "api", "--detach", "--json"]);
    assertCode(started, 0);
    assert.match(started.stderr, /^ready 2\/2 [^\n]*\n$/);
    assertCode(await world.run(["stop", "api"]), 0);
  });
});
