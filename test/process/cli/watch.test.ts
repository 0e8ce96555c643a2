import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { get as httpGet, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { historyOutputSchema, statusOutputSchema, watchOutputSchema } from "../../../src/shared/cliOutput.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { onPosix } from "../../support/process/scene.ts";
import { type StrictClient, startStrictClient } from "../../support/process/strictClient.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliRun, type CliWorld, endByCtrlC, get, openCliWorld, readyPattern } from "./hitless.ts";

const server = (answer: string) =>
  `require("node:http").createServer((request, response) => response.end("${answer}")).listen(process.env.PORT ?? 0);\n`;

describe("watching", () => {
  let world: CliWorld;
  let app: CliRun;
  let url: string;
  let strict: StrictClient | undefined;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(async () => {
    await strict?.stop();
    strict = undefined;
    await world.end();
  });

  async function start(...flags: string[]): Promise<void> {
    const workers = flags.includes("--workers") ? [] : ["--workers", "1"];
    app = world.start(["start", "server.js", "--name", "api", ...workers, ...flags]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
    if (flags.includes("--watch")) {
      await app.until("stderr", /watching /);
    }
  }

  /** The reports, oldest first. */
  async function reports(): Promise<RenewalReport[]> {
    const result = await world.run(["history", "api", "--json"]);
    assertCode(result, 0);
    return v.parse(historyOutputSchema, JSON.parse(result.stdout)).reports.reverse();
  }

  const answers = (text: string) => poll(`it answers ${text}`, async () => (await get(url)) === text);
  const renewed = (generation: number) =>
    app.until("stderr", new RegExp(`reload to generation ${generation} (completed|rolled back) after`));
  const git = (...words: string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...words],
      {
        cwd: world.folder,
      },
    );

  it("reloads what is saved, and takes nothing from a client for a mistake", async () => {
    world.write({ "server.js": server("one"), "notes.md": "" });
    await start("--watch");
    const port = Number(new URL(url).port);
    strict = await startStrictClient({ target: { port }, connections: 4, read: ({ body }) => body });
    world.write({ "server.js": server("two") });
    await answers("two");
    world.write({ "server.js": `${server("three")}\n  const = broken;\n` });
    await renewed(3);
    assert.equal(await get(url), "two");
    world.write({ "server.js": server("four") });
    await answers("four");
    await app.until("stderr", /reload to generation 3 completed after/);
    const counts = await strict.stop();
    assert.deepEqual([counts.failed, counts.failures], [0, []]);
    const told = await reports();
    assert.deepEqual(
      told.map(({ cause, files, outcome }) => [cause, files, outcome]),
      [
        ["watch", ["server.js"], "completed"],
        ["watch", ["server.js"], "rolledBack"],
        ["watch", ["server.js"], "completed"],
      ],
    );
    assert.deepEqual(told[1]?.location, { file: join(world.folder, "server.js"), line: 3 });
  });

  it("serves what is saved while further workers start, and takes it back whole when one of them fails", async () => {
    const held = (answer: string, then: string) => `
      const { existsSync } = require("node:fs");
      const listen = () => require("node:http").createServer((request, response) => response.end("${answer}")).listen(0);
      const wait = () => (existsSync("go") ? ${then} : setTimeout(wait, 20));
      process.env.HITLESS_WORKER === "2" ? wait() : listen();
    `;
    world.write({ "server.js": held("one", "listen()"), go: "" });
    await start("--watch", "--workers", "2");
    const port = Number(new URL(url).port);
    strict = await startStrictClient({ target: { port }, connections: 4, read: ({ body }) => body });
    for (const [answer, then, end] of [
      ["two", "listen()", "completed"],
      ["three", "process.exit(3)", "rolled back"],
    ] as const) {
      unlinkSync(join(world.folder, "go"));
      world.write({ "server.js": held(answer, then) });
      await poll(`a new connection is answered ${answer}`, async () => (await askAnew(url)) === answer);
      assert.deepEqual(await Promise.all(Array.from({ length: 8 }, () => askAnew(url))), Array(8).fill(answer));
      world.write({ go: "" });
      await app.until("stderr", new RegExp(`reload to generation \\d ${end} after`));
    }
    assert.deepEqual(await Promise.all(Array.from({ length: 8 }, () => askAnew(url))), Array(8).fill("two"));
    const counts = await strict.stop();
    assert.deepEqual([counts.failed, counts.failures], [0, []]);
  });

  it("makes one reload of a switch of branches over 500 files", async () => {
    const files = Array.from({ length: 500 }, (_, index) => `lib/folder${index % 25}/file${index}.js`);
    const write = (text: string) =>
      world.write({ "server.js": server(text), ...Object.fromEntries(files.map((file) => [file, `"${text}";\n`])) });
    git("init", "-q", "-b", "main");
    write("one");
    git("add", ".");
    git("commit", "-q", "-m", "one");
    git("switch", "-q", "-c", "other");
    write("two");
    world.write({ "more/new.js": "" });
    git("add", ".");
    git("commit", "-q", "-m", "two");
    git("switch", "-q", "main");
    await start("--watch");
    git("switch", "-q", "other");
    await answers("two");
    await renewed(2);
    // What would be a second one is over before this one.
    world.write({ "server.js": server("three") });
    await answers("three");
    const [first, second, ...more] = await reports();
    assert.deepEqual([first?.files?.length, second?.files, more], [20, ["server.js"], []]);
  });

  it("makes one reload of all that is saved before clients meet it, and one of all that is saved after", async () => {
    world.write({
      "server.js": `
        const { existsSync } = require("node:fs");
        const until = (name, exists, act) => (existsSync(name) === exists ? act() : setTimeout(until, 20, name, exists, act));
        const answer = (request, response) =>
          (console.log("asked for " + request.url), until("free", true, () => response.end("held")));
        until("hold", false, () => require("node:http").createServer(answer).listen(0));
      `,
      "a.js": "",
    });
    await start("--watch");
    world.write({ hold: "", "a.js": "1" });
    await app.until("stderr", /reload of all workers began since a\.js changed/);
    for (const times of [1, 2, 3]) {
      world.write({ [`b${times}.js`]: "" });
      // Each time the new worker is let go, and another one begins.
      await app.until("stderr", new RegExp(`(?:[\\s\\S]*?gen 2 \\(pid \\d+\\) is gone){${times}}`));
    }
    unlinkSync(join(world.folder, "hold"));
    await renewed(2);
    const held = get(`${url}/held`);
    await app.until("stdout", /asked for \/held/);
    world.write({ "c.js": "1" });
    await app.until("stderr", /reload of all workers began since c\.js changed/);
    await poll("the old worker drains", async () => {
      const { stdout } = await world.run(["status", "api", "--json"]);
      return v.parse(statusOutputSchema, JSON.parse(stdout)).renewal?.phase === "draining";
    });
    for (const file of ["d2.js", "d3.js"]) {
      world.write({ [file]: "" });
      await app.until("stderr", new RegExp(`hitless ${file} changed`));
    }
    world.write({ free: "" });
    assert.equal(await held, "held");
    await renewed(4);
    assert.deepEqual(
      (await reports()).map(({ files, outcome }) => [files, outcome]),
      [
        [["a.js", "b1.js", "b2.js", "b3.js"], "completed"],
        [["c.js"], "completed"],
        [["d2.js", "d3.js"], "completed"],
      ],
    );
  });

  it("stops an app that reloads itself by what it writes, names the file, and goes on with what is saved", async () => {
    const writes = `require("node:fs").writeFileSync("db.json", JSON.stringify({ started: process.hrtime.bigint().toString() }));`;
    world.write({ "server.js": `${writes}\n${server("one")}`, "db.json": "" });
    await start("--watch");
    world.write({ "other.js": "" });
    await app.until("stderr", /db\.json caused one reload after the other, .* watch\.exclude: \["db\.json"\]\./);
    await app.until("stderr", /reload to generation 2 completed/);
    // Now and then it is reloaded for it after all.
    await poll("the status says so", async () =>
      /Name it in watch\.exclude/.test((await world.run(["status", "api"])).stdout),
    );
    world.write({ "server.js": server("two") });
    await answers("two");
  });

  it("counts what runs and what it reads, whatever git ignores, and nothing else", async () => {
    git("init", "-q");
    world.write({
      ".gitignore": "dist\n.env\nlogs\n",
      "server.js": server("none"),
      "dist/main.js": server("one"),
      "logs/a.json": "",
      "node_modules/x/index.js": "",
      ".env": "A=1",
    });
    app = world.start(["start", "dist/main.js", "--name", "api", "--workers", "1", "--watch"]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
    await app.until("stderr", /watching /);
    world.write({ "logs/a.json": "1", "node_modules/x/index.js": "1", "app.log": "", "dist/main.js": server("two") });
    await answers("two");
    world.write({ ".env": "A=2" });
    await renewed(3);
    // A source is not what runs, and a build that begins by deleting what it makes is waited for.
    world.write({ "src/main.ts": "1" });
    rmSync(join(world.folder, "dist"), { recursive: true });
    world.write({ "dist/main.d.ts": "" });
    assert.equal((await reports()).length, 2);
    world.write({ "dist/main.js": server("three") });
    await answers("three");
    await renewed(4);
    assert.deepEqual(
      (await reports()).map(({ files, outcome }) => [files, outcome]),
      [
        [["dist/main.js"], "completed"],
        [[".env"], "completed"],
        [["dist/main.d.ts", "dist/main.js"], "completed"],
      ],
    );
  });

  it("follows editors that rename, folders that go and come back, and links that lead to another release", async () => {
    for (const release of ["r1", "r2"]) {
      world.write({ [`releases/${release}/server.js`]: server(release), [`releases/${release}/lib/a.js`]: "" });
    }
    const current = join(world.folder, "current");
    const lead = (release: string) => {
      symlinkSync(join(world.folder, "releases", release), `${current}.new`, "junction");
      renameSync(`${current}.new`, current);
    };
    lead("r1");
    app = world.start(["start", "server.js", "--name", "api", "--workers", "1", "--watch"], {
      cwd: current,
      env: { PWD: current },
    });
    [, , , , url = ""] = await app.until("stderr", readyPattern);
    await app.until("stderr", /watching /);

    const file = join(world.folder, "releases/r1/server.js");
    writeFileSync(`${file}.tmp.1`, server("renamed"));
    renameSync(`${file}.tmp.1`, file);
    await answers("renamed");
    await renewed(2);
    const lib = join(world.folder, "releases/r1/lib");
    rmSync(lib, { recursive: true });
    await renewed(3);
    mkdirSync(lib);
    writeFileSync(join(lib, "a.js"), "1");
    await renewed(4);
    writeFileSync(join(lib, "a.js"), "2");
    await renewed(5);
    if (process.platform !== "win32") {
      lead("r2");
      await answers("r2");
      await renewed(6);
      await app.until("stderr", /watching .*r2/);
      world.write({ "releases/r2/server.js": server("r2 again") });
      await answers("r2 again");
    }
  });

  it("is switched on and off while the app runs, and says so", async () => {
    world.write({ "server.js": server("one") });
    await start();
    const status = async () => {
      const result = await world.run(["status", "api", "--json"]);
      assertCode(result, 0);
      return v.parse(statusOutputSchema, JSON.parse(result.stdout)).watch;
    };
    assert.deepEqual(await status(), { state: "off" });
    const on = await world.run(["watch", "api"]);
    assertCode(on, 0);
    assert.match(on.stdout, /^✔ api is reloaded when files in .* change\n$/);
    assert.match((await world.run(["status", "api"])).stdout, /watching: reloads when its files change/);
    world.write({ "server.js": server("two") });
    await answers("two");
    await renewed(2);
    const off = await world.run(["watch", "api", "off", "--json"]);
    assertCode(off, 0);
    assert.deepEqual(v.parse(watchOutputSchema, JSON.parse(off.stdout)), { name: "api", state: "off" });
    world.write({ "server.js": server("three"), "lib/new.js": "" });
    const stale = await world.run(["status", "api"]);
    assert.match(stale.stdout, /2 files changed since generation 2\n {4}lib\/new\.js.*\n {4}server\.js\n/);
    assertCode(await world.run(["reload", "api"]), 0);
    assert.doesNotMatch((await world.run(["status", "api"])).stdout, /changed since/);
    assert.deepEqual(
      (await reports()).map(({ cause }) => cause),
      ["watch", undefined],
    );
    assertCode(await world.run(["watch", "api", "maybe"]), 2);
  });

  onPosix("does not reload once more what a reload has read already", async () => {
    const settings = { "hitless.apps": [{ name: "api", entry: "server.js", workers: 1, watch: { debounce: 1_000 } }] };
    world.write({ "server.js": server("one"), ".vscode/settings.json": JSON.stringify(settings) });
    app = world.start(["start", "api"]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
    await app.until("stderr", /watching /);
    world.write({ "server.js": server("two") });
    app.child.kill("SIGUSR2");
    await renewed(2);
    world.write({ "other.js": "" });
    await renewed(3);
    assert.deepEqual(
      (await reports()).map(({ cause, files }) => [cause, files]),
      [
        [undefined, undefined],
        ["watch", ["other.js"]],
      ],
    );
  });

  it("builds first, once for each save, and rolls back what can't be built", async () => {
    git("init", "-q");
    const build = `
      const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
      const text = readFileSync("src/main.ts", "utf8");
      if (text.includes("broken")) { console.log("src/main.ts(1,3): error TS1005: ';' expected."); process.exit(2); }
      mkdirSync("dist", { recursive: true });
      writeFileSync("dist/main.js", text);
      writeFileSync("src/made.json", "1");
    `;
    const settings = {
      "hitless.apps": [{ name: "api", entry: "dist/main.js", workers: 1, watch: true, preReload: "build" }],
    };
    const tasks = [{ label: "build", type: "process", command: "node", args: ["build.cjs"] }];
    world.write({
      ".gitignore": "dist\n",
      "build.cjs": build,
      "src/main.ts": server("one"),
      "dist/main.js": server("one"),
      ".vscode/settings.json": JSON.stringify(settings),
      ".vscode/tasks.json": JSON.stringify({ tasks }),
    });
    app = world.start(["start", "api"]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
    await app.until("stderr", /watching /);
    world.write({ "src/main.ts": server("two") });
    await answers("two");
    // What the build has made beside the sources is news once.
    await app.until("stderr", /reload to generation 3 completed/);
    world.write({ "src/main.ts": `broken ${server("three")}` });
    await app.until("stderr", /reload to generation 4 rolled back/);
    assert.equal(await get(url), "two");
    world.write({ "src/main.ts": server("four") });
    await answers("four");
    await app.until("stderr", /reload to generation 4 completed/);
    const told = await reports();
    assert.deepEqual(
      told.map(({ files, outcome }) => [files, outcome]),
      [
        [["src/main.ts"], "completed"],
        [["src/made.json"], "completed"],
        [["src/main.ts"], "rolledBack"],
        [["src/main.ts"], "completed"],
      ],
    );
    assert.match(told[2]?.reason ?? "", /^preReload \(node build\.cjs\) ended with exit code 2\.$/);
    assert.deepEqual(told[2]?.location, { file: join(world.folder, "src/main.ts"), line: 1, column: 3 });
    assert.match(told[2]?.stderr?.join() ?? "", /TS1005/);
  });

  it("waits for a change when the app does not start, and starts it then", async () => {
    world.write({ "server.js": "const = 1;" });
    app = world.start(["start", "server.js", "--name", "api", "--workers", "1", "--watch"]);
    await app.until("stderr", /nothing runs; waiting for a change/);
    world.write({ "server.js": server("one") });
    [, , , , url = ""] = await app.until("stderr", readyPattern);
    assert.equal(await get(url), "one");
    await endByCtrlC(app);
  });
});

/** What is answered over a new connection. */
async function askAnew(url: string): Promise<string> {
  const [response] = (await once(httpGet(url, { agent: false }), "response")) as [IncomingMessage];
  return text(response);
}
