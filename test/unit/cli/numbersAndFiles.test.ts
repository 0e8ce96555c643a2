import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileToWrite } from "../../../src/cli/arguments/fileToWrite.ts";
import { wholeNumber } from "../../../src/cli/arguments/wholeNumber.ts";

describe("a number of the command line", () => {
  for (const written of ["0", "61", "99999", "abc", "1.5", "-1", " 5", "1e1", "", "9".repeat(400)]) {
    it(`is not "${written.slice(0, 8)}" where 1 to 60 is asked for`, () => {
      const message = `hitless profile: --seconds must be a whole number from 1 to 60, not "${written}".\nSee: hitless profile --help`;
      assert.throws(() => wholeNumber("profile", "--seconds", written, 1, 60), { code: "usage", message });
    });
  }

  it("is as it was written, and need not have an end", () => {
    assert.deepEqual(
      [wholeNumber("profile", "--seconds", "60", 1, 60), wholeNumber("logs", "-n", "99999", 0)],
      [60, 99_999],
    );
    assert.throws(() => wholeNumber("logs", "-n", "x", 0), {
      message: 'hitless logs: -n must be a whole number from 0, not "x".\nSee: hitless logs --help',
    });
  });
});

describe("a file that is written at the end", () => {
  let cwd: string;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "hitless-out-"));
    writeFileSync(join(cwd, "there"), "");
  });

  afterEach(() => rmSync(cwd, { recursive: true }));

  const check = (written: string) => fileToWrite({ cwd }, { command: "profile", flag: "out", written });

  it("may be there or not, in a folder that is", async () => {
    assert.deepEqual([await check("there"), await check("new")], [join(cwd, "there"), join(cwd, "new")]);
  });

  it("is refused before, with the reason, where it can't be", async () => {
    const refused = async (written: string, why: string) =>
      assert.rejects(check(written), {
        code: "usage",
        message: `hitless profile: --out ${why}.\nSee: hitless profile --help`,
      });
    await refused(".", 'must be a file, and "." is a folder');
    await refused("", 'must be a file, and "" is a folder');
    await refused("none/x.cpuprofile", `can't be written: there is no folder ${join(cwd, "none")}`);
  });
});
