import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runRehearsalProgram } from "../../../../src/extension/commands/rehearsal/rehearsalProgram.ts";
import { sampleRehearsal } from "../../client/rehearsal/sampleRehearsal.ts";

describe("the process of a rehearsal", () => {
  const folder = mkdtempSync(join(tmpdir(), "hitless-rehearsal-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (code: string, signal = new AbortController().signal) => {
    const file = join(folder, "program.cjs");
    writeFileSync(file, code);
    return runRehearsalProgram({ node: process.execPath, file, args: [], signal });
  };

  it("tells one result or several, whatever its exit code", async () => {
    const result = sampleRehearsal();
    const told = (value: unknown) =>
      run(`process.stdout.write(${JSON.stringify(JSON.stringify(value))}, () => process.exit(1))`);
    assert.deepEqual(await told(result), [result]);
    assert.deepEqual(await told([result, result]), [result, result]);
  }).timeout(30_000);

  it("fails with what the command line says, or with how it ended", async () => {
    const error = { code: "appNotFound", message: "No app runs with pid 1.", detail: [] };
    const says = JSON.stringify(JSON.stringify({ error }));
    await assert.rejects(run(`process.stderr.write(${says}, () => process.exit(3))`), {
      code: "appNotFound",
      message: "No app runs with pid 1.",
    });
    await assert.rejects(run('console.error("boom"); process.exit(7)'), {
      message: "The rehearsal could not be run: exit code 7, boom.",
    });
    await assert.rejects(run('console.log("{}")'), { message: "The rehearsal could not be run: exit code 0." });
  }).timeout(30_000);

  it("is ended when it is cancelled", async () => {
    const controller = new AbortController();
    const stays = "setInterval(() => {}, 1000)";
    const cancelled = run(stays, controller.signal);
    controller.abort();
    await assert.rejects(cancelled, { code: "cancelled" });
  }).timeout(30_000);
});
