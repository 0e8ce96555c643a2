import assert from "node:assert/strict";
import { request } from "node:http";
import { join } from "node:path";
import { assertCode, type CliWorld, get, openCliWorld, plainServer, readyPattern } from "./hitless.ts";

// Windows has none of these signals for other processes; what they do is asked for by commands there.
const onPosix = process.platform === "win32" ? it.skip : it;

describe("hitless start", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  it("says that the app is ready, and the app answers", async () => {
    world.write({ "server.js": plainServer, "package.json": '{"name":"@acme/api"}' });
    const run = world.start(["start"]);
    const [line, ready, wanted, generation, url = "", pid] = await run.until("stderr", readyPattern);
    assert.deepEqual([ready, wanted, generation], ["2", "2", "1"], line);
    assert.match(await get(url), /^\d+$/);
    assert.match(run.stderr, /^hitless starting api, 2 workers/m);
    const stopped = await world.run(["stop", "api"]);
    assertCode(stopped, 0);
    assert.equal(stopped.stdout, "✔ api stopped\n");
    const result = await run.ended;
    assertCode(result, 0);
    assert.equal(result.stdout, "");
    assert.notEqual(pid, String(run.child.pid));
  });

  onPosix("passes the app's output on as it is, to the last byte", async () => {
    world.write({
      "server.js": `
        process.stdout.write("früh 网 🙂 no end");
        process.stderr.write("on stderr\\n");
        process.on("SIGTERM", () => {
          process.stdout.write("x".repeat(300_000) + "last words", () => process.exit(0));
        });
        require("node:http").createServer().listen(0);`,
    });
    const run = world.start(["start", "server.js", "--workers", "1"]);
    await run.until("stderr", readyPattern);
    run.child.kill("SIGTERM");
    const result = await run.ended;
    assertCode(result, 0);
    assert.equal(result.stdout, `früh 网 🙂 no end${"x".repeat(300_000)}last words`);
    assert.match(result.stderr, /^on stderr$/m);
  });

  const talkative = `
    process.stdout.write("x".repeat(900_000) + "end", () => require("node:http").createServer().listen(0));`;

  it("keeps the last output for a reader that is slow", async () => {
    world.write({ "server.js": talkative });
    const run = world.start(["start", "server.js", "--name", "api", "--workers", "1"]);
    run.child.stdout?.pause();
    await run.until("stderr", readyPattern);
    assertCode(await world.run(["stop", "api"]), 0);
    run.child.stdout?.resume();
    const result = await run.ended;
    assertCode(result, 0);
    assert.equal(result.stdout.length, 900_003);
    assert.equal(result.stdout.endsWith("xend"), true);
  });

  onPosix("does not wait for a reader that has stalled when it was told to stop", async () => {
    world.write({ "server.js": talkative });
    const run = world.start(["start", "server.js", "--workers", "1"]);
    run.child.stdout?.pause();
    await run.until("stderr", readyPattern);
    run.child.kill("SIGTERM");
    await new Promise((resolve) => run.child.once("exit", resolve));
    run.child.stdout?.resume();
    assertCode(await run.ended, 0);
  });

  it("passes arguments, variables, Node's flags and the folder on", async () => {
    world.write({
      "my 应用/server.js": `
        console.log(JSON.stringify([process.argv.slice(2), process.env.GREETING, process.execArgv.includes("--no-warnings"), process.cwd()]));
        require("node:http").createServer().listen(0);`,
    });
    const flags = ["--cwd", "my 应用", "--workers", "1", "--env", "GREETING=a=b c", "--node-arg", "--no-warnings"];
    const run = world.start(["start", "server.js", ...flags, "--", "--port", "8 0"]);
    await run.until("stderr", readyPattern);
    await run.until("stdout", /\n/);
    assert.deepEqual(JSON.parse(run.stdout), [["--port", "8 0"], "a=b c", true, join(world.folder, "my 应用")]);
  });

  onPosix("finishes what is in flight on SIGINT", async () => {
    world.write({
      "server.js": `
        require("node:http").createServer((request, response) => {
          console.log("asked");
          setTimeout(() => response.end("answered"), 300);
        }).listen(0);`,
    });
    const run = world.start(["start", "server.js"]);
    const [, , , , url = ""] = await run.until("stderr", readyPattern);
    const answer = get(url);
    await run.until("stdout", /asked/);
    run.child.kill("SIGINT");
    assert.equal(await answer, "answered");
    assertCode(await run.ended, 0);
  });

  onPosix("stops at once on a second signal, and says so by its exit code", async () => {
    world.write({
      "server.js": `
        process.on("SIGTERM", () => undefined);
        require("node:http").createServer(() => console.log("asked")).listen(0);`,
    });
    const run = world.start(["start", "server.js"]);
    const [, , , , url = ""] = await run.until("stderr", readyPattern);
    const hanging = request(url).on("error", () => undefined);
    hanging.end();
    await run.until("stdout", /asked/);
    run.child.kill("SIGINT");
    await run.until("stderr", /hitless stopping/);
    run.child.kill("SIGINT");
    assertCode(await run.ended, 130);
  });

  onPosix("reloads on SIGUSR2 and stops on SIGHUP", async () => {
    world.write({ "server.js": plainServer });
    const run = world.start(["start", "server.js"]);
    await run.until("stderr", readyPattern);
    run.child.kill("SIGUSR2");
    await run.until("stderr", /reload to generation 2 completed/);
    run.child.kill("SIGHUP");
    assertCode(await run.ended, 0);
  });

  it("stops when nobody reads its output any more", async () => {
    world.write({ "server.js": `setInterval(() => console.log("tick"), 5);${plainServer}` });
    const run = world.start(["start", "server.js"]);
    await run.until("stdout", /tick/);
    run.child.stdout?.destroy();
    assertCode(await run.ended, 0);
    assert.equal((await world.run(["list", "--json"])).stdout, "[]\n");
  });

  it("says why an app can't start, and leaves nothing behind", async () => {
    world.write({ "broken.js": 'require("./gone");' });
    for (const words of [
      ["start", "broken.js"],
      ["start", "broken.js", "--detach"],
    ]) {
      const result = await world.run(words);
      assertCode(result, 1);
      assert.match(result.stderr, /^✖ Cannot find module/m);
      assert.match(result.stderr, /MODULE_NOT_FOUND/);
      assert.doesNotMatch(result.stderr, /^ready/m);
    }
    assert.equal((await world.run(["list", "--json"])).stdout, "[]\n");
  });

  it("ends with a script that is done", async () => {
    world.write({ "script.js": 'console.log("done");' });
    const result = await world.run(["start", "script.js", "--workers", "1"]);
    assertCode(result, 0);
    assert.equal(result.stdout, "done\n");
  });

  it("starts an app of the workspace's settings by its name", async () => {
    world.write({
      ".vscode/settings.json": '{ "hitless.apps": [{ "name": "shop", "entry": "web.js", "workers": 3 }], }',
      "web.js": plainServer,
    });
    const result = await world.run(["start", "shop", "--detach", "--workers", "1"]);
    assertCode(result, 0);
    assert.match(result.stderr, /^ready 1\/1/);
    assertCode(await world.run(["stop", "shop"]), 0);
  });

  it("runs on without the terminal when detached; the same app does not start twice", async () => {
    world.write({ "server.js": plainServer });
    const result = await world.run(["start", "server.js", "--name", "api", "--detach", "--json"]);
    assertCode(result, 0);
    const [, , , , url = "", pid] = readyPattern.exec(result.stderr) ?? [];
    const status = JSON.parse(result.stdout);
    assert.deepEqual([status.name, status.state, status.addresses, status.detached], ["api", "running", [url], true]);
    assert.match(await get(url), /^\d+$/);
    const again = await world.run(["start", "server.js", "--name", "api"]);
    assertCode(again, 1);
    assert.match(again.stderr, new RegExp(`already runs .*supervisor ${pid}`));
    assertCode(await world.run(["stop", "api"]), 0);
    assertCode(await world.run(["start", "server.js", "--name", "api", "--detach"]), 0);
    assertCode(await world.run(["stop", "api", "--now"]), 0);
  });
});
