import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProfileFrame } from "../../../../src/shared/layers/collected.ts";
import { isBuiltinLine, shareOfLines } from "../../../../src/supervisor/layers/sample/source/builtinLines.ts";
import { compressorIn } from "../../../../src/supervisor/layers/sample/source/compressor.ts";
import { ownPart, readHotLines } from "../../../../src/supervisor/layers/sample/source/hotLines.ts";
import { packagesNamedBy } from "../../../../src/supervisor/layers/sample/source/imports.ts";
import { workOfLine } from "../../../../src/supervisor/layers/sample/source/lineWork.ts";
import { meaningsIn } from "../../../../src/supervisor/layers/sample/source/nameMeanings.ts";
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
    const { builtinShares, callShare } = await readHotLines(profile, 2_000_000);
    const share = (...[frame, ticks]: readonly [ProfileFrame, readonly (readonly [number, number])[]]) =>
      builtinShares(frame, ticks, { framed: new Set() }).builtin;
    assert.equal(share(frame, [[5, 1]]), 1);
    // A loader that translated the file gave the function another place.
    assert.equal(share({ ...frame, name: "store" }, [[5, 1]]), 0);
    assert.equal(share({ ...frame, url: "node:fs" }, [[5, 1]]), 0);
    assert.equal(callShare(frame, [[5, 1]], new Set(["push"])), 1);
    assert.equal(callShare(frame, [[5, 1]], new Set(["pus", "rows"])), 0);
    const { builtinShares: changed } = await readHotLines(profile, 500_000);
    assert.equal(changed(frame, [[5, 1]], { framed: new Set() }).builtin, 0);
  });

  it("begin with what is the function's own", () => {
    const at = (line: string, from: string) => ownPart(line, line.indexOf(from) + 1);
    const line = "    return names.map((name) => cost(name, [1])).sort((a, b) => order(a, b));";
    assert.equal(at(line, "(name)"), "     cost(name, [1])");
    assert.equal(at(line, "(a, b) =>"), "     order(a, b)");
    assert.equal(at("  rows.reduce((sum, row) => sum + row.price, 0);", "(sum"), "   sum + row.price");
    assert.equal(at("  JSON.parse(text, (key, value) => {", "(key"), "   {");
    assert.equal(at("function total(rows) {", "(rows)"), "(rows) {");
    const methods = "  plus({ cents }) { return new Money(this.cents + cents); } times(n) { return this.all(n); }";
    assert.equal(at(methods, "plus"), "  plus({ cents }) { return new Money(this.cents + cents); }");
    assert.equal(at(methods, "times"), "  times(n) { return this.all(n); }");
    assert.equal(at("const run = async (row) => row;", "async"), " row");
    assert.equal(ownPart("const all = JSON.parse(text);", 1), "const all = JSON.parse(text);");
  });

  it("are those that call by a parameter what the caller has given to it", async () => {
    const text =
      "function run(fn, row) {\n  return Reflect.apply(fn, undefined, [row]);\n}\nfunction save(row) {\n  return run(JSON.stringify, row);\n}\nfunction load(row) {\n  return run(other, row);\n}\n";
    const url = pathToFileURL(join(tempFolder({ "run.js": text }), "run.js")).href;
    const frame = { name: "run", url, line: 1, column: 13 };
    const [save, load] = [
      { name: "save", url, line: 4, column: 14 },
      { name: "load", url, line: 7, column: 14 },
    ];
    const profile = { frames: [frame], nodes: [{ frame: 0, parent: -1, selfUs: 10, lines: [[2, 1]] as const }] };
    const { builtinShares } = await readHotLines(profile, Date.now() + 60_000);
    const framed: ReadonlySet<string> = new Set();
    assert.deepEqual(builtinShares(frame, [[2, 1]], { framed, caller: save }), { builtin: 1, unsure: 0 });
    assert.deepEqual(builtinShares(frame, [[2, 1]], { framed, caller: load }), { builtin: 0, unsure: 1 });
  });

  it("are a part of a function of which no lines are known, unless what is called there is dear", async () => {
    const body = (call: string) =>
      `function total(rows) {\n  const all = rows${call};\n  let sum = 0;\n  for (const row of all) {\n    sum += row.price;\n  }\n  return sum;\n}\n`;
    const shares = async (call: string) => {
      const url = pathToFileURL(join(tempFolder({ "total.js": body(call) }), "total.js")).href;
      const frame = { name: "total", url, line: 1, column: 15 };
      const { builtinShares } = await readHotLines(
        { frames: [frame], nodes: [{ frame: 0, parent: -1, selfUs: 10 }], builtins: true },
        Date.now() + 60_000,
      );
      return builtinShares(frame, [], { framed: new Set() });
    };
    assert.deepEqual(await shares(".slice(7)"), { builtin: 0, unsure: 1 / 12 });
    assert.deepEqual(await shares(".sort()"), { builtin: 0, unsure: 1 / 12 });
    assert.deepEqual(await shares(" ?? JSON.parse(text)"), { builtin: 0, unsure: 1 });
  });

  it("of a native function are found by the names that the file gives it", async () => {
    const text =
      "const clone = globalThis.structuredClone;\nfunction copy(row) {\n  return clone(row);\n  return table.deep(row);\n}\nconst table = { deep: structuredClone };\n";
    const file = join(tempFolder({ "copy.js": text }), "copy.js");
    const frame = { name: "copy", url: pathToFileURL(file).href, line: 2, column: 14 };
    const profile = { frames: [frame], nodes: [{ frame: 0, parent: -1, selfUs: 10, lines: [[3, 1]] as const }] };
    const { callShare } = await readHotLines(profile, Date.now() + 60_000);
    assert.equal(callShare(frame, [[3, 1]], new Set(["structuredClone"])), 1);
    assert.equal(callShare(frame, [[4, 1]], new Set(["structuredClone"])), 1);
    assert.equal(callShare(frame, [[3, 1]], new Set(["postMessage"])), 0);
    assert.deepEqual(
      [callShare(frame, [[3, 1]], new Set(["clone"])), callShare(frame, [[3, 1]], new Set(["clone"]), false)],
      [0, 1],
    );
  });
});

describe("the work of a line", () => {
  const meanings = meaningsIn([
    "const { stringify, parse: read } = JSON;",
    "const isWord = /^[a-z]+$/.test.bind(/x/);",
    "const order = new Intl.Collator('de').compare;",
    "function own(x) { return x; }",
    "const arrow = (x) => x;",
    "const { other } = require('./other.js');",
    "const { decodeURIComponent: decode, fetch: load } = globalThis;",
    "const rules = new Intl.PluralRules('de');",
    "const countries = new Intl.DisplayNames('de', { type: 'region' });",
    "const replaced = Function.prototype.call.bind(String.prototype.replaceAll);",
    "const writers = { json: JSON.stringify, plain: (x) => x };",
    "const { freeze: fixed, keys } = Object;",
    "class NotFound extends Error {",
    "    this.#sessions = new Map();",
    "const seen: Set<string> = new Set(names);",
  ]);
  const workOf = (text: string, ...framed: readonly string[]) =>
    workOfLine(text, { framed: new Set(framed), meanings });

  it("is V8's where a built-in function is called, whatever it is called by", () => {
    for (const text of [
      "return table[name].test(line);",
      "sum += numbers.format(i).length;",
      "names.sort((a, b) => order(a.name, b.name));",
      "return stringify(rows);",
      "const rows = read(text);",
      "if (isWord(text)) {",
      "JSON.parse(text)",
      "return decode(name);",
      "return rules.select(i);",
      "return replaced(text, by, other);",
      "return lines.map(JSON.parse);",
      "return texts.map(Number);",
      "words.forEach(pattern.test, pattern);",
      "words.forEach(this.#pattern.test, this.#pattern);",
      "return words.some(pattern.exec.bind(pattern));",
      "return rows.toSorted(collators.get(language).compare);",
      "return Promise.resolve(line).then(JSON.parse);",
      "return Reflect.apply(JSON[method], JSON, [rows]);",
      "return names.sort(order);",
      "return Array.from(texts, decodeURIComponent);",
      "return writers.json(rows);",
      "return read.call(undefined, text);",
      "return Reflect.apply(stringify, undefined, [rows]);",
      "return String.prototype.split.call(text, by);",
      "this.#pattern.exec(text)",
      "const found = line?.match(rule);",
      "const parts = eval(text);",
      "seen.set(key, i);",
      "return Object.freeze({ ...row });",
      "return fixed(row);",
      "return new Error(text);",
      "throw new RangeError(text);",
      "super(reasons[code]);",
      "return new NotFound(what);",
      "return this.#sessions.get(id);",
      "if (!seen?.has(name)) {",
      "return rows.flatMap((row) => row.tags);",
      "sum += Number.parseFloat(text);",
      "if (list.includes(x)) {",
    ]) {
      assert.equal(workOf(text), "builtin", text);
    }
  });

  it("is not V8's where what is called has a frame of its own", () => {
    assert.equal(workOf("return this.formatter.format(x);", "format"), "own");
    assert.equal(workOf("return parser.test(x);", "test"), "own");
    assert.equal(workOf("return own(x) + arrow(x);"), "own");
    assert.equal(workOf("return JSON.parse(other(text));", "other"), "builtin");
    const shown = { framed: new Set<string>(), meanings, scripts: new Set(["format", "of"]) };
    assert.equal(workOfLine("return rows.map(this.format);", shown), "own");
    assert.equal(workOfLine("return rows.map(pattern.test);", shown), "builtin");
  });

  it("is not V8's where a check only fails by an error, or a function has a method's name", () => {
    const told = (text: string) => workOfLine(text, { framed: new Set(), meanings, renamed: true });
    assert.equal(told("if (amount < 0) throw new RangeError(format(amount));"), "own");
    assert.equal(told("return (context, next) => next({ ...context });"), "own");
    assert.equal(told("for (const { amount } of this.#entries(count)) {"), "own");
    assert.equal(told("return this.store.get(id);"), "unsure");
    assert.equal(told("return key in row ? Object.defineProperty(row, key, of) : (row[key] = value);"), "unsure");
    assert.equal(
      workOfLine("super(options);", {
        framed: new Set(),
        meanings: meaningsIn(["class A extends Base {", "class B extends Error {"]),
      }),
      "own",
    );
  });

  it("is V8's by a name that is also a function's of the file, unless that is seen", () => {
    const two = meaningsIn(["const countries = new Intl.DisplayNames('de');", "  of(data) {"]);
    const told = (...scripts: readonly string[]) =>
      workOfLine("return codes.of(code);", {
        framed: new Set(),
        meanings: two,
        builtins: true,
        scripts: new Set(scripts),
      });
    assert.equal(two.get("of"), "either");
    assert.deepEqual([told(), told("of")], ["builtin", "own"]);
  });

  it("is unsure beside a function that is seen, where V8's own code is not", () => {
    const told = (builtins: boolean) =>
      workOfLine("return distance(a.repeat(6), b);", { framed: new Set(["distance"]), meanings, builtins });
    assert.deepEqual([told(false), told(true)], ["unsure", "own"]);
  });

  it("is the function's own where nothing or only what is cheap is called", () => {
    for (const text of [
      "sum += Math.sqrt(i) % 7;",
      "for (let i = 0; i < rows.length; i += 1) {",
      "hash = (hash * 31 + text.charCodeAt(i)) | 0;",
      "stack.push(next);",
      "return Object.prototype.hasOwnProperty.call(row, key);",
      "return own.apply(this, arguments);",
      "return rows.map(own);",
      "while (performance.now() < end) {}",
    ]) {
      assert.equal(workOf(text), "own", text);
    }
  });

  it("is no call where a parenthesis follows a condition", () => {
    for (const text of ["return isLeast ? (a <= b) : (a < b);", "? (a + b)", "const x = (a, b);"]) {
      assert.equal(workOf(text), "own", text);
    }
    assert.equal(workOf("return table?.[name] ?? parser?.test (line);"), "builtin");
  });

  it("is the function's own where V8's functions have frames, but for those in C++", () => {
    const told = (text: string, renamed = false) =>
      workOfLine(text, { framed: new Set(), meanings, builtins: true, renamed });
    for (const text of [
      "seen.set(key, i);",
      "if (list.has(x)) {",
      "const copy = new Map(other.entries());",
      "sum += view.getUint16(at) + view.getFloat32(at + 4, true);",
      "for (const each of rows.values().take(10)) {",
      "const years = now.getFullYear() - born.getFullYear();",
    ]) {
      assert.equal(told(text), "own", text);
    }
    for (const text of [
      "day.setDate(day.getDate() + 1);",
      "if (text.indexOf(x) < 0) {",
      "return countries.of(code);",
      "return JSON.stringify(rows);",
      "sum += numbers.format(i).length;",
    ]) {
      assert.equal(told(text), "builtin", text);
    }
    // A parameter may hold any function; one that is seen under another name is that.
    assert.equal(told("return apply(value);"), "unsure");
    assert.equal(told("return apply(value);", true), "own");
    assert.equal(told("return handlers[name](event);", true), "own");
  });

  it("is unsure where it may be either", () => {
    for (const text of [
      "return other(text);",
      "return handlers[name](event);",
      "if (list.has(x)) {",
      "return other.apply(this, args);",
      "return Reflect.apply(handlers[name], this, args);",
    ]) {
      assert.equal(workOf(text), "unsure", text);
    }
  });
});

describe("the packages that names are taken from", () => {
  it("are told by imports and requires, and by calls of a whole package", () => {
    const source = [
      'import { hashSync, type Options } from "@node-rs/argon2";',
      'import argon from "argon2";',
      'const { crc32: sum } = require("@node-rs/crc32");',
      "const snappy = require('snappy');",
      'const local = require("./hashSync.js");',
      "const packed = snappy.compressSync(bytes);",
    ];
    const from = (...names: readonly string[]) => [...packagesNamedBy(source, new Set(names))];
    assert.deepEqual(from("hashSync"), ["@node-rs/argon2"]);
    assert.deepEqual(from("crc32"), ["@node-rs/crc32"]);
    assert.deepEqual(from("compressSync"), ["snappy"]);
    assert.deepEqual(from("verify"), []);
  });

  it("are told by what something was made by", () => {
    const source = [
      'import { Jieba } from "@node-rs/jieba";',
      'const sharp = require("sharp");',
      'const { dict } = require("./dict.js");',
      "const jieba = Jieba.withDict(dict);",
      "this.image = sharp(file);",
      "const words = jieba.cut(text);",
      "this.image.resize(100);",
      "list.cutAll(text);",
    ];
    const from = (...names: readonly string[]) => [...packagesNamedBy(source, new Set(names))];
    assert.deepEqual(from("cut"), ["@node-rs/jieba"]);
    assert.deepEqual(from("resize"), ["sharp"]);
    assert.deepEqual(from("cutAll"), []);
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
