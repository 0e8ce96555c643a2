import { ConfigSyntaxError } from "../configSyntaxError.ts";

/** One line of a section. */
export interface HaproxyLine {
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** A `global`, `defaults`, `frontend`, `backend` or `listen`, and others. */
export interface HaproxySection {
  readonly kind: string;
  /** Empty for those without one. */
  readonly name: string;
  readonly head: HaproxyLine;
  readonly lines: readonly HaproxyLine[];
  /** The `defaults` that hold for it: the one it names with `from`, else the last before it. */
  readonly defaults: HaproxySection | undefined;
}

const kinds: ReadonlySet<string> = new Set([
  ..."global defaults frontend backend listen userlist peers mailers resolvers cache program ring".split(" "),
  ..."http-errors fcgi-app log-forward log-profile crt-store acme traces".split(" "),
]);

/**
 * Reads a configuration of HAProxy.
 * @throws ConfigSyntaxError
 */
export function parseHaproxy(text: string, file: string): readonly HaproxySection[] {
  const sections: (HaproxySection & { readonly lines: HaproxyLine[] })[] = [];
  const linesOf = text.split("\n");
  for (let index = 0; index < linesOf.length; index += 1) {
    const line = index + 1;
    let content = (linesOf[index] ?? "").replace(/\r$/, "");
    // A backslash at the end goes on in the next line.
    while (/(?:^|[^\\])\\$/.test(content) && index + 1 < linesOf.length) {
      index += 1;
      content = `${content.slice(0, -1)} ${(linesOf[index] ?? "").trim()}`;
    }
    const words = haproxyWords(content, file, line);
    const [first = ""] = words;
    if (words.length === 0 || first.startsWith(".")) {
      continue; // Empty, a comment, or one of the conditions that a parser of the text can't decide.
    }
    const entry = { words, file, line };
    if (kinds.has(first)) {
      sections.push({
        kind: first,
        name: words[1] ?? "",
        head: entry,
        lines: [],
        defaults: defaultsOf(words, sections),
      });
    } else {
      const section = sections.at(-1);
      if (section === undefined) {
        throw new ConfigSyntaxError(file, line, `"${first}" stands in no section`);
      }
      section.lines.push(entry);
    }
  }
  return sections;
}

function defaultsOf(words: readonly string[], before: readonly HaproxySection[]): HaproxySection | undefined {
  const from = words.indexOf("from");
  const candidates = before.filter(({ kind }) => kind === "defaults");
  if (from !== -1) {
    return candidates.find(({ name }) => name === words[from + 1]);
  }
  // One that names no other begins anew.
  return words[0] === "defaults" || words[0] === "global" ? undefined : candidates.at(-1);
}

/** The words of a line: quoted with `"` or `'`, escaped with a backslash, up to a comment. */
function haproxyWords(content: string, file: string, line: number): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < content.length; at += 1) {
    const character = content[at] ?? "";
    if (character === "\\" && quote !== "'" && at + 1 < content.length) {
      at += 1;
      word = (word ?? "") + (content[at] ?? "");
    } else if (quote !== "") {
      if (character === quote) {
        quote = "";
      } else {
        word = (word ?? "") + character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === "#") {
      break;
    } else if (character === " " || character === "\t") {
      if (word !== undefined) {
        words.push(word);
        word = undefined;
      }
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") {
    throw new ConfigSyntaxError(file, line, "a quote is not closed");
  }
  return word === undefined ? words : [...words, word];
}
