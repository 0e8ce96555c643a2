import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommandLine, runOverSsh } from "../../../src/client/machines/runOverSsh.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

/** Windows starts no script as a program without a shell. */
(process.platform === "win32" ? describe.skip : describe)("a command over an ssh of its own", () => {
  const { PATH } = process.env;
  const run = runOverSsh({ name: "lb", ssh: "lb" });

  /** Makes `ssh` a login shell that prints something first. */
  before(() => {
    const bin = join(tempFolder(), "bin");
    mkdirSync(bin);
    const shell = 'echo "Welcome"; for last; do :; done; exec sh -c "$last"';
    const script = `#!/bin/sh\nif test -n "$REFUSED"; then echo "deploy@lb: Permission denied (publickey)." >&2; exit 255; fi\n${shell}\n`;
    writeFileSync(join(bin, "ssh"), script, { mode: 0o755 });
    process.env.PATH = [bin, PATH].join(delimiter);
  });

  after(() => {
    process.env.PATH = PATH;
    removeTempFolders();
  });

  it("has its words and its stdin as they are", async () => {
    const words = ["a b", "c'd", '"', "$HOME", "*", "`x`", "\\", "\\0101", "", ".", "ä\n", "-n", ";", "%s"];
    const stdin = "one\n.\n\\two\nthree";
    const show = "process.stdin.pipe(process.stdout); console.error(JSON.stringify(process.argv.slice(1)))";
    const { code, stdout, stderr } = await run([process.execPath, "-e", show, "--", ...words], {
      stdin,
      deadlineMs: 20_000,
    });
    assert.deepEqual({ code, stdout, words: JSON.parse(stderr) }, { code: 0, stdout: stdin, words });
  });

  it("comes of fixed words in which no shell finds anything of its own", () => {
    assert.doesNotMatch(runCommandLine, /[!\\`]/);
  });

  it("tells how it ended, and that there is no such program", async () => {
    assert.equal((await run(["sh", "-c", "exit 7"], { deadlineMs: 20_000 })).code, 7);
    assert.equal((await run(["no-such-program"], { deadlineMs: 20_000 })).code, 127);
  });

  it("is given up after its time, when nobody waits, and when ssh can't connect", async () => {
    await assert.rejects(run(["sleep", "60"], { deadlineMs: 200 }), { code: "deadline" });
    const cancelling = new AbortController();
    const running = run(["sleep", "60"], { deadlineMs: 20_000, signal: cancelling.signal });
    cancelling.abort();
    await assert.rejects(running, { code: "cancelled" });
    process.env.REFUSED = "1";
    const refused = run(["true"], { deadlineMs: 20_000 });
    delete process.env.REFUSED;
    await assert.rejects(refused, { code: "keyRefused" });
  });
});
