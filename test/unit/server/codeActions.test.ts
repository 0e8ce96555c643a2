import assert from "node:assert/strict";
import type { TextDocumentEdit } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { codeActions } from "../../../src/server/features/codeActions.ts";
import type { Diagnosis } from "../../../src/server/features/diagnose.ts";
import { analysed } from "./sources.ts";

const text = "function f() {\r\n\tbad();\r\n}\r\n";
const start = text.indexOf("bad");
const diagnosis: Diagnosis = {
  ruleId: "no-bad",
  severity: "warning",
  start,
  end: start + 3,
  message: "This is bad.",
  fixes: [{ title: "Make it good", edits: [{ start, end: start + 3, text: "good" }] }],
};

/** What each action makes of the text where the range begins and ends. */
function offered(from: number, to: number, found: readonly Diagnosis[] = [diagnosis]) {
  const document = TextDocument.create("file:///app.js", "javascript", 7, text);
  const range = { start: document.positionAt(from), end: document.positionAt(to) };
  return codeActions({ document, analysis: analysed(text), range, found, shown: [] }).map((action) => {
    const [change] = (action.edit?.documentChanges ?? []) as TextDocumentEdit[];
    assert.equal(change?.textDocument.version, 7);
    const edits = change.edits.filter((edit) => "newText" in edit);
    return [action.title, action.kind, action.isPreferred ?? false, TextDocument.applyEdits(document, edits)];
  });
}

describe("code actions", () => {
  const fixed = ["Make it good", "quickfix", true, text.replace("bad", "good")];
  const silenced = [
    "Disable no-bad for this line",
    "quickfix",
    false,
    text.replace("\tbad", "\t// hitless-disable-next-line no-bad\r\n\tbad"),
  ];

  it("fix and silence what was found at the place", () => {
    assert.deepEqual(offered(start, start), [fixed, silenced]);
    assert.deepEqual(offered(0, text.length), [fixed, silenced]);
    assert.deepEqual(offered(start + 4, start + 5), []);
  });

  it("offer a shutdown handler once, for a range with two servers and where a finding has it as its fix", () => {
    const servers = 'const http = require("http");\nhttp.createServer().listen(80);\nhttp.createServer().listen(81);\n';
    const document = TextDocument.create("file:///app.js", "javascript", 7, servers);
    const range = { start: document.positionAt(0), end: document.positionAt(servers.length) };
    const titles = (found: readonly Diagnosis[]) =>
      codeActions({ document, analysis: analysed(servers), range, found, shown: [] }).map(({ title }) => title);
    const [title = ""] = titles([]);
    assert.match(title, /^Add a shutdown handler for /);
    assert.deepEqual(titles([]), [title]);
    const fixes = [{ title, edits: [] }];
    assert.deepEqual(titles([{ ...diagnosis, start: 0, end: 5, fixes }]), [title, "Disable no-bad for this line"]);
  });

  it("prefer no fix where there are several, and none where there is none", () => {
    const [fix] = diagnosis.fixes;
    assert.ok(fix);
    const preferred = (fixes: Diagnosis["fixes"]) =>
      offered(start, start, [{ ...diagnosis, fixes }]).map(([, , is]) => is);
    assert.deepEqual(preferred([fix, fix]), [false, false, false]);
    assert.deepEqual(preferred([]), [false]);
  });
});
