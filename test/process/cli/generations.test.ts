import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as v from "valibot";
import { errorOutputSchema, historyOutputSchema, renewOutputSchema } from "../../../src/shared/cliOutput.ts";
import { onPosix } from "../../support/process/scene.ts";
import { assertCode, type CliRun, type CliWorld, get, openCliWorld, readyPattern } from "./hitless.ts";

const server = (answer: string) =>
  `require("node:http").createServer((request, response) => response.end("${answer}")).listen(0);\n`;

describe("hitless rollback and history", () => {
  let world: CliWorld;
  let app: CliRun;
  let url: string;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  async function start(): Promise<void> {
    app = world.start(["start", "server.js", "--name", "api", "--workers", "1"]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
  }

  function git(...words: string[]): string {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    return execFileSync("git", [...identity, ...words], { cwd: world.folder, encoding: "utf8" }).trim();
  }

  function commit(answer: string): string {
    world.write({ "server.js": server(answer) });
    git("add", "server.js");
    git("commit", "-q", "-m", answer);
    return git("rev-parse", "HEAD");
  }

  async function history(...words: string[]) {
    const result = await world.run(["history", "api", "--json", ...words]);
    assertCode(result, 0);
    return v.parse(historyOutputSchema, JSON.parse(result.stdout)).reports;
  }

  it("go back to the same commit, refuse another with the reason, and tell of both", async () => {
    git("init", "-q");
    const first = commit("one");
    await start();

    const nowhere = await world.run(["rollback", "api"]);
    assertCode(nowhere, 1);
    assert.match(nowhere.stderr, /^✖ There is no previous generation/);
    assert.deepEqual(await history(), []);

    assertCode(await world.run(["reload", "api"]), 0);
    const back = await world.run(["rollback", "api", "--json"]);
    assertCode(back, 0);
    const report = v.parse(renewOutputSchema, JSON.parse(back.stdout));
    assert.deepEqual([report.name, report.outcome, report.from, report.to], ["api", "completed", 2, 3]);

    const second = commit("two");
    assertCode(await world.run(["reload", "api"]), 0);
    assert.equal(await get(url), "two");
    const refused = await world.run(["rollback", "api"]);
    assertCode(refused, 1);
    assert.equal(refused.stdout, "");
    const [was, is] = [first, second].map((hash) => hash.slice(0, 10));
    const reason = new RegExp(
      `can't be started again: its files have changed: it ran commit ${was}, now there is ${is}`,
    );
    assert.match(refused.stderr, reason);
    const { error } = v.parse(errorOutputSchema, JSON.parse((await world.run(["rollback", "api", "--json"])).stderr));
    assert.equal(error.code, "invalidState");
    assert.match(error.message, reason);

    git("checkout", "-q", first);
    const { code, stdout } = await world.run(["rollback", "api"]);
    assert.deepEqual([code, await get(url)], [0, "one"]);
    assert.match(stdout, /^✔ api reloaded · generation 4 → 5 · 1 worker · .*\n {2}0 dropped/);

    assert.deepEqual(
      (await history()).map(({ from, to }) => [from, to]),
      [
        [4, 5],
        [3, 4],
        [2, 3],
        [1, 2],
      ],
    );
    assert.deepEqual(
      (await history("--limit", "1")).map(({ to }) => to),
      [5],
    );
  });

  onPosix("cancel going back on SIGINT", async () => {
    git("init", "-q");
    world.write({ ".gitignore": "hang\n" });
    const text = `if (require("node:fs").existsSync("hang")) setInterval(() => undefined, 1000); else ${server("one")}`;
    world.write({ "server.js": text });
    git("add", ".");
    git("commit", "-q", "-m", "one");
    await start();
    assertCode(await world.run(["reload", "api"]), 0);
    world.write({ hang: "" });
    const rollback = world.start(["rollback", "api", "--json"]);
    await app.until("stderr", /reload of all workers began[\s\S]*reload of all workers began/);
    rollback.child.kill("SIGINT");
    const result = await rollback.ended;
    assertCode(result, 1);
    assert.equal(v.parse(renewOutputSchema, JSON.parse(result.stdout)).outcome, "cancelled");
    assert.equal(await get(url), "one");
  });

  it("tell people why a renewal did not complete", async () => {
    world.write({ "server.js": server("one") });
    await start();
    world.write({ "server.js": 'throw new Error("broken build");' });
    assertCode(await world.run(["reload", "api"]), 1);
    const table = await world.run(["history", "api"]);
    assertCode(table, 0);
    const [heading, row] = table.stdout.split("\n");
    assert.match(heading ?? "", /^WHEN .* REASON$/);
    assert.match(row ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}reload {2}1 → 2 {2}rolled back .*broken build/);
    const outside = await world.run(["rollback", "api"]);
    assertCode(outside, 1);
    assert.match(outside.stderr, /no previous generation/);
  });
});
