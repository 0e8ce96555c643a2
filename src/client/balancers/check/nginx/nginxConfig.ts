import { posix } from "node:path";
import { ConfigSyntaxError } from "../configSyntaxError.ts";
import { type NginxToken, nginxTokens } from "./nginxTokens.ts";

/** One directive, with where it stands. */
export interface NginxDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
  /** What is in its braces, if it has some; includes are in place of their directive. */
  readonly block?: readonly NginxDirective[];
}

/** A configuration as a whole. */
export interface NginxConfig {
  readonly directives: readonly NginxDirective[];
  /** The files it is made of, the main one first. */
  readonly files: readonly string[];
  /** The absolute paths, or patterns of them, that are included somewhere. */
  readonly included: readonly string[];
}

/** A file includes another so deep at most; nginx itself has no limit but that of its stack. */
const deepestInclude = 30;

/**
 * Reads what `nginx -T` writes to stdout: all files of a configuration, each behind a line `# configuration file PATH:`.
 * @throws ConfigSyntaxError
 */
export function parseNginxDump(dump: string): NginxConfig {
  const texts = splitDump(dump);
  const [main] = texts.keys();
  if (main === undefined) {
    throw new ConfigSyntaxError("nginx -T", 1, 'it does not begin with "# configuration file"');
  }
  const parsed = new Map<string, readonly NginxDirective[]>();
  const included = new Set<string>();
  const contentOf = (file: string): readonly NginxDirective[] => {
    const known = parsed.get(file) ?? parseNginxFile(texts.get(file) ?? "", file);
    parsed.set(file, known);
    return known;
  };
  const expand = (directives: readonly NginxDirective[], depth: number): NginxDirective[] =>
    directives.flatMap((directive) => {
      if (directive.name !== "include") {
        const { block } = directive;
        return [block === undefined ? directive : { ...directive, block: expand(block, depth) }];
      }
      if (depth === 0) {
        throw new ConfigSyntaxError(directive.file, directive.line, "files include each other in a circle");
      }
      // Relative to the folder of the main file, wherever the directive stands.
      const pattern = posix.resolve(posix.dirname(main), directive.args[0] ?? "");
      included.add(pattern);
      const matches = [...texts.keys()].filter((file) => file === pattern || globPattern(pattern).test(file));
      return matches.sort().flatMap((file) => expand(contentOf(file), depth - 1));
    });
  return { directives: expand(contentOf(main), deepestInclude), files: [...texts.keys()], included: [...included] };
}

/**
 * Reads one file; `include` is a directive like any other.
 * @throws ConfigSyntaxError
 */
export function parseNginxFile(text: string, file: string): readonly NginxDirective[] {
  const root: NginxDirective[] = [];
  const open: { readonly list: NginxDirective[]; readonly line: number }[] = [{ list: root, line: 1 }];
  let words: NginxToken[] = [];
  const close = (line: number, block?: readonly NginxDirective[]): void => {
    const [name, ...args] = words;
    if (name === undefined) {
      throw new ConfigSyntaxError(file, line, `unexpected "${block === undefined ? ";" : "{"}"`);
    }
    const directive = { name: name.text, args: args.map((word) => word.text), file, line: name.line };
    open.at(-1)?.list.push(block === undefined ? directive : { ...directive, block });
    words = [];
  };
  for (const token of nginxTokens(text, file)) {
    if (token.kind === "word") {
      words.push(token);
    } else if (token.kind === ";") {
      close(token.line);
    } else if (token.kind === "{") {
      const list: NginxDirective[] = [];
      close(token.line, list);
      open.push({ list, line: token.line });
    } else {
      if (words.length > 0 || open.length === 1) {
        throw new ConfigSyntaxError(file, token.line, 'unexpected "}"');
      }
      open.pop();
    }
  }
  const unclosed = open.length > 1 ? open.at(-1) : words[0];
  if (unclosed !== undefined) {
    const what = open.length > 1 ? 'the block that begins here has no "}"' : 'the directive has no ";"';
    throw new ConfigSyntaxError(file, unclosed.line, what);
  }
  return root;
}

function splitDump(dump: string): Map<string, string> {
  const texts = new Map<string, string>();
  const marks = [...dump.matchAll(/^# configuration file (\/[^\n]*):\r?$/gm)];
  for (const [index, mark] of marks.entries()) {
    const start = mark.index + mark[0].length + 1;
    const file = mark[1] ?? "";
    if (!texts.has(file)) {
      texts.set(file, dump.slice(start, marks[index + 1]?.index ?? dump.length));
    }
  }
  // What stands before the first mark would have been cut off.
  return marks[0] === undefined || dump.slice(0, marks[0].index).trim() !== "" ? new Map() : texts;
}

/** As `glob` of the C library, which nginx uses: no wildcard stands for a slash. */
function globPattern(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? "";
    const end = character === "[" ? pattern.indexOf("]", at + 2) : -1;
    if (end !== -1) {
      source += pattern
        .slice(at, end + 1)
        .replace("[!", "[^")
        .replaceAll("\\", "\\\\");
      at = end;
    } else if (character === "*" || character === "?") {
      source += character === "*" ? "[^/]*" : "[^/]";
    } else {
      source += character.replace(/[\\^$.|+()[\]{}/-]/, "\\$&");
    }
  }
  return new RegExp(`^${source}$`);
}
