import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onPosix } from "../../support/process/scene.ts";
import { assertCode, type CliWorld, cliFile, node, openCliWorld, plainServer, readyPattern } from "./hitless.ts";

const onLinux = process.platform === "linux" ? it : it.skip;
/** Root may read everything. */
const asUser = process.getuid?.() === 0 || process.platform === "win32" ? it.skip : it;

describe("hitless in a folder that is not as it should be", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  const makePipe = (file: string): void => {
    execFileSync("mkfifo", [join(world.folder, file)]);
  };

  it("reads settings with a banner of slashes at once", async () => {
    world.write({
      ".vscode/settings.json": `{ "a": [1,\n${"/".repeat(60)}\n// a banner\n${"/".repeat(60)}\n2],\n "hitless.apps": [{ "name": "shop", "entry": "web.js" },${"/**/".repeat(50)}], }`,
      "web.js": plainServer,
    });
    assertCode(await world.run(["start", "shop", "--detach"]), 0);
    assertCode(await world.run(["stop", "shop"]), 0);
  });

  it("says where the settings are no JSON", async () => {
    world.write({ ".vscode/settings.json": '{\n  "hitless.apps": [,\n}' });
    const result = await world.run(["start", "shop"]);
    assertCode(result, 2);
    assert.match(result.stderr, /settings\.json can't be read as JSON: \w+ in line 2, column 20/);
  });

  onPosix("does not wait for somebody to write into a pipe that is called package.json", async () => {
    makePipe("package.json");
    makePipe(".nvmrc");
    const none = await world.run(["start"]);
    assertCode(none, 1);
    assert.match(
      none.stderr,
      /No app was found in .*index\.js, and its package\.json is no regular file\. Name the file/,
    );
    // Node.js itself does wait, so that no app can run beside one.
    rmSync(join(world.folder, "package.json"));
    world.write({ "server.js": plainServer });
    assertCode(await world.run(["start", "--name", "api", "--detach"]), 0);
    assertCode(await world.run(["stop", "api"]), 0);
  });

  onPosix("says what lies where the settings should", async () => {
    world.write({ ".vscode/x": "" });
    makePipe(".vscode/settings.json");
    const pipe = await world.run(["start", "shop"]);
    assertCode(pipe, 2);
    assert.match(pipe.stderr, /^✖ .*settings\.json is no regular file\.$/m);
    rmSync(join(world.folder, ".vscode/settings.json"));
    mkdirSync(join(world.folder, ".vscode/settings.json"));
    assert.match((await world.run(["start", "shop"])).stderr, /^✖ .*settings\.json is a folder\.$/m);
  });

  asUser("says that the settings may not be read", async () => {
    world.write({ ".vscode/settings.json": "{}" });
    chmodSync(join(world.folder, ".vscode/settings.json"), 0);
    assert.match((await world.run(["start", "shop"])).stderr, /settings\.json may not be read by this user\.$/m);
  });

  it("names the file of variables that it can't take, and why", async () => {
    world.write({ "server.js": plainServer, "nul.env": "A=1\nB=x\0y\n", "folder.env/x": "" });
    const messages = {
      "none.env": "does not exist",
      "folder.env": "is a folder",
      "nul.env": "holds a NUL character (line 2), which no variable can; is it UTF-16? Save it as UTF-8",
    };
    for (const [file, message] of Object.entries(messages)) {
      const result = await world.run(["start", "server.js", "--env-from", file]);
      assertCode(result, 2);
      assert.equal(result.stderr, `✖ envFile: ${join(world.folder, file)} ${message}.\n`);
    }
  });

  it("names the setting that holds a NUL character", async () => {
    world.write({
      ".vscode/settings.json":
        '{ "hitless.apps": [{ "name": "shop", "entry": "web.js", "env": { "A": "x\\u0000y" } }] }',
      "web.js": plainServer,
    });
    const result = await world.run(["start", "shop"]);
    assertCode(result, 2);
    assert.equal(result.stderr, "✖ env A: holds a NUL character, which no process can be started with.\n");
  });

  it("takes a file of variables whatever they are called, and keeps NODE_OPTIONS for the app", async () => {
    world.write({
      "server.js": `console.log(process.env.A, process.title);${plainServer}`,
      "app.env": "A=1\nNODE_OPTIONS=--title=hooked --require ./hook.cjs\n",
      "hook.cjs": 'require("node:fs").appendFileSync(__dirname + "/hooked", process.argv[1] + "\\n");',
    });
    const run = world.start(["start", "server.js", "--env-from", "app.env", "--workers", "1"]);
    await run.until("stderr", readyPattern);
    await run.until("stdout", /^1 hooked$/m);
    run.child.kill("SIGTERM");
    await run.ended;
    const { readFileSync } = await import("node:fs");
    assert.equal(readFileSync(join(world.folder, "hooked"), "utf8"), `${join(world.folder, "server.js")}\n`);
  });

  it("gives the app's arguments to the app and not to Node.js", async () => {
    world.write({
      "server.js": `console.log(JSON.stringify([process.argv.slice(2), process.execArgv.includes("--")]));${plainServer}`,
    });
    const words = ["--env-file", "none.env", "--env-file-if-exists=x", "-r", "y"];
    const run = world.start(["start", "server.js", "--workers", "1", "--", ...words]);
    await run.until("stderr", readyPattern);
    await run.until("stdout", /\n/);
    assert.deepEqual(JSON.parse(run.stdout), [words, false]);
  });

  onPosix("says so when the current folder is gone, where it needs one", async () => {
    const gone = join(world.folder, "gone");
    const runIn = async (word: string): Promise<string> => {
      mkdirSync(gone);
      const script = 'rmdir "$PWD" && exec "$@"';
      const child = spawn("sh", ["-c", script, "sh", node, cliFile, word], {
        cwd: gone,
        env: { ...process.env, HITLESS_RUNTIME_DIR: world.runtime },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      await once(child, "close");
      return said;
    };
    assert.match(await runIn("start"), /^✖ The current folder does not exist any more\. Go to another one \(cd\)/);
    // What other apps of this user have left behind is told after it.
    assert.match(await runIn("list"), /^No app is running\. Start one with: hitless start\n/);
  });

  onLinux("says that a runtime folder can't be made", async () => {
    const result = await world.run(["list"], { env: { HITLESS_RUNTIME_DIR: "/proc/none/hitless" } });
    assertCode(result, 1);
    assert.match(result.stderr, /^✖ The runtime folder \/proc\/none\/hitless can't be made: ENOENT/);
  });
});
