/**
 * V8's profiler gives the time of V8's own functions that have no frame, such as `JSON.parse`, to the JavaScript function
 * that called them; only the line is told. So the text of the line decides: the calls named here are so much more
 * expensive than what else stands on a line that its ticks are theirs.
 */
const expensive: readonly RegExp[] = [
  /\bJSON\s*\.\s*(parse|stringify)\s*\(/,
  /\bnew\s+RegExp\b|\bRegExp\s*\(/,
  // A regular expression that is used where it stands, or given to a method of strings.
  /\/[dgimsuvy]*\s*\.\s*(test|exec)\s*\(/,
  /\.\s*(match|matchAll|replace|replaceAll|search|split)\s*\(\s*\/(?![/*])/,
  /\[\s*Symbol\.(match|matchAll|replace|search|split)\s*\]\s*\(/,
  // Names that people give to regular expressions.
  /\b(\w*(pattern|regex|regexp|re|rx))\s*\.\s*(test|exec)\s*\(/i,
  /\.\s*(match|matchAll|replace|replaceAll|search|split)\s*\(\s*\w*(pattern|regex|regexp|re|rx)\b/i,
  /\.\s*(localeCompare|normalize|toLocaleString|toLocaleDateString|toLocaleTimeString)\s*\(/,
  /\bnew\s+Function\s*\(|\beval\s*\(/,
  /\bIntl\s*\.\s*\w+/,
];

/** A longer line is of a bundle, where anything may stand on it. */
const longestLine = 300;

export interface FunctionTicks {
  /** The lines of its file. */
  readonly source: readonly string[];
  /** The line (from 1) at which it begins. */
  readonly first: number;
  /** Lines (from 1) with the ticks seen there. */
  readonly ticks: readonly (readonly [line: number, ticks: number])[];
}

/**
 * How much (0 to 1) of a function's own time was seen at certain lines.
 * @param isWanted By the line's text; default: lines whose work is that of V8's built-in functions.
 */
export function shareOfLines({ source, first, ticks }: FunctionTicks, isWanted = isBuiltinLine): number {
  const seen = new Map<number, number>();
  for (const [line, count] of ticks) {
    seen.set(line, (seen.get(line) ?? 0) + count);
  }
  let all = 0;
  let wanted = 0;
  for (const [line, count] of seen) {
    all += count;
    // What lies before it is of a function that was inlined, perhaps from another file.
    wanted += line < first ? 0 : count * shareAt(line);
  }
  return all === 0 ? 0 : wanted / all;

  /** V8 gives some of the ticks of a loop's body to the line the loop begins with; they are shared out as the body's are. */
  function shareAt(line: number): number {
    const text = source[line - 1] ?? "";
    if (isWanted(text)) {
      return 1;
    }
    if (!loopHead.test(text)) {
      return 0;
    }
    const body = linesOfBody(source, line);
    const some = body.filter((inside) => isWanted(source[inside - 1] ?? ""));
    const ticksOf = (lines: readonly number[]): number => lines.reduce((sum, each) => sum + (seen.get(each) ?? 0), 0);
    const inBody = ticksOf(body);
    return inBody === 0 ? Number(some.length > 0) : ticksOf(some) / inBody;
  }
}

const loopHead = /^\s*(?:\w+:\s*)?(?:for|while|do)\b/;

/** The texts of the lines after a first one that are indented more than it. */
export function bodyOf(source: readonly string[], head: number): string[] {
  return linesOfBody(source, head).map((line) => source[line - 1] ?? "");
}

/** The lines after a loop's first that are indented more than it. */
export function linesOfBody(source: readonly string[], head: number): number[] {
  const indent = indentOf(source[head - 1] ?? "");
  const body: number[] = [];
  for (let line = head + 1; line <= source.length; line += 1) {
    const text = source[line - 1] ?? "";
    if (text.trim() !== "") {
      if (indentOf(text) <= indent) {
        break;
      }
      body.push(line);
    }
  }
  return body;
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** Whether what a function does itself at this line is mostly done by V8's built-in functions. */
export function isBuiltinLine(text: string): boolean {
  return text.length <= longestLine && expensive.some((pattern) => pattern.test(withoutNoise(text)));
}

/** Without what is only talk: a comment at the end, the insides of quoted texts. A longer line is left as it is. */
export function withoutNoise(text: string): string {
  if (text.length > longestLine) {
    return text;
  }
  return text
    .replace(/^\s*(\/\/|\*|\/\*).*$/, "")
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
    .replace(/(^|[\s;{}),])\/\/.*$/, "$1");
}
