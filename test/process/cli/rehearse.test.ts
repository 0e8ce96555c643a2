import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { rehearsalResultSchema } from "../../../src/shared/rehearsal/rehearsalResult.ts";
import { freePort } from "../../support/process/freePort.ts";
import { assertCode, type CliWorld, openCliWorld } from "./hitless.ts";

const server = `
require("node:http").createServer((request, response) => response.end("whole")).listen(Number(process.env.PORT ?? 0));`;

describe("hitless rehearse", () => {
  let world: CliWorld;

  beforeEach(async () => {
    world = openCliWorld();
    world.write({ "server.js": server });
    const env = { PORT: String(await freePort()) };
    assertCode(await world.run(["start", "server.js", "--name", "api", "--detach"], { env }), 0);
  });

  afterEach(() => world.end());

  it("proves a reload, fails for a restart, and leaves the app alone with a build that can't start", async () => {
    const words = ["rehearse", "api", "--seconds", "3", "--json"];
    const reload = await world.run([...words, "--compare", "restart", "--html", "page.html"]);
    assertCode(reload, 0);
    const [first, second] = v.parse(v.tuple([rehearsalResultSchema, rehearsalResultSchema]), JSON.parse(reload.stdout));
    // On Windows no connection is handed over.
    const reopened = process.platform === "win32" ? first.reopened : 0;
    assert.deepEqual([first.failed, first.reopened, first.passed], [0, reopened, true]);
    assert.deepEqual(
      first.marks.map(({ mark }) => mark),
      ["ordered", "firstReady", "ready", "draining", "done"],
    );
    assert.ok(second.failed > 0 && second.reopened > 0 && !second.passed);
    assert.deepEqual([...new Set(second.workers.map(({ generation }) => generation))], [2, 3]);
    assert.match(readFileSync(join(world.folder, "page.html"), "utf8"), /nobody would have noticed|nothing was lost/);

    world.write({ "before.json": reload.stdout });
    const broken = await world.run([...words, "--break", "--earlier", "before.json", "--markdown", "both.md"]);
    assertCode(broken, 0);
    const [result, earlier] = v.parse(
      v.tuple([rehearsalResultSchema, rehearsalResultSchema]),
      JSON.parse(broken.stdout),
    );
    assert.deepEqual(earlier, first);
    assert.match(readFileSync(join(world.folder, "both.md"), "utf8"), /reload of `api`, earlier/);
    assert.deepEqual([result.failed, result.reopened, result.report.outcome], [0, 0, "rolledBack"]);
    assert.match((await world.run(["status", "api"])).stdout, /2\/2 ready|ready 2\/2/);
  });

  it("says what is wrong before it asks anything", async () => {
    const missing = await world.run(["rehearse", "api", "--path", "/", "--expect", "204"]);
    assertCode(missing, 1);
    assert.match(missing.stderr, /does not answer rightly even without a renewal \(GET \/: status 200\)/);
    assertCode(await world.run(["rehearse", "api", "--kind", "reboot"]), 2);
    assertCode(await world.run(["rehearse", "api", "--seconds", "500"]), 2);
    for (const [flags, why] of [
      [["--method", "POST", "--body", "@none.json"], /--body: .*none\.json/],
      [["--method", "POST", "--body", "@."], /--body: \. is no file/],
      [
        ["--earlier", "server.js"],
        /--earlier must be a file that "hitless rehearse NAME --json" of this version wrote/,
      ],
    ] as const) {
      const refused = await world.run(["rehearse", "api", ...flags]);
      assertCode(refused, 2);
      assert.match(refused.stderr, why);
    }
    const nowhere = await world.run(["rehearse", "api", "--html", "nowhere/page.html"]);
    assertCode(nowhere, 2);
    assert.match(nowhere.stderr, /--html can't be written: .*nowhere/);
  });

  it("does not touch what looks like production unless it is told to", async () => {
    world.write({ "other.js": server });
    const env = { NODE_ENV: "production" };
    assertCode(await world.run(["start", "other.js", "--name", "shop", "--detach"], { env }), 0);
    const refused = await world.run(["rehearse", "shop", "--json"]);
    assertCode(refused, 2);
    assert.match(refused.stderr, /NODE_ENV is \\?"production\\?"/);
  });
});
