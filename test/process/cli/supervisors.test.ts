import assert from "node:assert/strict";
import { signal } from "../../support/process/processes.ts";
import { assertCode, type CliWorld, get, openCliWorld, plainServer, readyPattern } from "./hitless.ts";

// Windows renews no supervisor.
const onPosix = process.platform === "win32" ? it.skip : it;
const onWindows = process.platform === "win32" ? it : it.skip;

describe("hitless and its supervisors", () => {
  let world: CliWorld;

  const settings = (scheduling: string) => JSON.stringify({ apps: { api: { workers: 1, scheduling } } });

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  onPosix("a start in its terminal and followed logs go along with an upgrade", async () => {
    world.write({
      "server.js": `${plainServer}\nconsole.log("generation", process.env.HITLESS_GENERATION);`,
      "package.json": '{"name":"api"}',
      "hitless.json": settings("roundRobin"),
    });
    const run = world.start(["start", "api"]);
    const [, , , , url = ""] = await run.until("stderr", readyPattern);
    const logs = world.start(["logs", "api", "--follow"]);
    await logs.until("stdout", /generation 1/);
    // A reload reads the file as well, and leaves to the upgrade what it can't take over.
    world.write({ "hitless.json": settings("shared") });
    const reloaded = await world.run(["reload", "api"]);
    assertCode(reloaded, 0);
    assert.match(
      reloaded.stdout,
      /scheduling stays "roundRobin": a change to "shared" takes effect with "hitless upgrade"/,
    );
    const upgraded = await world.run(["upgrade", "api"]);
    assertCode(upgraded, 0);
    assert.match(upgraded.stdout, /Settings changed: scheduling\./);
    assert.match(upgraded.stdout, /^✔ api upgraded · Hitless .* on Node\.js v.* · generation 2 → 3 · 1 worker · /);
    assert.match(upgraded.stdout, /0 dropped/);
    for (const each of [run, logs]) {
      await each.until("stderr", /hitless followed to the new supervisor \(pid \d+, Hitless .*, Node\.js v.*\)/);
      await each.until("stdout", /generation 3/);
    }
    // Each piece of output once, though it came over two supervisors.
    assert.equal(logs.stdout.match(/generation 3/g)?.length, 1);
    assert.match((await world.run(["history", "api"])).stdout, /upgrade +2 → 3 +completed/);
    assert.match(await get(url), /^\d+$/);
    run.child.kill("SIGINT");
    assertCode(await run.ended, 0);
    assertCode(await logs.ended, 0);
  });

  onWindows("an upgrade is refused, with what to do instead, and the app runs on", async () => {
    world.write({ "server.js": plainServer });
    const run = world.start(["start", "server.js", "--name", "api", "--workers", "1"]);
    const [, , , , url = ""] = await run.until("stderr", readyPattern);
    const upgraded = await world.run(["upgrade", "api"]);
    assertCode(upgraded, 1);
    assert.match(
      upgraded.stderr,
      /On Windows a supervisor can't be renewed without a stop\. Stop the app and start it\./,
    );
    assert.match(await get(url), /^\d+$/);
  });

  it("a supervisor that is killed is started again by its terminal, and not without end", async () => {
    world.write({ "server.js": plainServer, "package.json": '{"name":"api"}' });
    const run = world.start(["start", "--workers", "1"]);
    await run.until("stderr", readyPattern);
    for (let deaths = 1; deaths <= 5; deaths += 1) {
      const [, pid] = [...run.stderr.matchAll(/supervisor (\d+)$/gm)].at(-1) ?? [];
      signal(Number(pid), "SIGKILL");
      await run.until("stderr", new RegExp(`(?:api runs again [^]*){${deaths}}`));
      await run.until("stderr", new RegExp(`(?:ready 1/1[^]*supervisor \\d+\n[^]*){${deaths + 1}}`));
    }
    assert.match(
      run.stderr,
      /^✖ The supervisor of api \(pid \d+\) has gone, and its workers with it; it is started again\.$/m,
    );
    const [, pid] = [...run.stderr.matchAll(/supervisor (\d+)$/gm)].at(-1) ?? [];
    signal(Number(pid), "SIGKILL");
    const result = await run.ended;
    assertCode(result, 1);
    assert.match(result.stderr, /has gone, and its workers with it, 6 times within .*; it is not started again\.\n$/);
  });
});
