import assert from "node:assert/strict";
import { mergeVariables } from "../../../../src/shared/basics/mergeVariables.ts";

describe("mergeVariables", () => {
  const parts = [{ Path: "C:\\Windows", TEMP: "t" }, { PATH: "C:\\tools" }, { path: "C:\\own", Home: "h" }] as const;

  it("takes names for one variable on Windows, with its first name and its last value", () => {
    assert.deepEqual(mergeVariables("win32", ...parts), { Path: "C:\\own", TEMP: "t", Home: "h" });
  });

  it("tells them apart elsewhere", () => {
    const [first, second, third] = parts;
    assert.deepEqual(mergeVariables("linux", ...parts), { ...first, ...second, ...third });
  });

  it("lets a value win over one that is to be removed, however they are spelled", () => {
    // Of `PATH: undefined` and `Path` a child process on Windows gets the first alone: no PATH at all.
    const merged = mergeVariables<string | undefined>(
      "win32",
      { PATH: undefined, gone: undefined },
      { Path: "C:\\own" },
    );
    assert.deepEqual(merged, { PATH: "C:\\own", gone: undefined });
  });
});
