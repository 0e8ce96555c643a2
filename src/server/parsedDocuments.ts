import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Analysis, analyse } from "./source/scopes.ts";
import { parseModule } from "./source/sourceModule.ts";

/** Larger files, in UTF-16 units, are built or generated: nobody reads hints in them. */
const largestText = 2_000_000;

export interface ParsedDocuments {
  /** What the document says now; `undefined` if nothing of it can be read. */
  current(document: TextDocument): Analysis | undefined;
  /**
   * Where an offset of the document lies: in what it says now and, while that is broken, in what it said when it last was
   * not.
   */
  places(document: TextDocument, offset: number): Place[];
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

/** Reads each version of a document once, whoever asks. */
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
    places(document, offset) {
      const { analysis, sound } = entryOf(document);
      const now = analysis === undefined ? [] : [{ analysis, offset }];
      if (sound === undefined || sound === analysis) {
        return now;
      }
      const before = offsetBefore(sound.module.text, document.getText(), offset);
      return before === undefined ? now : [...now, { analysis: sound, offset: before }];
    },
    forget: (uri) => void entries.delete(uri),
  };
}

/** Where an offset of `after` lay in `before`, if that part is the same in both. */
function offsetBefore(before: string, after: string, offset: number): number | undefined {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) {
    start += 1;
  }
  if (offset < start) {
    return offset;
  }
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end += 1;
  }
  return offset >= after.length - end ? offset - after.length + before.length : undefined;
}
