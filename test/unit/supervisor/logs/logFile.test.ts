import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LogFile, type LogFileOptions } from "../../../../src/supervisor/logs/files/appendingFile.ts";
import { poll } from "../../../support/process/until.ts";

const isWindows = process.platform === "win32";
/** Only root on Linux can make a file system that is soon full. */
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe("a log file", () => {
  let folder: string;
  let path: string;
  let told: string[];
  let file: LogFile;

  const create = (options: Partial<LogFileOptions> = {}): LogFile =>
    new LogFile({
      path,
      rotation: undefined,
      tell: (level, message) => told.push(`${level} ${message.replace(folder, "")}`),
      filled: () => undefined,
      ...options,
    });
  const say = (text: string): void => file.write(Buffer.from(text));
  const text = (name = "app.log"): string => readFileSync(join(folder, name), "utf8");
  const holds = (expected: string, name?: string): Promise<void> =>
    poll(
      () => `${name ?? "the file"} holds ${JSON.stringify(expected)}`,
      () => existsSync(join(folder, name ?? "app.log")) && text(name) === expected,
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hitless-log-"));
    path = join(folder, "app.log");
    told = [];
    file = create();
  });

  afterEach(async () => {
    await file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is made with its folder, for its owner and group only, and what is there stays", async () => {
    file = create({ path: join(folder, "logs", "deep", "app.log") });
    await file.open();
    say("one\n");
    await file.close();
    assert.equal(text("logs/deep/app.log"), "one\n");
    if (!isWindows) {
      assert.equal(statSync(join(folder, "logs")).mode & 0o027, 0);
      assert.equal(statSync(join(folder, "logs/deep/app.log")).mode & 0o137, 0);
    }
    writeFileSync(path, "before\n");
    file = create();
    await file.open();
    say("after\n");
    await file.close();
    assert.equal(text(), "before\nafter\n");
  });

  it("is put aside before it is too large, with all lines, the newest first and no more than are kept", async () => {
    writeFileSync(join(folder, "app.log.2024"), "somebody's own");
    writeFileSync(path, "");
    if (!isWindows) {
      chmodSync(path, 0o600);
    }
    file = create({ rotation: { maxSize: 20, maxFiles: 3, compress: false } });
    await file.open();
    for (let line = 0; line < 10; line += 1) {
      say(`line ${line} ${"x".repeat(8)}\n`);
    }
    say(`${"long".repeat(20)}\n`);
    await file.close();
    assert.deepEqual(
      ["app.log", "app.log.1", "app.log.2", "app.log.3"].map((name) => text(name).slice(0, 6)),
      ["longlo", "line 9", "line 8", "line 7"],
    );
    assert.deepEqual(readdirSync(folder).sort(), ["app.log", "app.log.1", "app.log.2", "app.log.2024", "app.log.3"]);
    if (!isWindows) {
      assert.deepEqual(
        ["app.log", "app.log.1"].map((name) => statSync(join(folder, name)).mode & 0o777),
        [0o600, 0o600],
      );
    }
    assert.deepEqual(told, []);
  });

  it("is compressed while it goes on", async () => {
    const lines = Array.from({ length: 400 }, (_, line) => `line ${line} ${"x".repeat(1_000)}\n`);
    file = create({ rotation: { maxSize: 60_000, maxFiles: 100, compress: true } });
    await file.open();
    for (const line of lines) {
      say(line);
    }
    const aside = () => readdirSync(folder).filter((name) => name !== "app.log");
    await poll(
      () => `all are compressed: ${aside()}`,
      () => aside().length >= 6 && aside().every((name) => /^app\.log\.\d\.gz$/.test(name)),
    );
    await file.close();
    const parts = aside().sort((a, b) => b.localeCompare(a));
    const whole = parts.map((name) => gunzipSync(readFileSync(join(folder, name))).toString()).join("") + text();
    assert.equal(whole, lines.join(""));
  });

  (isWindows ? it.skip : it)("is followed where it is moved, removed, or emptied by somebody", async () => {
    await file.open();
    say("one\n");
    await holds("one\n");
    renameSync(path, join(folder, "moved"));
    say("two\n");
    await holds("one\ntwo\n", "moved");
    await file.reopen();
    say("three\n");
    await holds("three\n");
    assert.equal(text("moved"), "one\ntwo\n");
    truncateSync(path);
    say("four\n");
    await holds("four\n");
    rmSync(path);
    await poll(
      () => "it is made again",
      () => {
        say("five\n");
        return existsSync(path);
      },
    );
    mkdirSync(join(folder, "elsewhere"));
    renameSync(path, join(folder, "elsewhere", "app.log"));
    mkdirSync(path);
    await assert.rejects(file.reopen(), /app\.log is a directory; name a regular file/);
    rmSync(path, { recursive: true });
    assert.deepEqual(told, []);
  });

  it("is a regular file", async () => {
    mkdirSync(path);
    await assert.rejects(file.open(), /app\.log is a directory; name a regular file/);
    if (!isWindows) {
      execFileSync("mkfifo", [join(folder, "pipe")]);
      const refused: [string, RegExp][] = [
        [join(folder, "pipe"), /is a named pipe/],
        ["/dev/null", /is a device/],
      ];
      for (const [other, reason] of refused) {
        await assert.rejects(create({ path: other }).open(), reason);
      }
    }
  });

  (canMount ? it : it.skip)("says once that the disk is full, loses what does not fit, and says how much", async () => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    try {
      path = join(disk, "app.log");
      const ballast = join(disk, "ballast");
      writeFileSync(ballast, Buffer.alloc(100_000));
      file = create({ calmMs: 1 });
      await file.open();
      // More than fits there and into memory.
      const lines = Array.from({ length: 10_000 }, (_, line) => `line ${line} ${"x".repeat(1_000)}\n`);
      for (const line of lines) {
        say(line);
        if (file.problem === undefined) {
          await new Promise(setImmediate);
        }
      }
      assert.match(file.problem ?? "", /^can't be written: ENOSPC: no space left on device$/);
      execFileSync("mount", ["-o", "remount,size=64m", disk]);
      rmSync(ballast);
      await poll(
        () => `it is told that it is over: ${told}`,
        () => told.length > 1,
      );
      say("at the end\n");
      await file.close();
      const [began, ended, ...more] = told;
      assert.match(began ?? "", /^error \/disk\/app\.log can't be written: ENOSPC/);
      assert.deepEqual(more, []);
      const written = readFileSync(path, "utf8").split("\n").slice(0, -2);
      assert.deepEqual(
        written,
        lines.slice(0, written.length).map((line) => line.trim()),
      );
      const lost = lines.length - written.length;
      assert.ok(lost > 0);
      assert.match(
        ended ?? "",
        new RegExp(`^warning .* is written again after \\d+ s; ${lost} lines \\(\\d+ bytes\\)`),
      );
      told.length = 0;
      assert.throws(() => writeFileSync(ballast, Buffer.alloc(67_108_864)), /ENOSPC/);
      path = join(disk, "last.log");
      file = create();
      await file.open();
      say("a\n");
      say("b\nc\n");
      await file.close();
      assert.match(told[0] ?? "", /^error \/disk\/last\.log can't be written: ENOSPC/);
      assert.deepEqual(told.slice(1), [
        "error 3 lines (6 bytes) for /disk/last.log are lost: it can't be written: ENOSPC: no space left on device",
      ]);
    } finally {
      await file.close();
      execFileSync("umount", ["-l", disk]);
    }
  });

  it("has workers wait when more comes than is written", async () => {
    const states: boolean[] = [];
    file = create({ filled: (full) => states.push(full) });
    await file.open();
    for (let count = 0; count < 80; count += 1) {
      say(`${"x".repeat(65_535)}\n`);
    }
    assert.deepEqual(states, [true]);
    await poll(
      () => "they go on",
      () => states.at(-1) === false,
    );
    assert.equal(statSync(path).size <= 80 * 65_536, true);
  });
});
