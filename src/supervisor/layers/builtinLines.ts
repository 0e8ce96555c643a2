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

/**
 * How much (0 to 1) of a function's own time is that of built-in functions.
 * @param source The lines of its file.
 * @param first The line (from 1) at which it begins.
 * @param ticks Lines (from 1) with the ticks seen there.
 */
export function builtinShareOf(
  source: readonly string[],
  first: number,
  ticks: readonly (readonly [line: number, ticks: number])[],
): number {
  const seen = new Map<number, number>();
  for (const [line, count] of ticks) {
    seen.set(line, (seen.get(line) ?? 0) + count);
  }
  let all = 0;
  let builtin = 0;
  for (const [line, count] of seen) {
    all += count;
    // What lies before it is of a function that was inlined, perhaps from another file.
    builtin += line < first ? 0 : count * shareAt(source, line, seen);
  }
  return all === 0 ? 0 : builtin / all;
}

/** V8 gives some of the ticks of a loop's body to the line the loop begins with; they are shared out as the body's are. */
function shareAt(source: readonly string[], line: number, seen: ReadonlyMap<number, number>): number {
  const text = source[line - 1] ?? "";
  if (isBuiltinLine(text)) {
    return 1;
  }
  if (!loopHead.test(text)) {
    return 0;
  }
  const body = linesOfBody(source, line);
  const builtin = body.filter((inside) => isBuiltinLine(source[inside - 1] ?? ""));
  const ticksOf = (lines: readonly number[]): number => lines.reduce((sum, inside) => sum + (seen.get(inside) ?? 0), 0);
  const inBody = ticksOf(body);
  return inBody === 0 ? Number(builtin.length > 0) : ticksOf(builtin) / inBody;
}

const loopHead = /^\s*(?:\w+:\s*)?(?:for|while|do)\b/;

/** The lines after a loop's first that are indented more than it. */
function linesOfBody(source: readonly string[], head: number): number[] {
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

/** Without what is only talk: a comment at the end, the insides of quoted texts. */
function withoutNoise(text: string): string {
  return text
    .replace(/^\s*(\/\/|\*|\/\*).*$/, "")
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
    .replace(/(^|[\s;{}),])\/\/.*$/, "$1");
}
