import type { TextDocument } from "vscode-languageserver-textdocument";
import { isWord, trailing } from "../../shared/text/trailing.ts";
import { type Analysis, analyse } from "../source/scopes.ts";
import { parseModule } from "../source/sourceModule.ts";

/** Larger files, in UTF-16 units, are built or generated: hints in them help no user. */
const largestText = 2_000_000;

/** Parsing a text of this length, in UTF-16 units, takes longer than a user waits for a hover. */
const largeText = 50_000;

export interface ParsedDocuments {
  /** The analysis of the current text; `undefined` if it can't be parsed at all. */
  current(document: TextDocument): Analysis | undefined;
  /**
   * Where the word at an offset of the document is, quickest answer first: for a large document that has just changed
   * in its previous text, then in the current one, and while that is broken in the last valid one. Nothing is parsed
   * before it is needed.
   */
  places(document: TextDocument, offset: number): Iterable<Place>;
  forget(uri: string): void;
}

export interface Place {
  readonly analysis: Analysis;
  readonly offset: number;
}

interface Entry {
  version: number;
  analysis: Analysis | undefined;
  /** The last without errors. */
  sound: Analysis | undefined;
}

/** Parses each version of a document once, however often it is requested. */
export function createParsedDocuments(): ParsedDocuments {
  const entries = new Map<string, Entry>();
  const entryOf = (document: TextDocument): Entry => {
    const { uri, version, languageId } = document;
    const known = entries.get(uri);
    if (known !== undefined && known.version === version) {
      return known;
    }
    const text = document.getText();
    const module = text.length > largestText ? undefined : parseModule(uri, languageId, text);
    const analysis = module && analyse(module);
    const entry = { version, analysis, sound: module?.broken === false ? analysis : known?.sound };
    entries.set(uri, entry);
    return entry;
  };
  return {
    current: (document) => entryOf(document).analysis,
    *places(document, offset) {
      const known = entries.get(document.uri);
      if (known !== undefined && known.version !== document.version && document.getText().length >= largeText) {
        yield* placeIn(known.sound, document, offset);
      }
      const { analysis, sound } = entryOf(document);
      if (analysis !== undefined) {
        yield { analysis, offset };
      }
      if (sound !== analysis) {
        yield* placeIn(sound, document, offset);
      }
    },
    forget: (uri) => void entries.delete(uri),
  };
}

/** The position of the word in an earlier text, if it was there. */
function placeIn(analysis: Analysis | undefined, document: TextDocument, offset: number): Place[] {
  const before = analysis && offsetBefore(analysis.module.text, document.getText(), offset);
  return analysis === undefined || before === undefined ? [] : [{ analysis, offset: before }];
}

/** The position in `before` of an offset of `after`, if the changes do not touch the word there. */
function offsetBefore(before: string, after: string, offset: number): number | undefined {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) {
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end += 1;
  }
  const mapped = offset <= start ? offset : offset - after.length + before.length;
  const isKept = offset <= start || offset >= after.length - end;
  return isKept && wordAround(before, mapped) === wordAround(after, offset) ? mapped : undefined;
}

/** The word at an offset, with the position marked in it. */
function wordAround(text: string, offset: number): string {
  const head = trailing(text.slice(Math.max(0, offset - longestWord), offset), isWord);
  const [tail] = /^[\w$]*/.exec(text.slice(offset, offset + longestWord)) ?? [];
  return `${head}|${tail}`;
}

const longestWord = 200;
