import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFiles } from "../../../../src/supervisor/logs/files/logFiles.ts";

/** Only root on Linux can make a file system that is soon full. */
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe("the log files of an app", () => {
  let folder: string;
  let told: string[];
  let refusal: string | undefined;
  let files: LogFiles;

  const at = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(at(name), "utf8");
  const print = (worker: number, words: string, stream: "stdout" | "stderr" = "stdout"): void =>
    files.write({ worker, slot: worker, generation: 1 }, stream, Buffer.from(words));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hitless-logs-"));
    told = [];
    refusal = undefined;
    files = new LogFiles({
      events: { log: (level, code, message) => told.push(`${level} ${code} ${message.replaceAll(folder, "")}`) },
      hold: () => undefined,
      claim: async () => refusal,
      changed: () => undefined,
    });
  });

  afterEach(async () => {
    await files.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("hold the lines of all workers, each whole, and the last ones though they have no end", async () => {
    await files.open({ file: at("a.log"), errorFile: at("e.log") });
    print(1, "one ");
    print(2, "two\n");
    print(1, "error\n", "stderr");
    print(1, "and more\nlast");
    files.end({ worker: 1, slot: 1, generation: 1 }, "stdout");
    print(2, "without end");
    await files.close();
    assert.equal(text("a.log"), "two\none and more\nlast\nwithout end\n");
    assert.equal(text("e.log"), "error\n");
  });

  it("are others after a reload, if those can be written", async () => {
    await files.open({ file: at("a.log") });
    print(1, "before\nhalf ");
    assert.deepEqual(await files.follow({ file: at("a.log") }), []);
    mkdirSync(at("folder"));
    const stays = await files.follow({ file: at("b.log"), errorFile: at("folder") });
    const reason = `Log files stay as they were: logs.errorFile: ${at("folder")} is a directory; name a regular file`;
    assert.deepEqual(stays, [reason]);
    refusal = "another app writes it";
    assert.deepEqual(await files.follow({ file: at("b.log") }), ["Log files stay as they were: another app writes it"]);
    refusal = undefined;
    assert.deepEqual(await files.follow({ file: at("b.log"), date: "[d]" }), []);
    assert.deepEqual(files.view, { file: at("b.log") });
    print(1, "after\n");
    assert.deepEqual(await files.follow(undefined), []);
    assert.equal(files.view, undefined);
    print(1, "nowhere\n");
    await files.close();
    assert.deepEqual([text("a.log"), text("b.log")], ["before\n", "d: half after\n"]);
    assert.deepEqual(told, [
      "info logFile the output of the workers is written to /a.log",
      `error logFile ${reason.replaceAll(folder, "")}`,
      "error logFile Log files stay as they were: another app writes it",
      "info logFile the output of the workers is written to /b.log",
      "info logFile the output of the workers is written to no file any more",
    ]);
  });

  (canMount ? it : it.skip)("say what a reload that leaves a full disk has cost", async () => {
    const disk = at("disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", disk]);
    try {
      await files.open({ file: join(disk, "a.log") });
      print(1, `${"x".repeat(30_000)}\ny\n`);
      const [loss, ...more] = await files.follow({ file: at("b.log") });
      assert.match(
        loss?.replace(folder, "") ?? "",
        /^\d lines? \(\d+ bytes\) for \/disk\/a\.log are lost: it can't be written: ENOSPC/,
      );
      assert.deepEqual(more, []);
      assert.ok(told.includes(`error logFile ${loss?.replace(folder, "")}`), told.join("\n"));
    } finally {
      await files.close();
      execFileSync("umount", ["-l", disk]);
    }
  });

  it("can be opened anew only where there are some", async () => {
    await assert.rejects(files.reopen(), /The app writes no log files; logs\.file says where\./);
    await files.open({ file: at("a.log"), errorFile: at("a.log") });
    assert.deepEqual(await files.reopen(), [at("a.log")]);
  });
});
