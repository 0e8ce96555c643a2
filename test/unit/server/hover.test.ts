import assert from "node:assert/strict";
import { hoverAt } from "../../../src/server/features/hover.ts";
import { catalogue } from "../../../src/shared/layers/catalogue.ts";
import { qualifiedName } from "../../../src/shared/layers/entry.ts";
import { analysed } from "./sources.ts";

/** What a hover in the middle of the text's last occurrence says. */
function hover(source: string, word: string, file?: string): string | undefined {
  const analysis = analysed(source, file);
  const at = source.lastIndexOf(word);
  assert.ok(at >= 0, `“${word}” is not there`);
  const found = hoverAt(analysis, at + Math.floor(word.length / 2), "linux");
  return found === null ? undefined : (found.contents as { readonly value: string }).value;
}

/** The function that a hover is about. */
function about(source: string, word: string, file?: string): string | undefined {
  return /^\*\*`(.*?)`/.exec(hover(source, word, file) ?? "")?.[1];
}

describe("a hover", () => {
  it("tells of fs.readFile through what it goes, how it works and what it asks of the system, and links to the panel", () => {
    const [way, how, calls, ...more] =
      hover('import fs from "node:fs"; fs.readFile("x", f);', "readFile")?.split("  \n") ?? [];
    assert.equal(way, "**`fs.readFile`** → node:fs → binding `fs` (src/node_file.cc) → libuv → operating system");
    assert.match(how ?? "", /libuv does the work on a thread of the pool/);
    assert.match(calls ?? "", /^System calls: `openat` .*`read` `close` · \[/);
    const [, argument = ""] = /\(command:hitless\.showLayers\?(\S+?)\)/.exec(calls ?? "") ?? [];
    assert.deepEqual(JSON.parse(decodeURIComponent(argument)), [{ trace: "fs.readFile" }]);
    assert.match(calls ?? "", /\(https:\/\/nodejs\.org\/api\/fs\.html/);
    assert.deepEqual(more, []);
  });

  it("is about what is called, however it is named", () => {
    assert.equal(about('const { readFile: read } = require("fs"); read("x", f);', "read("), "fs.readFile");
    assert.equal(
      about('import { promises as fs } from "fs"; await fs.readFile("x");', "readFile"),
      "fs.promises.readFile",
    );
    assert.equal(about("fetch('http://x');", "fetch"), "fetch");
    assert.equal(about('import { lookup } from "node:dns";', "lookup"), "dns.lookup");
    assert.equal(about('const { lookup } = require("dns");', "lookup"), "dns.lookup");
    assert.equal(
      about('import fs from "fs"; const a: string = (fs as any).readFile<T>("x");', "readFile", "a.ts"),
      "fs.readFile",
    );
  });

  it("knows methods of what Node.js makes, its chains and its parents", () => {
    const listen = "http.Server.prototype.listen";
    assert.equal(about('const http = require("http"); const s = http.createServer(); s.listen(1);', "listen"), listen);
    const chained = 'import { createServer } from "node:tls"; createServer(f).on("x", f).listen(1);';
    assert.equal(about(chained, "listen"), "net.Server.prototype.listen");
    assert.equal(about('import http from "http"; let s; s = new http.Server(); s.listen(1);', "listen"), listen);
    assert.equal(about('import express from "express"; const app = express(); app.listen(1);', "listen"), listen);
  });

  it("knows what is given to a callback, and what methods make", () => {
    const server = 'import http from "http"; http.createServer((request, response) => { response.end(); });';
    assert.equal(about(server, "end"), "http.ServerResponse.prototype.end");
    assert.equal(about('require("net").createServer((it) => it.write("x"));', "write"), "net.Socket.prototype.write");
    const hash = 'import { createHash } from "crypto"; createHash("sha256").update("x").digest("hex");';
    assert.equal(about(hash, "digest"), "crypto.Hash.prototype.digest");
    const sqlite =
      'import { DatabaseSync } from "node:sqlite"; const all = new DatabaseSync("x").prepare("y"); all.get();';
    assert.equal(about(sqlite, "get"), "sqlite.StatementSync.prototype.get");
    assert.equal(
      about('import { open } from "fs/promises"; const file = await open("x"); file.sync();', "sync"),
      "fs.promises.FileHandle.prototype.sync",
    );
    assert.equal(about("await crypto.subtle.digest('SHA-1', x);", "digest"), "crypto.subtle.digest");
  });

  it("knows what lies in the fields of a class, and what comes with events", () => {
    const inClass =
      'import http from "http"; class Api { server = http.createServer(); go() { this.server.listen(1); } }';
    assert.equal(about(inClass, "listen"), "http.Server.prototype.listen");
    const inConstructor =
      'const fs = require("fs"); class A { constructor() { this.fs = fs; } go() { this.fs.readFile("x", f); } }';
    assert.equal(about(inConstructor, "readFile"), "fs.readFile");
    const given = 'import http from "http"; http.createServer().on("request", (request, response) => response.end());';
    assert.equal(about(given, "end"), "http.ServerResponse.prototype.end");
    assert.equal(
      about('import net from "net"; net.createServer().on("connection", (it) => it.write("x"));', "write"),
      "net.Socket.prototype.write",
    );
  });

  it("goes through promisify and the promise of a module", () => {
    const promisified =
      'import util from "util"; import fs from "fs"; const read = util.promisify(fs.readFile); await read("x");';
    assert.equal(about(promisified, "read("), "fs.readFile");
    assert.equal(about('import("fs").then((fs) => fs.readFile("x", f));', "readFile"), "fs.readFile");
    assert.equal(about('const fs = await import("fs"); fs.readFile("x", f);', "readFile"), "fs.readFile");
    assert.equal(
      about('const go = async () => { const fs = await import("fs"); await fs.promises.readFile("x"); };', "readFile"),
      "fs.promises.readFile",
    );
  });

  it("says nothing elsewhere", () => {
    for (const [source, word] of [
      ['import fs from "fs"; fs.readFile("x", f);', "fs.r"],
      ['import fs from "fs"; fs.constants.O_RDONLY;', "O_RDONLY"],
      ["const o = { readFile: 1 }; o.readFile;", "readFile"],
      ['import { readFile } from "./own.js"; readFile();', "readFile"],
      ["const s = 'fetch';", "fetch"],
      ["let x: typeof fetch;", "fetch"],
      ["app.listen(1);", "listen"],
      ["// fetch", "fetch"],
    ] as const) {
      assert.equal(about(source, word, "a.ts"), undefined, source);
    }
  });

  it("goes on in a broken file", () => {
    assert.equal(about('import fs from "fs";\nif (x {\nfs.readFile("x", f);\n', "readFile"), "fs.readFile");
  });

  it("finds every function of the catalogue that a module exports", () => {
    const missing = catalogue
      .filter(({ name, module }) => /^\w+$/.test(name) && module !== "globals")
      .filter((entry) => {
        const [local = ""] = entry.module.split("/");
        const source = `import * as ${local} from "node:${entry.module}";\n${local}.${entry.name}();\n`;
        const found = about(source, entry.name);
        return found !== qualifiedName(entry);
      });
    assert.deepEqual(missing.map(qualifiedName), []);
  });
});
