import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProfileFrame } from "../../../../src/shared/layers/collected.ts";
import { checkPlaces } from "../../../../src/supervisor/layers/sample/source/checkPlaces.ts";
import { definitionOf, nameAt } from "../../../../src/supervisor/layers/sample/source/definitions.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const text = `interface Options {
  readonly burn: number;
}

export async function burn(rows: Row[]): Promise<void> {
  await weigh(rows);
  describe("all", () => {
  });
}

export const weigh = (rows: Row[]): number => {
  return rows.length;
};

class Scorer {
  static async score<T>(
    row: T,
  ) {
  }
  #walk() {
  }
}
twice = (a) -> a
function twice(a) {
}
`;
const lines = text.split("\n");
const lineOf = (part: string): number => lines.findIndex((line) => line.includes(part)) + 1;

describe("where a function stands in a file", () => {
  it("is told by its name, where one of that name is defined", () => {
    const defined = ["burn", "weigh", "score", "walk", "twice", "describe", "rows", "none"];
    assert.deepEqual(
      defined.map((name) => definitionOf(lines, name)?.line),
      [
        lineOf("function burn"),
        lineOf("const weigh"),
        lineOf("score<T>"),
        lineOf("#walk"),
        ...Array(4).fill(undefined),
      ],
    );
    assert.equal(definitionOf(lines, "burn")?.column, "export async function burn(".length);
  });

  it("tells the name that a minifier has taken away", () => {
    const column = (line: string, part: string): number => line.indexOf(part) + 1;
    const named: readonly (readonly [line: string, part: string, name: string | undefined])[] = [
      ["export function burn(rows) {", "(rows", "burn"],
      ["export function burn(rows) {", "function", "burn"],
      ["const weigh = (row) => {", "(row", "weigh"],
      ["const weigh = (row) => {", "row", "weigh"],
      ["  score(row) {", "score", "score"],
      ["return rows.map((row) => weigh(row));", "(row", undefined],
      ["const rows = await all;", "await", undefined],
      ["if (row) {", "(row", undefined],
    ];
    assert.deepEqual(
      named.map(([line, part]) => nameAt(line, column(line, part))),
      named.map(([, , name]) => name),
    );
  });
});

describe("places that a loader's or bundler's lines are not those of", () => {
  afterEach(removeTempFolders);

  const place = (frame: ProfileFrame | undefined): unknown[] => [frame?.name, frame?.line];
  const frame = (name: string, url: string, line: number): ProfileFrame => ({ name, url, line, column: 1 });

  it("are where the names tell, else nowhere, or in the script", async () => {
    const url = pathToFileURL(join(tempFolder(), "hot.ts")).href;
    writeFileSync(new URL(url), text);
    const translated = [frame("burn", url, 30), frame("score", url, 40), frame("", url, 44), frame("twice", url, 50)];
    const alone = await checkPlaces(translated, translated, new Set());
    assert.deepEqual(alone.frames.map(place), [
      ["burn", lineOf("function burn")],
      ["score", lineOf("score<T>")],
      ["", 0],
      ["twice", 0],
    ]);
    assert.deepEqual([...alone.lost], [0, 1, 2, 3]);
    const script = [frame("t.burn", "file:///srv/main.js", 1), frame("", "file:///srv/main.js", 1)];
    const mapped = [frame("t.burn", url, 9), frame("", url, 9)];
    const built = await checkPlaces(script, mapped, new Set());
    assert.deepEqual(
      built.frames.map(({ url: at, ...rest }) => [at, ...place({ url: at, ...rest })]),
      [
        [url, "burn", lineOf("function burn")],
        ["file:///srv/main.js", "", 1],
      ],
    );
  });

  it("stay where the names stand there, but for what a map has only beside it", async () => {
    const url = pathToFileURL(join(tempFolder(), "hot.ts")).href;
    writeFileSync(new URL(url), text);
    const script = ["t.weigh", "burn", "score"].map((name, at) => frame(name, "file:///srv/main.js", at + 1));
    const mapped = [
      frame("t.weigh", url, lineOf("const weigh")),
      frame("burn", url, lineOf("function burn")),
      frame("score", url, lineOf("export async")),
    ];
    const { frames, lost } = await checkPlaces(script, mapped, new Set([2]));
    assert.deepEqual(frames.map(place), [
      ["weigh", lineOf("const weigh")],
      ["burn", lineOf("function burn")],
      ["score", 3],
    ]);
    assert.deepEqual([...lost], [2]);
  });
});
