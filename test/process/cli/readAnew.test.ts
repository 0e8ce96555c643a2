import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { renewOutputSchema } from "../../../src/shared/cliOutput.ts";
import { assertCode, type CliRun, type CliWorld, get, node, openCliWorld, readyPattern } from "./hitless.ts";

const server = `
require("node:http")
  .createServer((request, response) => response.end([process.env.TOKEN, process.env.EXTRA, ...process.argv.slice(2)].join(" ")))
  .listen(0);
`;

describe("what says how an app is started", () => {
  let world: CliWorld;
  let app: CliRun;
  let url: string;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  const manifest = (start: string) => JSON.stringify({ name: "api", version: "1.0.0", scripts: { start } });

  async function start(...flags: string[]): Promise<void> {
    app = world.start(["start", "--workers", "1", ...flags]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
  }

  async function renew(command: "reload" | "restart") {
    const result = await world.run([command, "api", "--json"]);
    assertCode(result, 0);
    return { notes: v.parse(renewOutputSchema, JSON.parse(result.stdout)).notes, text: result.stdout };
  }

  it("is read anew by reload and restart, and what has changed is told by name", async () => {
    world.write({
      "server.js": server,
      "package.json": manifest("node server.js one"),
      "a.env": "TOKEN=first\nOLD=1\n",
    });
    await start("--env-from", "a.env");
    assert.equal(await get(url), "first  one");
    assert.equal((await renew("reload")).notes, undefined);

    world.write({ "a.env": "TOKEN=sesame\nEXTRA=new\n" });
    const reload = await renew("reload");
    assert.deepEqual(reload.notes, ["Variables changed: TOKEN.", "Variables added: EXTRA.", "Variables removed: OLD."]);
    assert.doesNotMatch(reload.text, /sesame/);
    assert.equal(await get(url), "sesame new one");

    world.write({ "package.json": manifest("node server.js two") });
    assert.deepEqual((await renew("restart")).notes, ["Settings changed: args."]);
    const status = await world.run(["status", "api", "--json"]);
    assert.equal(await get(JSON.parse(status.stdout).addresses[0]), "sesame new two");
  });

  it("changes nothing where it is wrong, and names the file", async () => {
    world.write({ "server.js": server, "package.json": manifest("node server.js one"), "a.env": "TOKEN=first\n" });
    await start("--env-from", "a.env");
    world.write({ "a.env": "TOKEN=a\0b\n" });
    const result = await world.run(["reload", "api"]);
    assertCode(result, 2);
    assert.match(result.stderr, /envFile: .*a\.env holds a NUL character/);
    assert.equal(await get(url), "first  one");
  });

  it("says that another Node.js runs only after an upgrade, and no longer says so of that", async () => {
    const env = { NVM_DIR: join(world.folder, "nvm") };
    world.write({ "server.js": server, "package.json": manifest("node server.js one") });
    app = world.start(["start", "--workers", "1"], { env });
    await app.until("stderr", readyPattern);
    world.write({ ".nvmrc": "1.2.3\n" });
    const [note = ""] = (await renew("reload")).notes ?? [];
    assert.match(note, /^Node\.js stays v\d.*\.nvmrc asks for Node\.js 1\.2\.3, which is not installed/);
    if (process.platform !== "win32") {
      // It claims to be newer than any that is installed.
      const bin = join(env.NVM_DIR, "versions", "node", "v98.0.0", "bin");
      mkdirSync(bin, { recursive: true });
      symlinkSync(node, join(bin, "node"));
      world.write({ ".nvmrc": "node\n" });
      const upgraded = await world.run(["upgrade", "api", "--json"], { env });
      assertCode(upgraded, 0);
      assert.equal(v.parse(renewOutputSchema, JSON.parse(upgraded.stdout)).notes, undefined, upgraded.stdout);
    }
  });

  it("is told to be the old build where a source was changed after it, until that is built", async () => {
    const build = () => world.write({ "dist/main.js": server });
    world.write({ "tsconfig.json": "{}", "src/main.ts": "one", "package.json": manifest("node dist/main.js") });
    build();
    await start();
    assert.equal((await renew("reload")).notes, undefined);
    world.write({ "src/main.ts": "two" });
    const [note = "", ...more] = (await renew("reload")).notes ?? [];
    assert.match(
      note,
      /^src\/main\.ts was saved, but the app runs dist\/main\.js, and nothing has built that since\. Build it/,
    );
    assert.deepEqual(more, []);
    build();
    assert.equal((await renew("restart")).notes, undefined);
  });

  it("is watched as well", async () => {
    world.write({ "server.js": server, "package.json": manifest("node server.js one") });
    world.write({ "vars/secret.txt": "TOKEN=first\n" });
    await start("--env-from", "vars/secret.txt", "--watch");
    await app.until("stderr", /watching /);
    world.write({ "vars/secret.txt": "TOKEN=second\n" });
    await app.until("stderr", /Variables changed: TOKEN\./);
    assert.equal(await get(url), "second  one");
  });
});
