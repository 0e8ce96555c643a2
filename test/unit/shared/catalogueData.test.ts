import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { open } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { promisify } from "node:util";
import { catalogue } from "../../../src/shared/layers/catalogue.ts";
import type { CatalogueEntry } from "../../../src/shared/layers/entry.ts";

const names = (entries: readonly CatalogueEntry[]) => entries.map(({ module, name }) => `${module}: ${name}`);

/** Functions that JavaScript does alone, or that nobody should call. */
const notListed: Readonly<Record<string, readonly string[]>> = {
  fs: [
    "Dir",
    "Dirent",
    "FileReadStream",
    "FileWriteStream",
    "ReadStream",
    "Stats",
    "Utf8Stream",
    "WriteStream",
    "_toUnixTimestamp",
    // macOS only, and deprecated.
    "lchmod",
    "lchmodSync",
  ],
  "fs/promises": ["lchmod"],
  child_process: ["ChildProcess", "_forkChild"],
  dns: ["getDefaultResultOrder", "setDefaultResultOrder"],
  "dns/promises": ["getDefaultResultOrder", "setDefaultResultOrder"],
  zlib: [
    "BrotliCompress",
    "BrotliDecompress",
    "Deflate",
    "DeflateRaw",
    "Gunzip",
    "Gzip",
    "Inflate",
    "InflateRaw",
    "Unzip",
    "ZstdCompress",
    "ZstdDecompress",
  ],
};

async function exportsOf(module: string): Promise<Record<string, unknown>> {
  if (module === "globals") {
    return globalThis as unknown as Record<string, unknown>;
  }
  return ((await import(`node:${module}`)) as { default: Record<string, unknown> }).default;
}

describe("the entries of the catalogue", () => {
  it("are at least 250, each once", () => {
    assert.ok(catalogue.length >= 250, String(catalogue.length));
    assert.deepEqual(names(catalogue), [...new Set(names(catalogue))]);
  });

  it("are functions of public modules of this Node.js", async () => {
    const handle = await open(process.execPath);
    const absent: string[] = [];
    for (const { module, name, calls } of catalogue) {
      assert.ok(module === "globals" || isBuiltin(`node:${module}`), module);
      // Nobody but Node.js makes a FileHandle, so a made one stands for the prototype.
      const root = name.startsWith("FileHandle.") ? { FileHandle: { prototype: handle } } : await exportsOf(module);
      const found = name.split(".").reduce<unknown>((value, part) => Object(value)[part], root);
      const onPosixOnly = calls.linux.length > 0 && calls.windows.length === 0;
      if (typeof found !== "function" && !(process.platform === "win32" && onPosixOnly)) {
        absent.push(`${module}: ${name}`);
      }
    }
    await handle.close();
    assert.deepEqual(absent, []);
  });

  for (const [module, left] of Object.entries(notListed)) {
    it(`are all functions of ${module} but ${left.length}`, async () => {
      const exported = Object.entries(await exportsOf(module)).flatMap(([name, value]) =>
        typeof value === "function" ? [name] : [],
      );
      const listed = new Set(catalogue.filter((entry) => entry.module === module).map(({ name }) => name));
      const missing = exported.filter((name) => !listed.has(name));
      assert.deepEqual(
        missing.filter((name) => !left.includes(name)),
        [],
      );
    });
  }

  it("name bindings that Node.js has", async () => {
    // Not even Node's own tests may ask for that one; the process tests see it loaded.
    const bindings = [...new Set(catalogue.map(({ binding }) => binding))].filter(
      (name) => name !== "internal_only_v8",
    );
    const code = `const { internalBinding } = require("internal/test/binding");
      for (const name of ${JSON.stringify(bindings)}) internalBinding(name);`;
    await promisify(execFile)(process.execPath, ["--expose-internals", "--no-warnings", "-e", code]);
    await assert.rejects(
      promisify(execFile)(process.execPath, ["--expose-internals", "-e", code.replace('"fs"', '"no_such"')]),
      /No such binding: no_such/,
    );
  });

  it("name a file of Node's sources, and a page of its documentation on which the anchor is the function's", () => {
    for (const { module, name, source, docs } of catalogue) {
      assert.match(source, /^src\/[a-z_0-9/]+\.cc$/, name);
      const [, page = "", , anchor] = /^https:\/\/nodejs\.org\/api\/(\w+)\.html(#([a-z0-9_-]+))?$/.exec(docs) ?? [];
      assert.ok([module.replace(/\/.*/, ""), "globals", "timers", "webcrypto"].includes(page), docs);
      const own = name.split(".").at(-1)?.toLowerCase() ?? "";
      assert.ok(anchor === undefined || anchor.includes(own), `${module}: ${name}: ${docs}`);
    }
  });

  it("agree about mechanism and thread, and name no system call twice", () => {
    for (const { name, mechanism, thread, calls } of catalogue) {
      const expected =
        mechanism === "threadPool" ? "pool" : /^(process|thread|otherThread)$/.test(mechanism) ? "own" : "main";
      assert.equal(thread, expected, name);
      for (const list of Object.values(calls)) {
        assert.deepEqual(list, [...new Set(list)], name);
        assert.ok(
          list.every((call) => /^\w+$/.test(call)),
          name,
        );
      }
    }
  });
});
