import assert from "node:assert/strict";
import { join } from "node:path";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { assertCode, type CliWorld, openCliWorld, readyPattern } from "./hitless.ts";

/** Prints how it was started, and listens. */
const teller = `
  console.log("started " + JSON.stringify({
    args: process.argv.slice(2),
    cwd: process.cwd(),
    flags: process.execArgv,
    mode: process.env.NODE_ENV,
    version: process.env.npm_package_version,
    permission: process.permission?.has("fs.write"),
  }));
  require("node:http").createServer().listen(0);`;

const permission = usualNode().major === "20" ? "--experimental-permission" : "--permission";

describe("hitless start with a start script", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  const write = (scripts: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>) =>
    world.write({ ...files, "package.json": JSON.stringify({ name: "api", version: "1.2.3", scripts }) });

  /** What the app tells of its start, and what Hitless says before. */
  const start = async (words: readonly string[] = []) => {
    const run = world.start(["start", ...words, "--workers", "1"]);
    await run.until("stderr", readyPattern);
    const [, told = ""] = await run.until("stdout", /^started (.*)$/m);
    assertCode(await world.run(["stop", "api"]), 0);
    assertCode(await run.ended, 0);
    return { told: JSON.parse(told), said: run.stderr };
  };

  it("keeps the permission model on", async () => {
    write({ start: `node ${permission} --allow-fs-read=* server.js` }, { "server.js": teller });
    const { told } = await start();
    assert.deepEqual([told.permission, told.flags], [false, [permission, "--allow-fs-read=*"]]);
  });

  it("needs nothing but the app's own files under the permission model, and says what its layers need", async () => {
    const own = join(world.folder, "*");
    write({ start: `node ${permission} "--allow-fs-read=${own}" server.js` }, { "server.js": teller });
    const run = world.start(["start", "--workers", "1"]);
    await run.until("stderr", readyPattern);
    const reload = await world.run(["reload", "api"]);
    assertCode(reload, 0);
    const layers = await world.run(["layers", "api"]);
    assertCode(layers, 1);
    assert.match(layers.stderr, /permission model, where its layers can be read with --allow-inspector only/);
    assertCode(await world.run(["stop", "api"]), 0);
    assertCode(await run.ended, 0);
  });

  it("follows scripts, folders and wrappers, and says first what is left out", async () => {
    write(
      {
        start: "tsc && npm run serve:api -- --port 1 | pino-pretty",
        "serve:api": "cross-env NODE_ENV=production node server.js",
      },
      { "server.js": teller },
    );
    const { told, said } = await start();
    assert.deepEqual(told, {
      args: ["--port", "1"],
      cwd: world.folder,
      flags: [],
      mode: "production",
      version: "1.2.3",
    });
    // Before it at most that a start takes long.
    const first = said.split("\n").find((line) => !line.startsWith("hitless waiting for the supervisor"));
    assert.match(
      first ?? "",
      /^hitless runs server\.js, found by the script "start" of package\.json; .*pino-pretty.*tsc is not run$/,
    );
  });

  it("runs the program of a package as its own JavaScript", async () => {
    write(
      { start: "cd web && serve-it start -p 3000" },
      {
        "web/index.html": "",
        "node_modules/serve-it/package.json": '{"name":"serve-it","bin":"cli.js"}',
        "node_modules/serve-it/cli.js": `#!/usr/bin/env node\n${teller}`,
      },
    );
    const { told } = await start();
    assert.deepEqual([told.args, told.cwd], [["start", "-p", "3000"], join(world.folder, "web")]);
  });

  it("runs a folder as node does, and a package in its own way", async () => {
    write({}, { "build/index.js": teller, "build/package.json": '{"type":"commonjs"}' });
    const { told } = await start(["build", "--name", "api"]);
    assert.equal(told.cwd, world.folder);
    world.write({
      "packages/api/package.json": '{"name":"api","scripts":{"start":"node lib/run.js --x"}}',
      "packages/api/lib/run.js": teller,
    });
    const { told: own } = await start(["packages/api"]);
    assert.deepEqual([own.args, own.cwd], [["--x"], join(world.folder, "packages", "api")]);
  });

  it("explains without starting anything", async () => {
    write({ start: "nodemon server.js" }, { "server.js": teller });
    const json = await world.run(["start", "--explain", "--json"]);
    assertCode(json, 0);
    const { entry, foundBy, leftOut } = JSON.parse(json.stdout);
    assert.deepEqual(
      [entry, foundBy, leftOut],
      [join(world.folder, "server.js"), "scripts.start", ["nothing is watched (nodemon)"]],
    );
    const text = await world.run(["start", "--explain"]);
    assertCode(text, 0);
    assert.match(text.stdout, /^left out {2}nothing is watched \(nodemon\)$/m);
    assert.equal((await world.run(["list", "--json"])).stdout, "[]\n");
  });

  it("does not start the sources of what is not built, and says how to build it", async () => {
    write({ start: "node dist/main", build: "tsc" }, { "src/main.ts": teller });
    const result = await world.run(["start"]);
    assertCode(result, 1);
    assert.match(result.stderr, /dist\/main does not exist yet: build the app first\. Run "npm run build"/);
  });

  it("fails when a detached app is done without listening", async () => {
    world.write({ "script.js": 'console.log("done");' });
    const result = await world.run(["start", "script.js", "--workers", "1", "--detach"]);
    assertCode(result, 1);
    assert.match(result.stderr, /has finished without listening/);
    assert.equal((await world.run(["list", "--json"])).stdout, "[]\n");
  });
});
