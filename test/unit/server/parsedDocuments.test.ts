import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { createParsedDocuments } from "../../../src/server/features/parsedDocuments.ts";

const uri = "file:///app.js";

function documentOf(text: string, version = 1): TextDocument {
  return TextDocument.create(uri, "javascript", version, text);
}

/** The word at each place, in the text that the place is in. */
function words(parsed: ReturnType<typeof createParsedDocuments>, document: TextDocument, word: string): string[] {
  const offset = document.getText().lastIndexOf(word) + 1;
  return [...parsed.places(document, offset)].map(({ analysis, offset: at }) => {
    const { text } = analysis.module;
    return `${text.slice(at - 1, at - 1 + word.length)} of ${text.length}`;
  });
}

describe("the documents that were read", () => {
  it("are read once for each version", () => {
    const parsed = createParsedDocuments();
    const document = documentOf("a;");
    assert.equal(parsed.current(document), parsed.current(document));
    const changed = documentOf("ab;", 2);
    assert.notEqual(parsed.current(documentOf("a;")), parsed.current(changed));
    parsed.forget(uri);
    assert.equal(parsed.current(documentOf("abc;", 2))?.module.text, "abc;");
  });

  it("answer while they are broken with what they said before, where that is the same", () => {
    const parsed = createParsedDocuments();
    parsed.current(documentOf("first; second;"));
    assert.deepEqual(words(parsed, documentOf("first; xyz ( second;", 2), "second"), ["second of 20", "second of 14"]);
    assert.deepEqual(words(parsed, documentOf("first; xyz ( second;", 2), "first"), ["first of 20", "first of 14"]);
    assert.deepEqual(words(parsed, documentOf("first; ( seconds;", 3), "seconds"), ["seconds of 17"]);
    assert.deepEqual(words(parsed, documentOf("first; ( econd;", 4), "econd"), ["econd of 15"]);
    assert.deepEqual(words(parsed, documentOf("firs(second;", 5), "firs"), ["firs of 12"]);
    assert.deepEqual(words(parsed, documentOf("first; other;", 6), "other"), ["other of 13"]);
  });

  it("answer first with what they said before, when they are large and were just changed", () => {
    const parsed = createParsedDocuments();
    const filling = "// nothing\n".repeat(5_000);
    parsed.current(documentOf(`${filling}second;`));
    const changed = documentOf(`first; ${filling}second;`, 2);
    assert.deepEqual(words(parsed, changed, "second"), ["second of 55007", "second of 55014"]);
    assert.deepEqual(words(parsed, changed, "second"), ["second of 55014"]);
    assert.deepEqual(words(parsed, documentOf(`third; ${filling}second;`, 3), "third"), ["third of 55014"]);
  });

  it("are not read when they are larger than a person writes", () => {
    const parsed = createParsedDocuments();
    assert.equal(parsed.current(documentOf(`a;${" ".repeat(2_000_000)}`)), undefined);
  });
});
