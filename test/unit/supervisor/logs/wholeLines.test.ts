import assert from "node:assert/strict";
import { createLineDate } from "../../../../src/supervisor/logs/files/lineDate.ts";
import { createWholeLines } from "../../../../src/supervisor/logs/files/wholeLines.ts";

/** What comes of pieces, each by itself, and of the end. */
function taken(pieces: readonly string[], prefix?: string, longest?: number): string[] {
  const lines = createWholeLines(() => prefix, longest);
  const complete = pieces.map((piece) => lines.push(Buffer.from(piece)));
  return [...complete, lines.end()].map((bytes) => bytes?.toString() ?? "–");
}

describe("the lines of a log file", () => {
  it("are kept back until they are whole", () => {
    assert.deepEqual(taken(["a\nb", "c", "\nd\n", "e\r\nf"]), ["a\n", "–", "bc\nd\n", "e\r\n", "f\n"]);
    assert.deepEqual(taken(["\n\n"]), ["\n\n", "–"]);
    assert.deepEqual(taken([""]), ["–", "–"]);
  });

  it("have a date in front of each, of whatever characters", () => {
    assert.deepEqual(taken(["früh\n\n网", "\n🙂"], "年 $& $1: "), [
      "年 $& $1: früh\n年 $& $1: \n",
      "年 $& $1: 网\n",
      "年 $& $1: 🙂\n",
    ]);
  });

  it("are cut where they are endless, and have their date once", () => {
    assert.deepEqual(taken(["abc", "def", "gh\ni", "\n"], "> ", 4), ["–", "> abcdef", "gh\n", "> i\n", "–"]);
    assert.deepEqual(taken(["abcdef"], "> ", 4), ["> abcdef", "\n"]);
  });

  it("have the date that is asked for", async () => {
    const written = async (pattern: string | boolean | undefined) => (await createLineDate(pattern))?.();
    assert.equal(await written(undefined), undefined);
    assert.equal(await written(false), undefined);
    assert.match((await written(true)) ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d: $/);
    assert.match((await written("YYYY-MM-DD HH:mm:ss.SSS")) ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}: $/);
    assert.match((await written("[at] x")) ?? "", /^at \d{13}: $/);
  });
});
