import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineSentences } from "../../../src/extension/platform/engineSentences.ts";
import { pathTexts } from "../../../src/shared/layers/catalogue/pathTexts.ts";

const project = new URL("../../../", import.meta.url);
/** Where texts for a person are written; the language server takes the same translations. */
const folders = [
  "src/extension/",
  "src/server/",
  "src/webview/",
  "src/shared/layers/rows/",
  "src/shared/text/",
  "src/client/rehearsal/documents/",
].map((folder) => new URL(folder, project));

function read(path: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(new URL(path, project), "utf8"));
}

/** `{0}`, links and settings of a text: what a translation must have too. */
function fixedParts(text: string): string[] {
  return [...text.matchAll(/\{\d+\}|\(command:[\w.]+\)|`[^`]+`/g)].map(([part]) => part).sort();
}

function textsOfSources(): { readonly texts: Set<string>; readonly odd: string[] } {
  // What is said of a call's way is chosen by its mechanism, from a table.
  const texts = new Set<string>([
    ...Object.values(pathTexts).flatMap((text) => (typeof text === "string" ? text : Object.values(text))),
    ...engineSentences,
  ]);
  const odd: string[] = [];
  for (const file of folders.flatMap(filesBelow)) {
    const source = readFileSync(file, "utf8");
    for (const [call, literal] of source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*"|[^"\s].*)/g)) {
      if (literal?.startsWith('"')) {
        texts.add(JSON.parse(literal));
      } else if (!call.startsWith("t(text, ...args)")) {
        odd.push(`${file}: ${call}`);
      }
    }
  }
  return { texts, odd };
}

function filesBelow(folder: URL): string[] {
  const root = fileURLToPath(folder);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, file));
}

describe("the texts of package.json", () => {
  const english = read("package.nls.json");
  const chinese = read("package.nls.zh-cn.json");
  const manifest = readFileSync(new URL("package.json", project), "utf8");

  it("are all there, in both languages, and none is left over", () => {
    const used = [...new Set([...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? ""))].sort();
    assert.deepEqual(Object.keys(english).sort(), used);
    assert.deepEqual(Object.keys(chinese).sort(), used);
  });

  it("say the same in both languages", () => {
    for (const [key, text] of Object.entries(english)) {
      assert.deepEqual(fixedParts(chinese[key] ?? ""), fixedParts(text), key);
      assert.match(chinese[key] ?? "", /\p{Script=Han}/u, key);
    }
  });
});

describe("the texts of the code", () => {
  const english = read("l10n/bundle.l10n.json");
  const chinese = read("l10n/bundle.l10n.zh-cn.json");
  const { texts, odd } = textsOfSources();

  it("are given as literals, so that they can be collected", () => {
    assert.deepEqual(odd, []);
  });

  it("are all there, in both languages, and none is left over", () => {
    const used = [...texts].sort();
    assert.ok(used.length > 100);
    assert.deepEqual(Object.keys(english).sort(), used);
    assert.deepEqual(Object.keys(chinese).sort(), used);
    for (const [key, text] of Object.entries(english)) {
      assert.equal(text, key);
    }
  });

  it("say the same in both languages", () => {
    for (const [text, translated] of Object.entries(chinese)) {
      assert.deepEqual(fixedParts(translated), fixedParts(text), text);
    }
  });
});
