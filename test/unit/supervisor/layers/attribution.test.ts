import assert from "node:assert/strict";
import * as v from "valibot";
import { ownCodeUrl, type ProfileFrame, type ProfileNode } from "../../../../src/shared/layers/collected.ts";
import { cpuSampleSchema } from "../../../../src/shared/layers/sample.ts";
import { type AttributionHints, attribute } from "../../../../src/supervisor/layers/sample/attribution.ts";
import { seededRandom } from "../random.ts";

const own = "file:///srv/app/server.js";
const hints: AttributionHints = {
  callLine: () => undefined,
  namesCalledIn: () => undefined,
  natives: addons("sqlite-addon"),
  packages: new Set(["ajv"]),
  builtinShares: () => ({ builtin: 0, unsure: 0 }),
  callShare: () => 0,
  compressorOf: () => undefined,
  jobsAreBuiltins: () => false,
};

/** As if each of these exported the function `frobnicate` and `get`, and the first `every` as well. */
function addons(...names: readonly string[]): AttributionHints["natives"] {
  return {
    hasAddons: names.length > 0,
    addonOf(name, caller) {
      const found = names.filter((_, index) => /^(frobnicate|get)$/.test(name) || (index === 0 && name === "every"));
      const owner = /node_modules\/([\w-]+)\//.exec(caller?.url ?? "")?.[1];
      return owner !== undefined && names.includes(owner) ? owner : found.length === 1 ? found[0] : undefined;
    },
    namesOf: (name) => new Set([name]),
    nameOf: (name) => name,
    sqlite: false,
  };
}

/** A call stack, outermost first, each as `name url`; all the time is the innermost's. */
function partOf(stack: readonly string[], changes: Partial<AttributionHints> = {}) {
  const frames = stack.map((written): ProfileFrame => {
    const [, name = "", url = ""] = /^(.*?)(?: (\S*:\S*))?$/.exec(written) ?? [];
    if (written.startsWith("V8 ")) {
      return { name: written.slice("V8 ".length), url: "", line: 0, column: 0, builtin: true };
    }
    // Generated code has a place, but no address.
    if (written.startsWith("made")) {
      return { name: written.slice("made ".length), url: "", line: 3, column: 1 };
    }
    return { name, url, line: url === "" ? 0 : 7, column: url === "" ? 0 : 3 };
  });
  const nodes = frames.map(
    (_, index): ProfileNode => ({ frame: index, parent: index - 1, selfUs: index === frames.length - 1 ? 1_000 : 0 }),
  );
  return attribute({ frames, nodes }, { ...hints, ...changes });
}

const cases: Readonly<Record<string, readonly [stack: readonly string[], id: string, dependency?: string]>> = {
  "your own function": [[`handle ${own}`], "code"],
  "a function of a package": [
    [`handle ${own}`, "get file:///srv/app/node_modules/express/lib/a.js"],
    "package:express",
  ],
  "a package with a scope": [["run file:///srv/node_modules/@fastify/static/index.js"], "package:@fastify/static"],
  "a nested package": [["run file:///srv/node_modules/a/node_modules/b/index.js"], "package:b"],
  "a package as pnpm lays it": [["run file:///srv/node_modules/.pnpm/c@1.0.0/node_modules/c/i.js"], "package:c"],
  "a package on Windows": [["run C:\\app\\node_modules\\d\\index.js"], "package:d"],
  "JavaScript of Node.js": [[`handle ${own}`, "emit node:events"], "node"],
  "one of V8's own functions": [[`handle ${own}`, "V8 Array.prototype.sort"], "v8", "v8"],
  "what a clone is filled by": [
    [
      `handle ${own}`,
      "structuredClone node:internal/worker/js_transferable",
      "structuredClone",
      "V8 Map.prototype.set",
    ],
    "binding:messaging",
    "v8",
  ],
  "the jobs of promises": [["V8 RunMicrotasks"], "binding:task_queue", "v8"],
  "jobs of promises in C++": [["runMicrotasks"], "binding:task_queue", "v8"],
  "what may be a job or the loop's": [["(native)"], "native"],
  "a regular expression that was compiled before": [[`handle ${own}`, "Regular expression code"], "v8", "v8"],
  "a regular expression": [[`handle ${own}`, "RegExp: ^a+$"], "v8", "v8"],
  "WebAssembly that is compiled": [[`handle ${own}`, "Module"], "v8", "v8"],
  "a function that was made by the app": [[`handle ${own}`, "made"], "code"],
  "a function that a package made": [
    [`handle ${own}`, "render file:///srv/node_modules/ejs/lib/ejs.js", "made"],
    "package:ejs",
  ],
  "a function made by a package through Node.js": [
    [`handle ${own}`, "render file:///srv/node_modules/ejs/lib/ejs.js", "forEach node:internal/util", "made"],
    "package:ejs",
  ],
  "a function that the app got from a package that makes them": [[`handle ${own}`, "made validate10"], "package:ajv"],
  "a native function of the maker's": [[`handle ${own}`, "made", "frobnicate"], "binding:sqlite-addon"],
  "what a child process is waited for": [
    [`handle ${own}`, "spawnSync node:child_process", "spawnSync node:internal/child_process", "spawn"],
    "binding:spawn_sync",
    "uv",
  ],
  "the garbage collector": [["(garbage collector)"], "gc", "v8"],
  "doing nothing": [["(idle)"], "idle"],
  "native code without any JavaScript": [["(program)"], "loop"],
  "a native function nobody knows, where there is one addon": [[`handle ${own}`, "frobnicate"], "binding:sqlite-addon"],
  "a native function that is named as one of JavaScript, too": [[`handle ${own}`, "get"], "binding:sqlite-addon"],
  "WebAssembly of your own": [[`handle ${own}`, "js-to-wasm:i:i", "wasm-function[0] wasm://wasm/1"], "code"],
  "WebAssembly of a package": [
    [`handle ${own}`, "run file:///srv/node_modules/w/i.js", "a wasm://wasm/1", "b wasm://wasm/1", "wasm-to-js"],
    "package:w",
  ],
  "WebAssembly that nobody is known to call": [["emit node:events", "a wasm://wasm/1"], "native"],
  "WebAssembly through Node.js": [[`handle ${own}`, "start node:wasi", "_start wasm://wasm/1"], "code"],
  "the parser of fetch": [
    [`handle ${own}`, "execute node:internal/deps/undici/undici", "wasm-function[20] wasm://wasm/2"],
    "binding:undici",
    "llhttp",
  ],
  "the parser of CommonJS": [
    ["parse node:internal/deps/cjs-module-lexer/dist/lexer", "p wasm://wasm/3"],
    "binding:cjs_lexer",
    "cjs_module_lexer",
  ],
  "the address of a name": [["lookup node:dns", "getaddrinfo"], "binding:cares_wrap/uv", "uv"],
  "a name that c-ares resolves": [["resolve node:internal/dns/utils", "queryA"], "binding:cares_wrap", "ares"],
  zlib: [[`handle ${own}`, "processChunkSync node:zlib", "writeSync"], "binding:zlib", "zlib"],
  "Brotli, as it begins": [["Brotli node:zlib", "init"], "binding:zlib/brotli", "brotli"],
  "Zstandard, as it begins": [["Zstd node:zlib", "init"], "binding:zlib/zstd", "zstd"],
  "what may be Brotli or zlib": [
    ["syncBufferWrapper node:zlib", "zlibBufferSync node:zlib", "processChunkSync node:zlib", "writeSync"],
    "binding:zlib",
    "zlib",
  ],
  "a checksum, whose native function has no name": [["crc32 node:zlib", ""], "binding:zlib", "zlib"],
  "a TLS connection that is wrapped": [["TLSSocket._wrapHandle node:_tls_wrap", "wrap"], "binding:tls_wrap", "openssl"],
  "what is written to any socket, also one of TLS": [
    ["Socket._writeGeneric node:net", "handleWriteReq node:internal/stream_base_commons", "writeBuffer"],
    "binding:stream_wrap",
    "uv",
  ],
  crypto: [["pbkdf2Sync node:internal/crypto/pbkdf2", "run"], "binding:crypto", "openssl"],
  "a file": [["openSync node:fs", "open"], "binding:fs", "os"],
  "a file that is written": [["writeFileSync node:fs", "writeSync node:fs", "writeBuffer"], "binding:fs", "os"],
  "the memory of random bytes": [
    [`handle ${own}`, "randomBytes node:internal/crypto/random", "FastBuffer node:internal/buffer", "V8 TypedArray"],
    "binding:crypto",
    "openssl",
  ],
  "parts that are put together for inflateSync": [
    [
      "inflateSync node:zlib",
      "processChunkSync node:zlib",
      "concat node:buffer",
      "_copyActual node:buffer",
      "V8 TypedArrayPrototypeSet",
    ],
    "binding:zlib",
    "zlib",
  ],
  "a text that is read": [["readFileSync node:fs", "toString node:buffer", "utf8Slice"], "binding:fs", "os"],
  "Buffers of the app, joined": [
    [`handle ${own}`, "concat node:buffer", "V8 TypedArrayPrototypeSet"],
    "binding:buffer",
    "node",
  ],
  "typed arrays of the app": [[`handle ${own}`, "V8 TypedArrayPrototypeSet"], "v8", "v8"],
  "the text of a stack": [[`handle ${own}`, "defaultPrepareStackTrace node:internal/errors"], "v8", "v8"],
  "a Blob": [["arrayBuffer node:internal/blob", "pull"], "binding:blob", "node"],
  "a file, by promises": [["open node:internal/fs/promises", "openFileHandle"], "binding:fs", "os"],
  "an address": [["URL node:internal/url", "parse"], "binding:url", "ada"],
  "a native method of Buffers, called by anybody": [[`handle ${own}`, "utf8Slice"], "binding:buffer", "node"],
  "a process that is waited for": [["spawnSync node:internal/child_process"], "binding:spawn_sync", "uv"],
  "structured clones": [["structuredClone node:internal/worker/js_transferable"], "binding:messaging", "v8"],
  "a script that is compiled": [
    ["compile node:internal/modules/cjs/loader", "compileFunctionForCJSLoader"],
    "binding:contextify",
    "v8",
  ],
  "a native function of a package with an addon": [
    ["run file:///srv/node_modules/sqlite-addon/lib/db.js", "step"],
    "binding:sqlite-addon",
  ],
};

describe("the attribution of CPU time", () => {
  for (const [what, [stack, id, dependency]] of Object.entries(cases)) {
    it(`gives ${what} to ${id}`, () => {
      const { durationMs, parts } = partOf(stack);
      assert.equal(durationMs, 1);
      assert.deepEqual(
        parts.map((part) => [part.id, part.dependency, part.share]),
        [[id, dependency, 1]],
      );
    });
  }

  it("gives what a clone does to its binding where nothing but the line shows it", () => {
    for (const name of ["structuredClone", "postMessage"]) {
      const callShare: AttributionHints["callShare"] = (_frame, _lines, names) => Number(names.has(name));
      assert.deepEqual(
        partOf([`handle ${own}`], { callShare }).parts.map(({ id, share }) => [id, share]),
        [["binding:messaging", 1]],
      );
    }
  });

  it("gives V8 what it goes on with after JavaScript of Node.js, where it shows the last native function still", () => {
    const idOf = (mentions: NonNullable<AttributionHints["mentions"]>, native = "utf8Slice") =>
      partOf([`handle ${own}`, native], { mentions }).parts[0]?.id;
    assert.deepEqual(
      [
        idOf(() => false),
        idOf(() => true),
        idOf(() => undefined),
        idOf((_frame, word) => word !== "structuredClone", "structuredClone"),
      ],
      ["v8", "binding:buffer", "binding:buffer", "binding:messaging"],
    );
  });

  it("can't tell native code without JavaScript where promises are given built-in functions", () => {
    const [part] = partOf(["(program)"], { jobsAreBuiltins: () => true }).parts;
    assert.equal(part?.id, "native");
  });

  it("gives the methods of node:sqlite to SQLite, once it is there", () => {
    const natives = { ...addons("one", "two"), sqlite: true };
    for (const name of ["all", "get", "run", "exec", "prepare"]) {
      const [part] = partOf([`handle ${own}`, name], { natives }).parts;
      assert.deepEqual([part?.id, part?.dependency], ["binding:sqlite", "sqlite"], name);
    }
    const idOf = (stack: readonly string[], changes = {}) =>
      partOf(stack, { natives: { ...natives, ...changes } }).parts[0]?.id;
    assert.equal(idOf(["query file:///srv/node_modules/two/index.js", "all"]), "binding:two");
    assert.equal(idOf([`handle ${own}`, "all"], { sqlite: false }), "native");
    assert.equal(idOf([`handle ${own}`, "frobnicate"]), "native");
    assert.equal(idOf([`handle ${own}`, "all"], { ...addons() }), "v8");
    assert.equal(idOf([`handle ${own}`, "frobnicate"], { ...addons() }), "native");
  });

  it("gives what its caller was seen doing on the line of a native call to that, but not more than is likely", () => {
    const frames: ProfileFrame[] = [
      { name: "handle", url: own, line: 1, column: 1 },
      { name: "all", url: "", line: 0, column: 0 },
    ];
    const nodes = (nativeUs: number): ProfileNode[] => [
      { frame: 0, parent: -1, selfUs: 1_000, lines: [[2, 10]] },
      { frame: 1, parent: 0, selfUs: nativeUs },
    ];
    const msOf = (nativeUs: number, part: string) =>
      attribute(
        { frames, nodes: nodes(nativeUs) },
        {
          ...hints,
          natives: { ...addons(), sqlite: true },
          callShare: (_frame, _lines, names) => (names.has("all") ? 0.75 : 0),
        },
      ).parts.find(({ id }) => id === part)?.selfMs;
    assert.deepEqual([msOf(1_000, "binding:sqlite"), msOf(1_000, "code")], [1.75, 0.25]);
    assert.deepEqual([msOf(125, "binding:sqlite"), msOf(125, "code")], [0.375, 0.75]);
  });

  it("is unsure of a call of others that call on, where V8's own code has no frames", () => {
    const frames: ProfileFrame[] = [
      { name: "handle", url: own, line: 1, column: 1 },
      { name: "emit", url: "node:events", line: 9, column: 1 },
      { name: "listen", url: own, line: 5, column: 1 },
    ];
    const nodes: ProfileNode[] = [
      { frame: 0, parent: -1, selfUs: 1_000, lines: [[2, 10]] },
      { frame: 1, parent: 0, selfUs: 1_000 },
      { frame: 2, parent: 1, selfUs: 100 },
    ];
    const shared = (builtins: boolean, callees: ProfileNode[] = nodes) => {
      const callShare: AttributionHints["callShare"] = (_frame, _lines, names) => (names.has("emit") ? 0.75 : 0);
      const { parts } = attribute({ frames, nodes: callees, builtins }, { ...hints, callShare });
      return Object.fromEntries(parts.map(({ id, selfMs }) => [id, Math.round(selfMs * 1_000)]));
    };
    assert.deepEqual(shared(false), { node: 1_000, unsure: 750, code: 350 });
    assert.deepEqual(shared(true), { node: 1_000, code: 1_100 });
    assert.deepEqual(shared(false, nodes.slice(0, 2)), { node: 1_000, code: 1_000 });
  });

  it("tells Brotli and Zstandard from zlib by the code that calls them", () => {
    const stack = [
      `handle ${own}`,
      "syncBufferWrapper node:zlib",
      "zlibBufferSync node:zlib",
      "processChunkSync node:zlib",
      "writeSync",
    ];
    for (const compressor of ["brotli", "zstd"]) {
      const compressorOf = (frame: ProfileFrame) => (frame.name === "handle" ? compressor : undefined);
      const [part] = partOf(stack, { compressorOf }).parts;
      assert.deepEqual([part?.id, part?.dependency], [`binding:zlib/${compressor}`, compressor]);
    }
    assert.equal(partOf(stack, { compressorOf: () => "zlib" }).parts[0]?.dependency, "zlib");
    // Where its text tells nothing, what is seen to be made for it does.
    const seen = [
      `handle ${own}`,
      "zstdCompressSync node:zlib",
      "Zstd node:zlib",
      "processChunkSync node:zlib",
      "writeSync",
    ];
    assert.equal(partOf(seen).parts[0]?.dependency, "zstd");
  });

  it("tells the places of functions", () => {
    const [part] = partOf([`handle ${own}`]).parts;
    assert.deepEqual(part?.functions, [
      {
        name: "handle",
        at: { file: process.platform === "win32" ? own : "/srv/app/server.js", line: 7, column: 3 },
        selfMs: 1,
      },
    ]);
    assert.deepEqual(partOf([` ${own}`]).parts[0]?.functions[0]?.name, "(anonymous)");
  });

  it("shares a function's own time with V8 as the ticks on its lines say", () => {
    const { parts } = partOf([`handle ${own}`], { builtinShares: () => ({ builtin: 0.75, unsure: 0 }) });
    assert.deepEqual(
      parts.map(({ id, share, functions }) => [id, share, functions.length]),
      [
        ["v8", 0.75, 1],
        ["code", 0.25, 1],
      ],
    );
  });

  it("leaves out what Hitless does, but not the app that is called by it", () => {
    const frames: ProfileFrame[] = [
      { name: "stop", url: ownCodeUrl, line: 1, column: 1 },
      { name: "post", url: "node:inspector", line: 1, column: 1 },
      { name: "handle", url: own, line: 1, column: 1 },
    ];
    const nodes: ProfileNode[] = [
      { frame: 0, parent: -1, selfUs: 100 },
      { frame: 1, parent: 0, selfUs: 200 },
      { frame: 2, parent: 0, selfUs: 300 },
    ];
    const { durationMs, parts } = attribute({ frames, nodes }, hints);
    assert.equal(durationMs, 0.3);
    assert.deepEqual(
      parts.map(({ id, share }) => [id, share]),
      [["code", 1]],
    );
  });

  it("adds up to one when nothing was seen at all", () => {
    const { durationMs, parts } = attribute({ frames: [], nodes: [] }, hints);
    assert.deepEqual([durationMs, parts.map(({ share }) => share)], [0, [1]]);
  });

  it("gives all time to exactly one part each, whatever the profile", () => {
    const urls = [
      own,
      "",
      "node:fs",
      "node:internal/url",
      "file:///a/node_modules/x/i.js",
      "evalmachine.<anonymous>",
      "wasm://x",
    ];
    const names = [
      "",
      "(program)",
      "(idle)",
      "(garbage collector)",
      "parse",
      "open",
      "toString",
      "constructor",
      "RegExp: a",
    ];
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed);
      const frames = Array.from(
        { length: 1 + random(12) },
        (): ProfileFrame => ({
          name: names[random(names.length)] ?? "",
          url: urls[random(urls.length)] ?? "",
          line: random(50),
          column: random(50),
        }),
      );
      const nodes = Array.from(
        { length: 1 + random(60) },
        (_, index): ProfileNode => ({
          frame: random(frames.length),
          parent: index === 0 ? -1 : random(index),
          selfUs: random(5_000),
        }),
      );
      const total = nodes.reduce((sum, { selfUs }) => sum + selfUs, 0);
      const shared = random(3) / 2;
      const { durationMs, parts } = attribute(
        { frames, nodes },
        { ...hints, builtinShares: () => ({ builtin: shared, unsure: 0 }) },
      );
      const told = `seed ${seed}`;
      assert.ok(Math.abs(durationMs - total / 1_000) < 1e-6, told);
      assert.ok(Math.abs(parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, told);
      assert.ok(Math.abs(parts.reduce((sum, { selfMs }) => sum + selfMs, 0) - durationMs) < 1e-6, told);
      assert.equal(new Set(parts.map(({ id }) => id)).size, parts.length, told);
      v.parse(cpuSampleSchema.entries.parts, parts);
    }
  });
});
