import assert from "node:assert/strict";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProfileFrame } from "../../../../src/shared/layers/collected.ts";
import { type CalledFunction, lineOfCall } from "../../../../src/supervisor/layers/sample/source/callLines.ts";
import { readHotLines } from "../../../../src/supervisor/layers/sample/source/hotLines.ts";
import { meaningsIn } from "../../../../src/supervisor/layers/sample/source/nameMeanings.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const file = `import * as cheerio from "cheerio";
import {
  search,
  parse as read,
} from "@scope/parser/lib";
const sodium = require("libsodium-wrappers");
const nlp = require("compromise");

function handle(text) {
  const page = cheerio.load(text);
  const words = read(text).concat(search(text));
  const key = sodium.crypto_generichash(32, text);
  const again = read(key);
  const found = prepared(text);
  page.title = words;
  if (page.title === "" && text.size > 0) {
    found.push(nlp(text));
  }
  return helper(found).map((each) => each.trim());
}

function helper(text) {
  return text;
}
`;
const source = file.split("\n");
const lineOf = (text: string): number => source.findIndex((line) => line.includes(text)) + 1;

function found(callee: CalledFunction, ...called: string[]): number | undefined {
  const first = lineOf("function handle");
  const lines = source.flatMap((_, index) =>
    index + 1 >= first && index < lineOf("return helper") ? [index + 1] : [],
  );
  const text = { source, lines, name: "handle", meanings: meaningsIn(source) };
  return lineOfCall(text, callee, new Set([callee.name, ...called]));
}

describe("the line of a call", () => {
  afterEach(removeTempFolders);

  it("is told by the name of what is called", () => {
    assert.equal(found({ name: "load", package: "cheerio" }), lineOf("cheerio.load"));
    assert.equal(found({ name: "Parser.search" }), lineOf("search(text)"));
    assert.equal(found({ name: "Array.prototype.map", builtin: true }), lineOf("return helper"));
    assert.equal(found({ name: "Array.prototype.sort", builtin: true }), undefined);
  });

  it("is told by what the file takes from the package, where it has another name there", () => {
    assert.equal(found({ name: "ur", package: "libsodium-wrappers" }), lineOf("sodium.crypto"));
    assert.equal(found({ name: "", package: "compromise" }), lineOf("nlp(text)"));
  });

  it("is told of accessors by their use", () => {
    assert.equal(found({ name: "set title" }), lineOf("page.title = words"));
    assert.equal(found({ name: "get title" }), lineOf("page.title ==="));
    assert.equal(found({ name: "get size" }), lineOf("text.size"));
  });

  it("is the only one of which nothing else is known", () => {
    const others = ["load", "read", "search", "crypto_generichash", "nlp"];
    assert.equal(found({ name: "anonymous", package: "other" }, ...others), lineOf("prepared(text)"));
    assert.equal(found({ name: "anonymous", package: "other" }), undefined);
  });

  it("is unknown where it may be one of several", () => {
    assert.equal(found({ name: "read", package: "@scope/parser" }), undefined);
    assert.equal(found({ name: "p", package: "@scope/parser" }), undefined);
  });

  it("is known of a function in which hardly any time was spent", async () => {
    const path = join(tempFolder(), "app.js");
    assert.equal(await lineIn(path), lineOf("cheerio.load"));
  });
});

/** Of a call whose time is a package's, as a sample shows it. */
async function lineIn(path: string): Promise<number | undefined> {
  writeFileSync(path, file);
  utimesSync(path, 1, 1);
  const frame = (name: string, url: string, line: number): ProfileFrame => ({ name, url, line, column: 16 });
  const handle = frame("handle", pathToFileURL(path).href, lineOf("function handle"));
  const load = frame("load", "file:///srv/node_modules/cheerio/load.js", 3);
  const inner = frame("parse", "file:///srv/node_modules/parse5/parse.js", 5);
  const nodes = [
    { frame: 0, parent: -1, selfUs: 0 },
    { frame: 1, parent: 0, selfUs: 0 },
    { frame: 2, parent: 1, selfUs: 900 },
  ];
  const hints = await readHotLines({ frames: [handle, load, inner], nodes }, 10_000);
  return hints.callLine(handle, load, new Set([load]));
}
