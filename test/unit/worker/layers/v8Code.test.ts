import assert from "node:assert/strict";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { builtinKind, shownBuiltin } from "../../../../src/worker/layers/sample/builtinNames.ts";
import { condense } from "../../../../src/worker/layers/sample/condense.ts";

const folder = join(import.meta.dirname, "dist");

describe("a profile with V8's own code", () => {
  /** Each with the microseconds in itself, and the calls that follow it two spaces further in. */
  function condensed(written: string) {
    const nodes: Profiler.ProfileNode[] = [];
    const stack: Profiler.ProfileNode[] = [];
    for (const line of written.trim().split("\n")) {
      const depth = (line.length - line.trimStart().length) / 2;
      const [, name = "", us, lines] = /^\s*(\S+)(?: (\d+))?( at 7)?$/.exec(line) ?? [];
      const isScript = /^[a-z]/.test(name) && !name.startsWith("native");
      const node: Profiler.ProfileNode = {
        id: nodes.length + 1,
        callFrame: {
          functionName: name,
          scriptId: "1",
          url: isScript ? "file:///srv/app.js" : "",
          lineNumber: isScript ? 4 : -1,
          columnNumber: isScript ? 0 : -1,
        },
        hitCount: Number(us ?? 0),
        children: [],
        ...(lines === undefined ? {} : { positionTicks: [{ line: 7, ticks: 1 }] }),
      };
      nodes.push(node);
      stack.length = depth;
      stack.at(-1)?.children?.push(node.id);
      stack.push(node);
    }
    const samples = nodes.map(({ id }) => id);
    const timeDeltas = [0, ...nodes.map(({ hitCount = 0 }) => hitCount)].slice(0, nodes.length);
    const endTime = nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
    const profile = { nodes, startTime: 0, endTime, samples, timeDeltas };
    const { nodes: told, frames } = condense(profile, { folder, settlingUs: 0, timeline: false, builtins: true });
    const depthOf = (index: number): number => {
      const parent = told[index]?.parent ?? -1;
      return parent < 0 ? 0 : 1 + depthOf(parent);
    };
    return told.map(({ frame, selfUs, operationUs }, index) => {
      const { name = "", builtin = false } = frames[frame] ?? {};
      const operations = operationUs === undefined ? "" : `, ${operationUs} operations`;
      return `${"  ".repeat(depthOf(index))}${name}${builtin ? " (V8)" : ""} ${selfUs}${operations}`;
    });
  }

  it("gives what a call costs to who calls, whom V8 leaves out, not to the caller above", () => {
    const told = condensed(`
(root)
  run 10
    CallForwardVarargs 40
    CallFunction_ReceiverIsAny 20
    LoadIC 1
    emit 50
      listener 10
    leaf 100`);
    assert.deepEqual(
      told.sort(),
      ["(root) 0", "  run 11, 1 operations", "    emit 110, 60 operations", "      listener 10", "    leaf 100"].sort(),
    );
  });

  it("gives an operation without a frame to who uses it, whom V8 leaves out, not to the caller above", () => {
    const told = condensed(`
(root)
  run 10
    LoadIC_Megamorphic 40
    KeyedStoreIC_Megamorphic 5
    KeyedLoadIC_Megamorphic 60
    match 12
      LoadIC_Megamorphic 3
    nativeRead 50
  sort 0
    ArrayPrototypeSort 20
      StringLessThan 8
      compare 12`);
    assert.deepEqual(
      told.sort(),
      [
        "(root) 0",
        "  run 27, 17 operations",
        "    match 103, 91 operations",
        "    nativeRead 50",
        "  sort 0",
        "    Array.prototype.sort (V8) 20",
        "      compare 20, 8 operations",
      ].sort(),
    );
  });

  it("takes what leads into a function in C++, which has no frame, for that", () => {
    const told = condensed(`
(root)
  handle 10
    CEntry_Return1_ArgvOnStack_BuiltinExit 20
      CEntry_Return1_ArgvOnStack_BuiltinExit 30
      JSEntry 1
        toText 5
    CEntry_Return1_ArgvOnStack_NoBuiltinExit 2`);
    assert.deepEqual(
      told.sort(),
      [
        "(root) 0",
        "  handle 12, 2 operations",
        "    (built-in function) (V8) 51, 31 operations",
        "      toText 5",
      ].sort(),
    );
  });

  it("shows JavaScript's own functions, and what the language does as its caller's", () => {
    const told = condensed(`
(root)
  JSEntry
    handle 10 at 7
      LoadIC_Megamorphic 4
      Add_Baseline 2
      ArrayPrototypeSort 5
        ArrayTimSort 7
        CallFunction_ReceiverIsAny 1
          compare 3
        compare 2
      GetNamedPropertyHandler 1
      RegExpPrototypeTestFast 8`);
    assert.deepEqual(
      told.sort(),
      [
        "(root) 0",
        "  JSEntry (V8) 0",
        "  handle 17, 7 operations",
        "    Array.prototype.sort (V8) 13, 8 operations",
        "      compare 5",
        "    RegExp.prototype.test (V8) 8",
      ].sort(),
    );
  });

  it("shows a loop of V8's that calls one of V8's functions, which may have no frame, and no other", () => {
    const told = condensed(`
(root)
  parse 1000
    ArrayMap 9000
  numbers 1000
    ArrayMap 2000
      NumberConstructor 4000
  own 1000
    ArrayMap 9000
      callback 3000
  quick 1000
    ArrayForEach 1000`);
    assert.deepEqual(
      told.sort(),
      [
        "(root) 0",
        "  parse 1000",
        "    Array.prototype.map (V8) 9000",
        "  numbers 1000",
        "    Array.prototype.map (V8) 6000, 4000 operations",
        "  own 10000, 9000 operations",
        "    callback 3000",
        "  quick 2000, 1000 operations",
      ].sort(),
    );
  });

  it("tells the jobs of promises in C++ from what the event loop does, by their neighbours", () => {
    const told = condensed(`
(root)
  RunMicrotasks 10
  (program) 700
  handle 10
  (program) 50
  (idle) 100`);
    assert.deepEqual(
      told.sort(),
      [
        "(root) 0",
        "  RunMicrotasks (V8) 10",
        "  runMicrotasks 700",
        "  handle 10",
        "  (program) 50",
        "  (idle) 100",
      ].sort(),
    );
  });

  it("takes a native function for what it is, whatever its name", () => {
    const told = condensed(`
(root)
  handle 1
    GetProperty 9 at 7
    nativeRead 4`);
    assert.deepEqual(told.sort(), ["(root) 0", "  handle 1", "    GetProperty 9", "    nativeRead 4"].sort());
  });
});

describe("the names of V8's own code", () => {
  it("are of functions or of operations", () => {
    const functions = "ArrayPrototypeSort JsonStringify MapPrototypeSet StringPrototypeIndexOf SubString ArrayTimSort";
    const operations =
      "LoadIC KeyedStoreIC_Megamorphic StringAdd_CheckNone BigIntMultiply ArrayMap LdaZeroHandler MathSqrt";
    const others = "writeSync DatabaseSync Statement Hash JSStream LoadModel CreateHandle TLSWrap PBKDF2Job (program)";
    const kinds = (names: string) => [...new Set(names.split(" ").map(builtinKind))];
    assert.deepEqual([functions, operations, others].map(kinds), [["function"], ["operation"], [undefined]]);
  });

  it("are shown as people write them", () => {
    const shown = ["ArrayPrototypeSort", "ArrayIndexOf", "JsonParse", "ObjectKeys", "MapConstructor", "GlobalEscape"];
    assert.deepEqual(shown.map(shownBuiltin), [
      "Array.prototype.sort",
      "Array.prototype.indexOf",
      "JSON.parse",
      "Object.keys",
      "Map",
      "escape",
    ]);
    assert.equal(shownBuiltin("ArrayTimSort"), undefined);
  });
});
