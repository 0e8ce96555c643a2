import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import type { CollectedSample } from "../../../../src/shared/layers/collected.ts";
import { cpuProfile } from "../../../../src/supervisor/layers/sample/cpuProfile.ts";
import { fileOf } from "../../../../src/supervisor/layers/sample/fileOf.ts";
import { mapSample } from "../../../../src/supervisor/layers/sample/source/sourceMaps.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const files = {
  "src/hot.ts": `interface Options {
  readonly times: number;
}

/** Burns. */
export function burn({ times }: Options): number {
  let sum = 0;
  for (let i = 0; i < times; i += 1) {
    sum += i % 7;
  }
  return sum;
}
`,
  "src/app.ts":
    'import { burn } from "./hot.ts";\nimport { step } from "small";\nconsole.log(burn({ times: 7 }), step(3));\n',
  "node_modules/small/package.json": '{ "name": "small", "main": "index.js" }',
  "node_modules/small/index.js": "exports.step = function step(i) {\n  return i * 13 + 104_729;\n};\n",
};

function collected(frames: CollectedSample["frames"], changes: Partial<CollectedSample> = {}): CollectedSample {
  const nodes = frames.map((_, frame) => ({
    frame,
    parent: -1,
    selfUs: 1_000,
    lines: [[frames[frame]?.line ?? 1, 5] as const],
  }));
  const rest = {
    startedAt: 0,
    inlined: false,
    builtins: false,
    cancelled: false,
    ticks: 1,
    bindings: [],
    addons: [],
    packages: [],
    tls: "none" as const,
  };
  return { ...rest, maps: [], frames, nodes, ...changes };
}

/** The place (from 1) of what stands in a text. */
function placeOf(text: string, wanted: RegExp): { readonly line: number; readonly column: number } {
  const before = text.slice(0, wanted.exec(text)?.index ?? 0).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

describe("the places of a sample", () => {
  afterEach(removeTempFolders);

  for (const [what, options] of Object.entries({
    "a map beside the file": { sourcemap: true },
    "an inline map": { sourcemap: "inline" },
    "a minified bundle": { sourcemap: true, minify: true },
  } satisfies Record<string, BuildOptions>)) {
    it(`are those of the original files, with ${what}`, async () => {
      const folder = tempFolder(files);
      const outfile = join(folder, "dist", "app.js");
      await build({
        entryPoints: [join(folder, "src", "app.ts")],
        outfile,
        bundle: true,
        platform: "node",
        ...options,
      });
      const text = readFileSync(outfile, "utf8");
      const url = pathToFileURL(outfile).href;
      const { frames } = await mapSample(
        collected([
          { name: "burn", url, ...placeOf(text, /\(\{\s?times/) },
          { name: "step", url, ...placeOf(text, /\(\w+\)\s?\{\s*return \w+ ?\* ?13/) },
          { name: "emit", url: "node:events", line: 3, column: 1 },
        ]),
      );
      assert.deepEqual(
        frames.map(({ name, url: mapped, line }) => [name, fileOf(mapped), line]),
        [
          ["burn", join(folder, "src", "hot.ts"), 6],
          ["step", join(folder, "node_modules", "small", "index.js"), 1],
          ["emit", "node:events", 3],
        ],
      );
    });
  }

  it("are those of all lines but what was made of several", async () => {
    const folder = tempFolder({
      "src/two.ts":
        "export function two(a: number,\n  b: number) {\n  let sum = 0;\n  for (let i = 0; i < a; i += 1) {\n    sum += b;\n  }\n  return sum;\n}\n",
    });
    const outfile = join(folder, "dist", "two.js");
    await build({ entryPoints: [join(folder, "src", "two.ts")], outfile, sourcemap: true, format: "esm" });
    const place = placeOf(readFileSync(outfile, "utf8"), /\(a, b/);
    const frame = { name: "two", url: pathToFileURL(outfile).href, ...place };
    const lines: readonly (readonly [line: number, ticks: number])[] = [
      [place.line, 2],
      [place.line + 3, 9],
    ];
    const linesOf = async (ticks: typeof lines) => {
      const nodes = [{ frame: 0, parent: -1, selfUs: 1_000, lines: ticks }];
      const { nodes: mapped } = await mapSample(collected([frame], { nodes }));
      return mapped[0]?.lines;
    };
    assert.deepEqual(await linesOf(lines), [[5, 9]]);
    assert.equal(await linesOf(lines.slice(0, 1)), undefined);
  });

  it("are those of a compiled asynchronous function, and of what a compiler has added", async () => {
    const text = [
      "var __awaiter = function (value, run) { return run.call(value); };",
      "function wait(a) {",
      "    return __awaiter(this, function* () {",
      "        let sum = 0;",
      ...Array.from({ length: 10 }, (_, i) => `        sum += a % ${i + 2};`),
      "    });",
      "}",
      "//# sourceMappingURL=wait.js.map",
    ].join("\n");
    const map = { version: 3, sources: ["../src/wait.ts"], names: [], mappings: ";AAAA;;QACE" };
    const folder = tempFolder({ "dist/wait.js": text, "dist/wait.js.map": JSON.stringify(map) });
    const url = pathToFileURL(join(folder, "dist", "wait.js")).href;
    const inner = { name: "", url, ...placeOf(text, /\(\) \{\n\s+let sum/) };
    const added = { name: "__awaiter", url, ...placeOf(text, /\(value, run/) };
    const { frames, nodes } = await mapSample(collected([inner, added]));
    assert.deepEqual(
      frames.map(({ url: of, line }) => [of.split("/").at(-1), line]),
      [
        ["wait.ts", 2],
        ["wait.js", 1],
      ],
    );
    assert.deepEqual(nodes[1]?.lines, [[1, 5]]);
  });

  it("are told by the maps that only the worker has", async () => {
    const folder = tempFolder(files);
    const file = join(folder, "src", "hot.ts");
    const { outputFiles } = await build({
      entryPoints: [file],
      sourcemap: "external",
      write: false,
      outfile: file.replace(".ts", ".js"),
    });
    const map = outputFiles.find(({ path }) => path.endsWith(".map"))?.text ?? "";
    const text = outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
    const url = pathToFileURL(file).href;
    const at = placeOf(text, /\(\{\s?times/);
    const { line } = placeOf(text, /sum \+=/);
    const frames = [{ name: "burn", url, ...at }];
    const nodes = [{ frame: 0, parent: -1, selfUs: 1_000, lines: [[line, 5] as const] }];
    const mapped = await mapSample(collected(frames, { nodes, maps: [{ url, map }] }));
    assert.deepEqual([mapped.frames[0]?.line, mapped.nodes[0]?.lines], [6, [[9, 5]]]);
  });

  it("are the next on the line of a function before which a compiler has put something of its own", async () => {
    const folder = tempFolder({
      "src/hot.ts": "\n\n  #cost() {}\n",
      "hot.js": "made = function made(x) { return x; };\n",
    });
    const url = pathToFileURL(join(folder, "hot.js")).href;
    // Generated column 25 is of the original's line 3, column 9.
    const map = JSON.stringify({ version: 3, sources: ["src/hot.ts"], names: [], mappings: "yBAEQ" });
    const { frames } = await mapSample(
      collected([{ name: "made", url, line: 1, column: 21 }], { maps: [{ url, map }] }),
    );
    assert.deepEqual([frames[0]?.line, frames[0]?.column], [3, 9]);
  });

  it("stay those of a package whose map names files beside it, or such as were not published", async () => {
    const folder = tempFolder({
      "node_modules/schema/index.js": "function run(x) { return x; }\n",
      "node_modules/schema/src/run.ts": "function run(x: number) { return x; }\n",
    });
    const url = pathToFileURL(join(folder, "node_modules", "schema", "index.js")).href;
    const mapped = async (source: string) => {
      const map = JSON.stringify({ version: 3, sources: [source], names: [], mappings: "AAAA" });
      const sample = await mapSample(collected([{ name: "run", url, line: 1, column: 13 }], { maps: [{ url, map }] }));
      return fileOf(sample.frames[0]?.url ?? "").slice(folder.length + 1);
    };
    assert.equal(await mapped("../src/run.ts"), join("node_modules", "schema", "index.js"));
    assert.equal(await mapped("src/run.ts"), join("node_modules", "schema", "src", "run.ts"));
    assert.equal(await mapped("lib/run.ts"), join("node_modules", "schema", "index.js"));
  });

  it("stay as they are where a map is broken or missing", async () => {
    const folder = tempFolder({ "a.js": "x();\n//# sourceMappingURL=a.js.map\n", "a.js.map": "{", "b.js": "y();\n" });
    const frames = ["a.js", "b.js", "none.js"].map((name) => ({
      name: "x",
      url: pathToFileURL(join(folder, name)).href,
      line: 1,
      column: 1,
    }));
    const sample = collected(frames, { maps: [{ url: frames[1]?.url ?? "", map: "data:application/json,nothing" }] });
    assert.deepEqual(await mapSample(sample), sample);
  });
});

describe("a profile for other programs", () => {
  it("holds the calls, the order of the ticks and their times", () => {
    const url = "file:///srv/app.js";
    const frames = [
      { name: "(root)", url: "", line: 0, column: 0 },
      { name: "handle", url, line: 7, column: 3 },
    ];
    const nodes = [
      { frame: 0, parent: -1, selfUs: 0 },
      { frame: 1, parent: 0, selfUs: 3_000, lines: [[8, 2] as const] },
    ];
    const timeline = [
      [1, 1_000],
      [1, 2_000],
    ] as const;
    const told = JSON.parse(cpuProfile(collected(frames, { startedAt: 5, nodes, timeline })));
    assert.deepEqual(told, {
      nodes: [
        {
          id: 1,
          callFrame: { functionName: "(root)", scriptId: "0", url: "", lineNumber: -1, columnNumber: -1 },
          hitCount: 0,
          children: [2],
        },
        {
          id: 2,
          callFrame: { functionName: "handle", scriptId: "0", url, lineNumber: 6, columnNumber: 2 },
          hitCount: 2,
          children: [],
          positionTicks: [{ line: 8, ticks: 2 }],
        },
      ],
      startTime: 5_000,
      endTime: 8_000,
      samples: [2, 2],
      timeDeltas: [0, 1_000],
    });
  });
});
