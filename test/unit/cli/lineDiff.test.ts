import assert from "node:assert/strict";
import { lineDiff } from "../../../src/cli/terminal/lineDiff.ts";

const plain = (_: unknown, text: string): string => text;

describe("the difference of two texts", () => {
  const diff = (before: string, after: string) => lineDiff(before, after, plain);

  it("is what changed, with a few lines around it", () => {
    const before = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    const after = ["a", "b", "c", "d", "E", "f", "g", "h", "i", "j"];
    assert.deepEqual(diff(before.join("\n"), `${after.join("\n")}\n`), [
      "  b",
      "  c",
      "  d",
      "- e",
      "+ E",
      "  f",
      "  g",
      "  h",
      "  i",
      "+ j",
    ]);
  });

  it("leaves out what is far from a change, and is nothing where there is none", () => {
    const lines = Array.from({ length: 30 }, (_, index) => `${index}`);
    assert.deepEqual(diff(lines.join("\n"), lines.toSpliced(1, 1).toSpliced(27, 0, "x").join("\n")), [
      "  0",
      "- 1",
      "  2",
      "  3",
      "  4",
      "  …",
      "  25",
      "  26",
      "  27",
      "+ x",
      "  28",
      "  29",
    ]);
    assert.deepEqual(diff("a\r\nb", "a\nb\n"), []);
    assert.deepEqual(diff("", "x\n"), ["+ x"]);
    assert.deepEqual(diff("x\n", ""), ["- x"]);
  });
});
