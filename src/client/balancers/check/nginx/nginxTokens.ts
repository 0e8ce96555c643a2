import { ConfigSyntaxError } from "../configSyntaxError.ts";

/** A word of a configuration, or what ends one. */
export interface NginxToken {
  readonly kind: "word" | ";" | "{" | "}";
  /** Of a word: as nginx understands it, without quotes and escapes. */
  readonly text: string;
  /** Whether any of it was quoted: a quoted word is never a directive's end. */
  readonly quoted: boolean;
  readonly line: number;
}

/** A directive of OpenResty whose block is Lua. */
const luaBlock = /_by_lua_block$/;

/**
 * The tokens of one file, by the rules of `ngx_conf_read_token`: quotes and comments begin only where a word does, a
 * backslash takes the next character as it is, and `${` does not open a block.
 * @throws ConfigSyntaxError
 */
export function* nginxTokens(text: string, file: string): Generator<NginxToken> {
  let at = 0;
  let line = 1;
  let directive: string | undefined;
  const wrong = (message: string, where = line): ConfigSyntaxError => new ConfigSyntaxError(file, where, message);

  const skipBlank = (): void => {
    for (; at < text.length; at += 1) {
      const character = text[at];
      if (character === "#") {
        const end = text.indexOf("\n", at);
        at = end === -1 ? text.length - 1 : end - 1;
      } else if (character === "\n") {
        line += 1;
      } else if (character !== " " && character !== "\t" && character !== "\r" && character !== "\uFEFF") {
        return;
      }
    }
  };

  const readQuoted = (quote: string): string => {
    const start = line;
    let word = "";
    for (at += 1; at < text.length; at += 1) {
      const character = text[at];
      if (character === quote) {
        at += 1;
        if (at < text.length && !/[\s;{)]/.test(text[at] ?? "")) {
          throw wrong(`unexpected "${text[at]}" behind a quoted word`);
        }
        return word;
      }
      word += readCharacter();
    }
    throw wrong("a quote is not closed", start);
  };

  /** One character, or what an escape stands for; leaves `at` on the last one it took. */
  const readCharacter = (): string => {
    const character = text[at] ?? "";
    if (character === "\n") {
      line += 1;
    }
    if (character !== "\\" || at + 1 === text.length) {
      return character;
    }
    at += 1;
    const next = text[at] ?? "";
    if (next === "\n") {
      line += 1;
    }
    return escapes[next] ?? `\\${next}`;
  };

  const readWord = (): string => {
    let word = "";
    for (; at < text.length; at += 1) {
      const character = text[at] ?? "";
      const opens = character === "{" && !word.endsWith("$");
      if (/[\s;]/.test(character) || opens) {
        break;
      }
      word += readCharacter();
    }
    return word;
  };

  for (skipBlank(); at < text.length; skipBlank()) {
    const start = line;
    const character = text[at] ?? "";
    if (character === ";" || character === "{" || character === "}") {
      at += 1;
      yield { kind: character, text: character, quoted: false, line: start };
      if (character === "{" && directive !== undefined && luaBlock.test(directive)) {
        const end = endOfLua(text, at);
        if (end === undefined) {
          throw wrong("a block of Lua is not closed", start);
        }
        line += text.slice(at, end).split("\n").length - 1;
        at = end;
      }
      directive = undefined;
    } else {
      const quoted = character === '"' || character === "'";
      const word = quoted ? readQuoted(character) : readWord();
      directive ??= word;
      yield { kind: "word", text: word, quoted, line: start };
    }
  }
}

const escapes: Readonly<Record<string, string>> = { '"': '"', "'": "'", "\\": "\\", t: "\t", r: "\r", n: "\n" };

/** Where the brace is that closes a block of Lua which begins here; strings, long strings and comments may hold others. */
function endOfLua(text: string, from: number): number | undefined {
  const pieces = /--\[(=*)\[|--[^\n]*|\[(=*)\[|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|[{}]/g;
  pieces.lastIndex = from;
  let depth = 1;
  for (let found = pieces.exec(text); found !== null; found = pieces.exec(text)) {
    const [piece, comment, long] = found;
    const level = comment ?? long;
    if (level !== undefined) {
      const end = text.indexOf(`]${level}]`, pieces.lastIndex);
      if (end === -1) {
        return undefined;
      }
      pieces.lastIndex = end + level.length + 2;
    } else if (piece === "{" || piece === "}") {
      depth += piece === "{" ? 1 : -1;
      if (depth === 0) {
        return found.index;
      }
    }
  }
  return undefined;
}
