import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isBuiltinLine, shareOfLines } from "../../../../src/supervisor/layers/sample/builtinLines.ts";
import { compressorIn } from "../../../../src/supervisor/layers/sample/compressor.ts";
import { readHotLines } from "../../../../src/supervisor/layers/sample/hotLines.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const source = `function load(text) {
  const started = now();
  for (const part of parts) {
    sum += part.length;
    rows.push(JSON.parse(part));
  }
  for (let i = 0; i < 1e6; i += 1) {
    sum += i;
  }
}
`;
const lines = source.split("\n");

describe("lines whose work is that of V8's own functions", () => {
  afterEach(removeTempFolders);

  it("are told by the calls that stand on them", () => {
    const builtin = [
      "const o = JSON.parse(text);",
      "  return JSON.stringify(o, null, 2)",
      "if (/^a+$/.test(s)) {",
      "s.replace(/x/g, '')",
      "s.replaceAll(emailPattern, '')",
      "const m = URL_RE.exec(s);",
      "names.sort((a, b) => a.localeCompare(b));",
      "const f = new Function('a', body);",
      "new Intl.NumberFormat('de').format(n)",
      'const o = JSON.parse(text); // "not JSON"',
    ];
    const others = [
      "",
      "sum += i;",
      "// JSON.parse(text) is slow",
      " * JSON.parse(text)",
      'log("JSON.parse(text)");',
      "const half = total / 2;",
      "this.parser.test(x);",
      "list.replace(item, other);",
      "const ratio = a / b.exec(c);",
      `const all = [${"1,".repeat(200)}]; JSON.parse(text);`,
    ];
    assert.deepEqual(
      builtin.filter((text) => !isBuiltinLine(text)),
      [],
    );
    assert.deepEqual(
      others.filter((text) => isBuiltinLine(text)),
      [],
    );
  });

  it("get their share of a function's ticks", () => {
    assert.equal(shareOfLines({ source: lines, first: 1, ticks: [] }), 0);
    assert.equal(shareOfLines({ source: lines, first: 1, ticks: [[2, 10]] }), 0);
    assert.equal(
      shareOfLines({
        source: lines,
        first: 1,
        ticks: [
          [5, 30],
          [8, 10],
        ],
      }),
      0.75,
    );
  });

  it("get the ticks of the loop they are in, as far as the body is theirs", () => {
    // V8 gives many of the body's ticks to the line the loop begins with.
    assert.equal(
      shareOfLines({
        source: lines,
        first: 1,
        ticks: [
          [3, 90],
          [5, 10],
        ],
      }),
      1,
    );
    assert.equal(
      shareOfLines({
        source: lines,
        first: 1,
        ticks: [
          [3, 80],
          [4, 10],
          [5, 10],
        ],
      }),
      0.5,
    );
    assert.equal(shareOfLines({ source: lines, first: 1, ticks: [[3, 10]] }), 1);
    assert.equal(
      shareOfLines({
        source: lines,
        first: 1,
        ticks: [
          [7, 90],
          [8, 10],
        ],
      }),
      0,
    );
  });

  it("are not those of a function that was inlined from elsewhere", () => {
    assert.equal(shareOfLines({ source: lines, first: 6, ticks: [[5, 10]] }), 0);
  });

  it("are read from a file as it was when the worker started", async () => {
    const folder = tempFolder({ "app.js": source });
    const file = join(folder, "app.js");
    const frame = { name: "load", url: pathToFileURL(file).href, line: 1, column: 14 };
    const profile = { frames: [frame], nodes: [{ frame: 0, parent: -1, selfUs: 10, lines: [[5, 1]] as const }] };
    const old = new Date(1_000_000);
    utimesSync(file, old, old);
    const { builtinShare: share, callShare } = await readHotLines(profile, 2_000_000);
    assert.equal(share(frame, [[5, 1]]), 1);
    // A loader that translated the file gave the function another place.
    assert.equal(share({ ...frame, name: "store" }, [[5, 1]]), 0);
    assert.equal(share({ ...frame, url: "node:fs" }, [[5, 1]]), 0);
    assert.equal(callShare(frame, [[5, 1]], new Set(["push"])), 1);
    assert.equal(callShare(frame, [[5, 1]], new Set(["pus", "rows"])), 0);
    const { builtinShare: changed } = await readHotLines(profile, 500_000);
    assert.equal(changed(frame, [[5, 1]]), 0);
  });
});

describe("what a function compresses with", () => {
  const compressing = `
function small(data) {
  // Not gzip.
  return brotliCompressSync(data, { headers: "gzip" });
}
function any(data) {
  return data.length > 9 ? zlib.zstdCompressSync(data) : gzipSync(data);
}
function other(data) {
  return compress(data);
}`.split("\n");

  it("is told by the names in its text, where they are of one kind", () => {
    assert.equal(compressorIn(compressing, 2), "brotli");
    assert.equal(compressorIn(compressing, 6), undefined);
  });

  it("is told by its file where its own text names none", () => {
    assert.equal(compressorIn(compressing, 9), undefined);
    assert.equal(
      compressorIn(["import { inflateSync as open } from 'zlib'", "const read = (data) => open(data);"], 2),
      "zlib",
    );
  });
});
