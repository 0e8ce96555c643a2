/** What a person has typed of a command line, up to the cursor. */
export interface TypedWords {
  /** The finished words after the program's name, without their quotes. */
  readonly before: readonly string[];
  /** The word at the cursor, without its quotes; empty when a new one begins. */
  readonly current: string;
  /** The word at the cursor as it was typed. */
  readonly raw: string;
  /** The quote that it has opened and not closed. */
  readonly quote?: '"' | "'";
}

/** Splits a line as bash does, of which the last word need not be finished. */
export function typedWords(line: string): TypedWords {
  const words: string[] = [];
  let word: string | undefined;
  let start = line.length;
  let quote: '"' | "'" | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote === undefined && (character === " " || character === "\t" || character === "\n")) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
      start = line.length;
      continue;
    }
    if (word === undefined) {
      word = "";
      start = index;
    }
    if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === "\\" && quote !== "'") {
      index += 1;
      word += line.charAt(index);
    } else {
      word += character;
    }
  }
  return {
    before: words.slice(1),
    current: word ?? "",
    raw: line.slice(start),
    ...(quote !== undefined && { quote }),
  };
}

/** A word as bash reads it back, in the quote that is open perhaps. */
export function shellWord(text: string, quote?: '"' | "'"): string {
  switch (quote) {
    case '"':
      return `"${text.replace(/["\\$`]/g, "\\$&")}`;
    case "'":
      return `'${text.replaceAll("'", "'\\''")}`;
    default:
      return text.replace(/[^\p{L}\p{N}_./@%+=,:-]/gu, "\\$&");
  }
}
