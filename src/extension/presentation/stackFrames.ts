import { fileURLToPath } from "node:url";

/** A source location in a line of output. */
export interface SourceLink {
  /** Its position in the line, in UTF-16 units. */
  readonly start: number;
  readonly length: number;
  /** As written, or from the `file:` URL; absolute or relative. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

const urlFrame = /file:\/\/\/[^\s"'()<>]+?:(\d+)(?::(\d+))?(?![\d/\\])/g;
/** A drive, a root, a dotted start or a name with a folder or an extension; never a URL's host and port. */
const pathFrame =
  /(?<![\w/\\:.@-])(?:[A-Za-z]:[\\/]|\\\\|\/|\.{1,2}[\\/])?(?:[^\s"'()<>:|*?]+(?: [^\s"'()<>:|*?/\\]+)*?)\.[A-Za-z]{1,5}:(\d+)(?::(\d+))?(?![\d/\\])/g;

/** Only this much of a line is searched: longer ones are data, not traces. */
const longestLine = 2_000;

/** Finds source locations in a line: stack frames (`at f (file:///a/b.js:1:2)`) and `src/app.ts:3`. */
export function findSourceLinks(text: string): SourceLink[] {
  const line = text.slice(0, longestLine);
  const links: SourceLink[] = [];
  for (const match of line.matchAll(urlFrame)) {
    const path = pathOfUrl(match[0].replace(/(:\d+){1,2}$/, ""));
    if (path !== undefined) {
      links.push(link(match, path));
    }
  }
  for (const match of line.matchAll(pathFrame)) {
    const free = links.every(
      ({ start, length }) => match.index >= start + length || match.index + match[0].length <= start,
    );
    if (free) {
      links.push(link(match, match[0].replace(/(:\d+){1,2}$/, "")));
    }
  }
  return links.sort((a, b) => a.start - b.start);
}

function link(match: RegExpExecArray, path: string): SourceLink {
  const [text, line, column] = match;
  return { start: match.index, length: text.length, path, line: Number(line), column: Number(column ?? 1) };
}

function pathOfUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
