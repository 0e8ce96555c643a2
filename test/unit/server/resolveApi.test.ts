import assert from "node:assert/strict";
import { resolveMethod } from "../../../src/server/source/instances.ts";
import { resolveApi } from "../../../src/server/source/resolveApi.ts";
import { analysed, lastNode } from "./sources.ts";

/** `module#name` of the last node with the text. */
function resolved(text: string, node: string, file?: string): string | undefined {
  const analysis = analysed(text, file);
  const api = resolveApi(analysis, lastNode(analysis, node));
  return api && `${api.module}#${api.name}`;
}

const readFile = [
  ['import fs from "node:fs"; fs.readFile("x", f);', "fs.readFile"],
  ['import * as fs from "fs"; fs.readFile("x", f);', "fs.readFile"],
  ['import { readFile } from "fs"; readFile("x", f);', "readFile"],
  ['import { readFile as read } from "node:fs"; read("x", f);', "read"],
  ['import { default as fs } from "node:fs"; fs.readFile("x", f);', "fs.readFile"],
  ['const fs = require("fs"); fs.readFile("x", f);', "fs.readFile"],
  ['const { readFile: read } = require("node:fs"); read("x", f);', "read"],
  ['const fs = require("fs"); const { readFile } = fs; readFile("x", f);', "readFile"],
  ['const fs = require("fs"); const read = fs.readFile; read("x", f);', "read"],
  ['const fs = require("fs"); const alias = fs; alias["readFile"]("x", f);', 'alias["readFile"]'],
  ['require("fs").readFile("x", f);', 'require("fs").readFile'],
  ['let fs; fs = require("fs"); fs.readFile("x", f);', "fs.readFile"],
  ['var fs = require(`fs`); (0, fs.readFile)("x", f);', '(0, fs.readFile)("x", f)'],
  ['const fs = await import("node:fs"); fs.readFile("x", f);', "fs.readFile"],
  ['const { default: fs } = await import("fs"); fs.readFile("x", f);', "fs.readFile"],
  ['(await import("fs")).readFile("x", f);', '(await import("fs")).readFile("x", f)'],
  [
    'import { createRequire } from "module"; const require = createRequire(import.meta.url); require("fs").readFile();',
    'require("fs").readFile',
  ],
  ['const fs = require("graceful-fs"); fs.readFile("x", f);', "fs.readFile"],
  ['const fs_1 = __importDefault(require("fs")); fs_1.default.readFile("x", f);', "fs_1.default.readFile"],
  ['var import_fs = __toESM(require("fs")); (0, import_fs.readFile)("x", f);', "import_fs.readFile"],
  [
    'function* f() { const { readFile } = yield Promise.resolve().then(() => __importStar(require("fs"))); readFile("x"); }',
    "readFile",
  ],
  ['const fs = process.getBuiltinModule("fs"); fs.readFile("x", f);', "fs.readFile"],
  ['const fs = require("fs"); fs?.readFile?.("x", f);', "fs?.readFile"],
  ['use(fs.readFile); var fs = require("fs");', "fs.readFile"],
  ['import("fs").then((fs) => fs.readFile("x", f));', "fs.readFile"],
  ['import("node:fs").then(({ default: { readFile } }) => readFile("x", f));', "readFile"],
  ['async function f() { const fs = await import("fs"); fs.readFile("x", f); }', "fs.readFile"],
  ['const { promisify } = require("util"); const read = promisify(require("fs").readFile); read("x");', "read"],
  ['import fs from "fs"; class A { fs = fs; go() { this.fs.readFile("x", f); } }', "this.fs.readFile"],
  [
    'import fs from "fs"; class A { #fs; constructor() { this.#fs = fs; void (() => this.#fs.readFile("x")); } }',
    "this.#fs.readFile",
  ],
] as const;

describe("what a call names", () => {
  for (const [text, node] of readFile) {
    it(text, () => assert.equal(resolved(text, node), "fs#readFile"));
  }

  it("types of TypeScript are in the way of nothing", () => {
    const text =
      'import fs = require("fs"); export function load(fs2: typeof fs): void { (fs as any)!.readFile("x"); }';
    assert.equal(resolved(text, "(fs as any)!.readFile", "app.ts"), "fs#readFile");
    assert.equal(
      resolved(
        'import type { Server } from "http"; import { createServer } from "http"; createServer();',
        "createServer",
        "a.mts",
      ),
      "http#createServer",
    );
  });

  it("dotted names, nested patterns and modules with a slash", () => {
    assert.equal(
      resolved('const fs = require("fs"); fs.promises.readFile("x");', "fs.promises.readFile"),
      "fs#promises.readFile",
    );
    assert.equal(
      resolved('const { promises: { readFile } } = require("fs"); readFile("x");', "readFile"),
      "fs#promises.readFile",
    );
    assert.equal(
      resolved('import { readFile } from "node:fs/promises"; readFile("x");', "readFile"),
      "fs/promises#readFile",
    );
    assert.equal(resolved('const { a, ...rest } = require("fs"); rest.readFile("x");', "rest.readFile"), "fs#readFile");
  });

  it("packages and default exports", () => {
    assert.equal(resolved('import express from "express"; express();', "express()"), "express#default");
    assert.equal(
      resolved('const express = require("express"); express.static("x");', "express.static"),
      "express#static",
    );
    assert.equal(resolved('import Koa from "koa"; new Koa();', "new Koa()"), "koa#default");
  });

  it("globals, unless the file has something of that name", () => {
    assert.equal(resolved("fetch('x');", "fetch"), "globals#fetch");
    assert.equal(resolved("globalThis.setTimeout(f);", "globalThis.setTimeout"), "globals#setTimeout");
    assert.equal(resolved("process.exit(1);", "process.exit"), "process#exit");
    assert.equal(resolved('import { exit } from "node:process"; exit(1);', "exit"), "process#exit");
    assert.equal(resolved("const { env: { PORT } } = process; use(PORT);", "PORT"), "process#env.PORT");
    assert.equal(resolved("Buffer.from('x');", "Buffer.from"), "buffer#Buffer.from");
    assert.equal(resolved("function f(fetch) { fetch('x'); }", "fetch"), undefined);
    assert.equal(resolved("const process = {}; process.exit(1);", "process.exit"), undefined);
  });

  it("nothing where it can't be told", () => {
    assert.equal(resolved('let fs = require("fs"); fs = other; fs.readFile();', "fs.readFile"), undefined);
    assert.equal(resolved('const fs = require("fs"); fs[name]();', "fs[name]"), undefined);
    assert.equal(resolved('const require = load; require("fs").readFile();', 'require("fs").readFile'), undefined);
    assert.equal(resolved("const a = b; const b = a; a.readFile();", "a.readFile"), undefined);
    assert.equal(resolved("const a = a.b('x').readFile; a();", "a()"), undefined);
    for (const text of [
      'import fs from "fs"; class A { fs = fs; go() { this.fs = other; this.fs.readFile(); } }',
      'import fs from "fs"; class A { fs = fs; go() { use(function () { this.fs.readFile(); }); } }',
      'import fs from "fs"; class A { static fs = fs; go() { this.fs.readFile(); } }',
      'import fs from "fs"; class A { constructor(fs) { this.fs = fs; this.fs.readFile(); } }',
      'import fs from "fs"; class A { fs = null; go() { this.fs ??= fs; this.fs.readFile(); } }',
    ]) {
      assert.equal(resolved(text, "this.fs.readFile"), undefined, text);
    }
    assert.equal(resolved('load("fs").then((fs) => fs.readFile());', "fs.readFile"), undefined);
    assert.equal(resolved("const a = a('fs'); a.readFile();", "a.readFile"), undefined);
    assert.equal(resolved('const fs = require("fs"); function f(fs) { fs.readFile(); }', "fs.readFile"), undefined);
  });
});

/** The first that the last node with the text may name among the methods of Node.js's classes. */
function method(text: string, node: string): string | undefined {
  const analysis = analysed(text);
  const [first] = resolveMethod(analysis, lastNode(analysis, node));
  return first && `${first.module}#${first.name}`;
}

describe("what a method belongs to", () => {
  const client = 'const http2 = require("http2"); const session = http2.connect("http://x");';
  const server = 'const http2 = require("http2"); const server = http2.createServer();';

  it("of HTTP/2: sessions, what they make, and streams that come with events or lie in answers", () => {
    assert.equal(
      method(`${client} session.request({});`, "session.request"),
      "http2#ClientHttp2Session.prototype.request",
    );
    assert.equal(
      method(`${client} const stream = session.request({}); stream.close();`, "stream.close"),
      "http2#ClientHttp2Stream.prototype.close",
    );
    assert.equal(
      method(`${server} server.on("stream", (stream) => stream.respond());`, "stream.respond"),
      "http2#ServerHttp2Stream.prototype.respond",
    );
    assert.equal(
      method(`${server} server.on("request", (_, answer) => answer.stream.respond());`, "answer.stream.respond"),
      "http2#ServerHttp2Stream.prototype.respond",
    );
  });

  it("nothing of events and properties of other things", () => {
    assert.equal(method('bus.on("stream", (stream) => stream.respond());', "stream.respond"), undefined);
    assert.equal(method(`${server} server.on("stream", (a, b) => b.respond());`, "b.respond"), undefined);
  });
});
