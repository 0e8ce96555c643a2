import assert from "node:assert/strict";
import * as v from "valibot";
import {
  killOutputSchema,
  listOutputSchema,
  logLineSchema,
  renewOutputSchema,
  scaleOutputSchema,
  statusOutputSchema,
  stopOutputSchema,
} from "../../../src/shared/cliOutput.ts";
import { onPosix } from "../../support/process/scene.ts";
import { assertCode, type CliRun, type CliWorld, get, openCliWorld, plainServer, readyPattern } from "./hitless.ts";

describe("hitless with an app that runs", () => {
  let world: CliWorld;
  let app: CliRun;
  let url: string;

  async function start(files: Record<string, string>, ...words: string[]): Promise<void> {
    world.write(files);
    app = world.start(["start", "server.js", "--name", "api", ...words]);
    const [, , , , address = ""] = await app.until("stderr", readyPattern);
    url = address;
  }

  async function json<Schema extends v.GenericSchema>(schema: Schema, code: number, ...words: string[]) {
    const result = await world.run([...words, "--json"]);
    assertCode(result, code);
    return v.parse(schema, JSON.parse(result.stdout));
  }

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  it("lists, shows, reloads, scales, kills and stops it", async () => {
    await start({ "server.js": plainServer });
    const [listed] = await json(listOutputSchema, 0, "list");
    assert(listed !== undefined);
    assert.deepEqual(
      [listed.name, listed.state, listed.generation, listed.root, listed.addresses],
      ["api", "running", 1, world.folder, [url]],
    );
    assert.deepEqual(
      listed.workers.map(({ id, state, restarts }) => [id, state, restarts]),
      [
        [1, "ready", 0],
        [2, "ready", 0],
      ],
    );
    assert.match((await world.run(["list"])).stdout, /^NAME .*\napi {3}running {2}2\/2 .*\n$/);
    assert.match((await world.run(["status", String(listed.supervisorPid)])).stdout, /^api · running · ready 2\/2/);

    const report = await json(renewOutputSchema, 0, "reload", "api");
    assert.deepEqual([report.outcome, report.from, report.to, report.workers.length], ["completed", 1, 2, 2]);
    const restarted = await world.run(["restart", "api"]);
    assertCode(restarted, 0);
    assert.match(restarted.stdout, /^✔ api restarted · generation 2 → 3 · 2 workers/);

    assert.deepEqual(await json(scaleOutputSchema, 0, "scale", "api", "3"), { name: "api", from: 2, to: 3 });
    const { workers } = await json(statusOutputSchema, 0, "status", "api");
    const victim = workers.find(({ state }) => state === "ready");
    assert(victim !== undefined);
    const killed = await json(killOutputSchema, 0, "kill", "api", "--worker", `${victim.slot}.${victim.generation}`);
    assert.deepEqual(killed, { name: "api", worker: victim.id, pid: victim.pid });
    await app.until("stderr", new RegExp(`worker ${victim.slot} · gen ${victim.generation} .*killed`));

    const stopped = await json(stopOutputSchema, 0, "stop", "api");
    assert.deepEqual([stopped.name, stopped.supervisorPid], ["api", listed.supervisorPid]);
    assertCode(await app.ended, 0);
    assertCode(await world.run(["status", "api"]), 3);
  });

  it("renews one worker", async () => {
    await start({ "server.js": plainServer });
    const report = await json(renewOutputSchema, 0, "reload", "api", "--worker", "1");
    assert.equal(report.outcome, "completed");
    assert.deepEqual(report.workers.map(({ slot }) => slot).sort(), [1, 2]);
    assert.equal(
      report.workers.some(({ id }) => id === 1),
      false,
    );
    assert.equal(
      report.workers.some(({ id }) => id === 2),
      true,
    );
    assertCode(await world.run(["reload", "api", "--worker", "77"]), 1);
  });

  it("rolls a broken build back, with the reason, while the app answers", async () => {
    await start({ "server.js": plainServer });
    world.write({ "server.js": 'console.error("what a build"); throw new Error("broken build");' });
    const report = await json(renewOutputSchema, 1, "reload", "api");
    assert.deepEqual([report.outcome, report.from, report.to], ["rolledBack", 1, 2]);
    assert.match(report.reason ?? "", /broken build/);
    assert.match((report.stderr ?? []).join("\n"), /what a build/);
    const { code, stdout } = await world.run(["reload", "api"]);
    assert.equal(code, 1);
    assert.match(stdout, /^✖ reload of api rolled back: .*broken build/);
    assert.match(stdout, /last stderr lines:\n(.*\n)* {4}what a build/);
    assert.match(await get(url), /^\d+$/);
  });

  onPosix("cancels a reload on SIGINT", async () => {
    await start({ "server.js": plainServer });
    world.write({ "server.js": "setInterval(() => undefined, 1000);" });
    const reload = world.start(["reload", "api", "--json"]);
    await app.until("stderr", /reload .*began/);
    reload.child.kill("SIGINT");
    const result = await reload.ended;
    assertCode(result, 1);
    assert.equal(v.parse(renewOutputSchema, JSON.parse(result.stdout)).outcome, "cancelled");
    assert.match(await get(url), /^\d+$/);
  });

  it("prints the logs: prefixed, of one worker as they are, and as JSON", async () => {
    await start({ "server.js": `process.stdout.write("a\\nb ");process.stdout.write("c\\nunended");${plainServer}` });
    const all = await world.run(["logs", "api"]);
    assertCode(all, 0);
    const lines = all.stdout.trimEnd().split("\n").sort();
    assert.deepEqual(lines, ["1·1 │ a", "1·1 │ b c", "1·1 │ unended", "2·1 │ a", "2·1 │ b c", "2·1 │ unended"]);
    assert.equal((await world.run(["logs", "api", "--worker", "2"])).stdout, "a\nb c\nunended\n");
    const last = (await world.run(["logs", "api", "--worker", "2", "--lines", "1"])).stdout;
    assert.equal(last, "unended\n");
    const objects = (await world.run(["logs", "api", "--worker", "1", "--json"])).stdout.trimEnd().split("\n");
    const parsed = objects.map((line) => v.parse(logLineSchema, JSON.parse(line)));
    assert.deepEqual(
      parsed.map(({ worker, stream, text }) => [worker, stream, text]),
      [
        [1, "stdout", "a"],
        [1, "stdout", "b c"],
        [1, "stdout", "unended"],
      ],
    );
    assertCode(await world.run(["logs", "api", "--worker", "77"]), 1);
  });

  it("follows the logs until the app has stopped", async () => {
    await start({ "server.js": plainServer }, "--workers", "1");
    const logs = world.start(["logs", "api", "--follow", "--lines", "0"]);
    // The first line may come before it listens; it is asked for until one is seen.
    const asking = (async () => {
      while (logs.stdout === "") {
        await get(`${url}/log?h%C3%A9llo`);
      }
    })();
    await logs.until("stdout", /^héllo$/m);
    await asking;
    assertCode(await world.run(["stop", "api"]), 0);
    assertCode(await logs.ended, 0);
  });

  it("asks which of two apps of one name is meant", async () => {
    await start({ "server.js": plainServer, "other/server.js": plainServer });
    assertCode(await world.run(["start", "server.js", "--name", "api", "--cwd", "other", "--detach"]), 0);
    const unclear = await world.run(["reload", "api"]);
    assertCode(unclear, 2);
    const [pid] = /^ {4}(\d+) {2}.*other$/m.exec(unclear.stderr)?.slice(1) ?? [];
    assertCode(await world.run(["stop", pid ?? "none"]), 0);
    assertCode(await world.run(["reload", "api"]), 0);
  });
});
