import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { commands, runCommandLine } from "../../../src/cli/commandLine.ts";
import { errorOutputSchema } from "../../../src/shared/cliOutput.ts";
import { type FakeSupervisor, fakeSupervisor, refuse } from "../client/fakeSupervisor.ts";
import { sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";
import { memoryContext } from "./memoryOutput.ts";

describe("runCommandLine", () => {
  const before = process.env.HITLESS_RUNTIME_DIR;
  let folder: string;
  let supervisor: FakeSupervisor | undefined;

  beforeEach(() => {
    folder = tempFolder();
    process.env.HITLESS_RUNTIME_DIR = folder;
  });

  afterEach(async () => {
    await supervisor?.close();
    supervisor = undefined;
    if (before === undefined) {
      delete process.env.HITLESS_RUNTIME_DIR;
    } else {
      process.env.HITLESS_RUNTIME_DIR = before;
    }
    removeTempFolders();
  });

  async function run(...words: string[]) {
    const context = memoryContext({ cwd: folder });
    const code = await runCommandLine(context, words);
    return { code, stdout: context.stdout.text, stderr: context.stderr.text };
  }

  async function withSupervisor(answers: Parameters<typeof fakeSupervisor>[1]) {
    supervisor = await fakeSupervisor(folder, answers);
    writeFileSync(join(folder, "a.json"), JSON.stringify(supervisor.endpoint));
  }

  it("tells its version", async () => {
    for (const word of ["--version", "-v"]) {
      assert.deepEqual(await run(word), { code: 0, stdout: "1.2.3\n", stderr: "" });
    }
  });

  it("lists every command in its help, on stdout when asked and on stderr when not", async () => {
    const asked = await run("--help");
    for (const { spec } of commands) {
      assert.ok(asked.stdout.includes(`\n  ${spec.name}`), spec.name);
    }
    assert.deepEqual([asked.code, asked.stderr], [0, ""]);
    assert.equal((await run("help")).stdout, asked.stdout);
    const unasked = await run();
    assert.deepEqual([unasked.code, unasked.stdout, unasked.stderr], [2, "", asked.stdout]);
  });

  it("shows each command's help with all its flags", async () => {
    for (const { spec } of commands) {
      const { code, stdout } = await run(spec.name, "--help");
      assert.equal(code, 0);
      for (const flag of spec.flags) {
        assert.ok(stdout.includes(`--${flag.name}`), `${spec.name} --${flag.name}`);
      }
      assert.equal((await run("help", spec.name)).stdout, stdout);
    }
  });

  it("suggests the command that was meant", async () => {
    assert.deepEqual(await run("relod"), {
      code: 2,
      stdout: "",
      stderr: '✖ There is no command "relod". Did you mean "hitless reload"?\nSee: hitless --help\n',
    });
    assert.equal((await run("--verison")).code, 2);
  });

  it("ends with 2 on wrong usage and with 3 where there is no such app", async () => {
    assert.equal((await run("reload")).code, 2);
    assert.equal((await run("scale", "api", "0")).code, 2);
    assert.equal((await run("scale", "api", "5000")).code, 2);
    assert.equal((await run("kill", "api")).code, 2);
    assert.equal((await run("logs", "api", "--lines", "few")).code, 2);
    assert.equal((await run("history", "api", "--limit", "0")).code, 2);
    assert.equal((await run("layers", "api", "--sample", "61")).code, 2);
    assert.equal((await run("layers", "api", "--worker", "one")).code, 2);
    assert.equal((await run("start", "--json")).code, 2);
    assert.equal((await run("start", "--cwd", "gone")).code, 2);
    assert.equal((await run("start", "gone.js")).code, 1);
    for (const command of ["status", "reload", "graceful-reload", "restart", "rollback", "history", "stop", "logs"]) {
      assert.equal((await run(command, "api")).code, 3, command);
    }
  });

  it("tells errors to programs as JSON", async () => {
    const { code, stdout, stderr } = await run("status", "api", "--json");
    const { error } = v.parse(errorOutputSchema, JSON.parse(stderr));
    assert.deepEqual([code, stdout, error.code], [3, "", "appNotFound"]);
    assert.match((await run("status", "api", "--", "--json")).stderr, /^✖/);
  });

  it("ends with 1 when the supervisor refuses", async () => {
    await withSupervisor({});
    const { code, stderr } = await run("reload", "api", "--worker", "9");
    assert.deepEqual([code, stderr], [1, "✖ api has no worker 9.\n    It has 1.1 (ready), 2.1 (ready).\n"]);
  });

  it("ends with 1 and the reason when going back is refused", async () => {
    const why = "Generation 1 can't be started again: its files have changed.";
    await withSupervisor({
      "app/rollback": () => {
        throw refuse("invalidState", why);
      },
    });
    assert.deepEqual(await run("rollback", "api"), { code: 1, stdout: "", stderr: `✖ ${why}\n` });
    const { error } = v.parse(errorOutputSchema, JSON.parse((await run("rollback", "api", "--json")).stderr));
    assert.deepEqual([error.code, error.message], ["invalidState", why]);
  });

  it("shows the history as far as it is asked for", async () => {
    const reports = [1, 2, 3].map((to) => sampleReport({ from: to - 1, to }));
    await withSupervisor({ "app/reports": () => ({ reports }) });
    const shown = async (...words: string[]) => JSON.parse((await run("history", "api", "--json", ...words)).stdout);
    assert.deepEqual(await shown(), { name: "api", reports });
    assert.deepEqual(await shown("--limit", "2"), { name: "api", reports: reports.slice(0, 2) });
    assert.equal((await run("history", "api", "--limit", "1")).stdout.trimEnd().split("\n").length, 2);
  });

  it("says that there is no history yet", async () => {
    await withSupervisor({ "app/reports": () => ({ reports: [] }) });
    const { code, stdout, stderr } = await run("history", "api");
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /^api has not been renewed/);
  });

  it("asks what a drain shall be: either longer or cut", async () => {
    const asked: unknown[] = [];
    const worker = sampleWorker({ state: "draining", drainDeadline: Date.now() + 90_000 });
    await withSupervisor({
      "app/drain": (params) => {
        asked.push(params);
        return {};
      },
      "app/snapshot": () => sampleSnapshot({ workers: [worker] }),
    });
    for (const words of [
      ["--cut"],
      ["--worker", "1"],
      ["--worker", "1", "--cut", "--extend", "5"],
      ["--worker", "1", "--extend", "0"],
      ["--worker", "1", "--extend", "86400001"],
      ["--worker", "x", "--cut"],
    ]) {
      assert.equal((await run("drain", "api", ...words)).code, 2, words.join(" "));
    }
    assert.deepEqual(asked, []);
    const extended = await run("drain", "api", "--worker", "1", "--extend", "60000");
    assert.match(extended.stdout, /^✔ api: worker 1 · gen 1 may drain 1m longer · 1m \d+s left\n$/);
    assert.equal((await run("drain", "api", "--worker", "1", "--cut")).stdout, "✔ api: worker 1 · gen 1 is cut off\n");
    assert.deepEqual(asked, [
      { action: "extend", worker: 1, ms: 60_000 },
      { action: "cut", worker: 1 },
    ]);
  });

  it("groups the flags of start, each under one heading", async () => {
    const { stdout } = await run("start", "--help");
    const flags = stdout.slice(stdout.indexOf("\nThe app\n"), stdout.indexOf("\nExamples\n"));
    assert.deepEqual(
      flags.split("\n").filter((line) => /^\S/.test(line)),
      [
        "The app",
        "When a worker is ready",
        "How workers are renewed",
        "When workers fail",
        "Behind a balancer",
        "Log files",
        "While you develop",
        "This command",
      ],
    );
    assert.equal(stdout.includes("\nFlags\n"), false);
    assert.match((await run("stop", "--help")).stdout, /\nFlags\n/);
  });

  it("lists a supervisor that does not answer for what it is", async () => {
    await withSupervisor({
      initialize: () => {
        throw refuse("protocolMismatch", "I speak 7.");
      },
    });
    const { code, stdout, stderr } = await run("list", "--json");
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(stdout).map(({ name, state }: { name: string; state: string }) => [name, state]),
      [["api", "unreachable"]],
    );
    assert.match(stderr, /I speak 7/);
  });

  it("says so when nothing runs", async () => {
    const { code, stdout, stderr } = await run("list");
    assert.deepEqual([code, stdout], [0, ""]);
    // What other apps of this user have left behind is told after it.
    assert.match(stderr, /^No app is running\. Start one with: hitless start\n/);
    assert.equal((await run("list", "--json")).stdout, "[]\n");
  });
});
