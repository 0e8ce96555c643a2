import assert from "node:assert/strict";
import { readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { onPosix } from "../../support/process/scene.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliOptions, type CliWorld, get, openCliWorld, readyPattern } from "./hitless.ts";

const server = (release: string) => `
  const { createServer } = require("node:http");
  const { text } = require("./text.js");
  createServer((request, response) => {
    response.end(text + " " + process.cwd() + " " + process.pid);
    if (request.url === "/crash") setImmediate(() => process.exit(1));
  }).listen(0, () => console.log("${release} listens"));`;

describe("hitless in a folder of releases", () => {
  let world: CliWorld;
  let url: string;

  beforeEach(() => {
    world = openCliWorld();
    for (const release of ["1", "2"]) {
      world.write({
        [`releases/${release}/server.js`]: server(release),
        [`releases/${release}/text.js`]: `exports.text = "release ${release}";`,
      });
    }
  });

  afterEach(() => world.end());

  const release = (name: string) => join(world.folder, "releases", name);
  /** As deployments do it: a link under another name takes the place of the one that is there. */
  const switchTo = (name: string, link = "current"): void => {
    symlinkSync(join("releases", name), join(world.folder, `${link}.new`));
    renameSync(join(world.folder, `${link}.new`), join(world.folder, link));
  };
  /** A shell tells in PWD how the person came to the folder. */
  const inCurrent = (): CliOptions => ({
    cwd: join(world.folder, "current"),
    env: { PWD: join(world.folder, "current") },
  });

  const start = async (words: readonly string[], options: CliOptions): Promise<void> => {
    const started = await world.run(["start", ...words, "--name", "api", "--workers", "1", "--detach"], options);
    assertCode(started, 0);
    [, , , , url = ""] = readyPattern.exec(started.stderr) ?? [];
  };
  const answer = async (): Promise<string> => {
    const status = JSON.parse((await world.run(["status", "api", "--json"])).stdout);
    return (await get(status.addresses[0] ?? url)).replace(/ \d+$/, "");
  };
  const reload = async () => {
    const json = await world.run(["reload", "api", "--json"]);
    return JSON.parse(json.stdout);
  };

  onPosix("reloads what the link leads to now, and says where from and where to", async () => {
    switchTo("1");
    await start([], inCurrent());
    assert.equal(await answer(), `release 1 ${release("1")}`);
    switchTo("2");
    const report = await reload();
    assert.deepEqual([report.outcome, report.moved], ["completed", { from: release("1"), to: release("2") }]);
    assert.equal(await answer(), `release 2 ${release("2")}`);
    switchTo("1");
    const { stdout } = await world.run(["reload", "api"]);
    assert.ok(stdout.includes(`\n  ${release("2")} → ${release("1")}\n`), stdout);
    assert.equal((await reload()).moved, undefined);
  });

  onPosix(
    "goes back to the folder of the release before, though the link leads elsewhere and there is no git",
    async () => {
      switchTo("1");
      await start([], inCurrent());
      switchTo("2");
      assert.equal((await reload()).outcome, "completed");
      const back = await world.run(["rollback", "api", "--json"]);
      assertCode(back, 0);
      assert.deepEqual(JSON.parse(back.stdout).moved, { from: release("2"), to: release("1") });
      assert.equal(await answer(), `release 1 ${release("1")}`);
      world.write({ "releases/2/text.js": 'exports.text = "release 2, mended";' });
      const refused = await world.run(["rollback", "api"]);
      assertCode(refused, 1);
      assert.match(
        refused.stderr,
        /Generation 2 can't be started again: its files have changed since it ran \(text\.js\)/,
      );
      rmSync(release("2"), { recursive: true });
      assert.match((await world.run(["rollback", "api"])).stderr, /its folder .*2 does not exist any more/);
    },
  );

  onPosix("starts a worker that died where its generation is", async () => {
    switchTo("1");
    await start(["server.js"], inCurrent());
    switchTo("2");
    await get(`${url}/crash`);
    await poll("another worker answers", async () => {
      const { workers } = JSON.parse((await world.run(["status", "api", "--json"])).stdout);
      return workers.some(
        (worker: { state: string; restarts: number }) => worker.state === "ready" && worker.restarts > 0,
      );
    });
    assert.equal(await answer(), `release 1 ${release("1")}`);
  });

  onPosix("follows a link that is the cwd, and one that is the entry", async () => {
    switchTo("1");
    await start(["server.js", "--cwd", "current"], { cwd: world.folder });
    switchTo("2");
    assert.deepEqual((await reload()).moved, { from: release("1"), to: release("2") });
    assert.equal(await answer(), `release 2 ${release("2")}`);
    assertCode(await world.run(["stop", "api"]), 0);

    symlinkSync(join("releases", "1", "server.js"), join(world.folder, "app.js"));
    await start(["app.js"], { cwd: world.folder });
    assert.equal(await answer(), `release 1 ${world.folder}`);
    rmSync(join(world.folder, "app.js"));
    symlinkSync(join("releases", "2", "server.js"), join(world.folder, "app.js"));
    const moved = { from: join(release("1"), "server.js"), to: join(release("2"), "server.js") };
    assert.deepEqual((await reload()).moved, moved);
    assert.equal(await answer(), `release 2 ${world.folder}`);
  });

  onPosix("is the same app by whichever name its folder is called", async () => {
    switchTo("1");
    await start(["server.js"], inCurrent());
    const again = await world.run(["start", "server.js", "--name", "api"], { cwd: release("1") });
    assertCode(again, 1);
    assert.match(again.stderr, /"api" already runs/);
  });

  onPosix("says that the folder is gone when the link leads nowhere, and serves on", async () => {
    switchTo("1");
    await start(["server.js"], inCurrent());
    switchTo("3");
    assert.equal(readlinkSync(join(world.folder, "current")), "releases/3");
    const failed = await reload();
    assert.equal(failed.outcome, "rolledBack");
    assert.match(failed.reason, /its folder .*current does not exist any more\.$/);
    assert.equal(await answer(), `release 1 ${release("1")}`);
  });
});
