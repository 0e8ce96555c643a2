import { isWord, trailing } from "../../../../shared/text/trailing.ts";

export interface Definition {
  /** From 1. */
  readonly line: number;
  /** From 1, of what follows the name, where V8 has a function begin. */
  readonly column: number;
}

/** A longer line is of a bundle. */
const longestLine = 300;
/** A shorter name may be a minifier's. */
const shortestName = 3;
const modifiers = new Set(
  "export default public private protected static async override get set readonly abstract".split(" "),
);
const keywords = new Set(
  "function async await return typeof new if for while switch catch case of in yield".split(" "),
);

/** `get` of `Map.prototype.get`, `text` of `get text`, `parse` of `#parse`. */
export function lastWord(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(" ")) + 1).replace("#", "");
}

/** Whether a function is long enough a name to be looked for, and no minifier's. */
export function isTelling(name: string): boolean {
  return /^[\w$]+$/.test(name) && name.length >= shortestName && name !== "anonymous";
}

/** Whether a name stands on a line (from 1), or on the one before, as where a function is assigned. */
export function isNamedAt(lines: readonly string[], line: number, name: string): boolean {
  return [lines[line - 1], lines[line - 2]].some((text) => text !== undefined && placesOf(text, name).length > 0);
}

/** Where a function of this name begins; `undefined` for none, or if there are several. */
export function definitionOf(lines: readonly string[], name: string): Definition | undefined {
  const found: Definition[] = [];
  lines.forEach((text, index) => {
    if (text.length <= longestLine) {
      for (const at of placesOf(text, name)) {
        if (isDefinition(text.slice(0, at), text.slice(at + name.length))) {
          found.push({ line: index + 1, column: at + name.length + 1 });
        }
      }
    }
  });
  return found.length === 1 ? found[0] : undefined;
}

function isDefinition(before: string, after: string): boolean {
  const start = before.trim();
  const rest = after.trimStart();
  if (/\bfunction\s?\*?$/.test(start)) {
    return true;
  }
  const isAssigned = (rest.startsWith("=") && !/^=[=>]/.test(rest)) || rest.startsWith(":");
  if (isAssigned && /(?:=>|->|\bfunction\b)/.test(rest)) {
    const isTyped = rest.startsWith(":") && /\b(?:const|let|var)$/.test(start);
    return isTyped || /^[:=]\s?(?:async\b|function\b|\(|[\w$]+\s?(?:=>|->)|=>|->)/.test(rest);
  }
  const words = start.split(/[\s*#]+/).filter((word) => word !== "");
  const isMethod = words.every((word) => modifiers.has(word)) && /^[(<]/.test(rest);
  return isMethod && /[{(,]$/.test(rest.trimEnd()) && !/(?:=>|\bfunction\b)/.test(rest);
}

/** Indexes in a text at which a name stands as a word. */
function placesOf(text: string, name: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    if (!isWord(text[at - 1] ?? " ") && !isWord(text[at + name.length] ?? " ")) {
      found.push(at);
    }
  }
  return found;
}

/** The name of the function that begins at a place (column from 1) of a text; `undefined` if it has none there. */
export function nameAt(text: string, column: number): string | undefined {
  const [before, after] = [text.slice(0, column - 1), text.slice(column - 1, column - 1 + longestLine).trimStart()];
  const [, ahead] = /^(?:export\s)?(?:default\s)?(?:async\s)?function\s?\*?\s?([\w$]+)/.exec(after) ?? [];
  const [, method] = /^(?:(?:static|async|get|set|public|private|protected)\s)*\*?#?([\w$]+)\s?[(<]/.exec(after) ?? [];
  const name = [ahead, method, after.startsWith("(") ? trailing(before, isWord) : undefined].find(isName);
  if (name !== undefined || !/=>|\bfunction\b/.test(after)) {
    return name;
  }
  // Of an arrow function, its first parameter.
  const head = before.trimEnd();
  const outside = (head.endsWith("(") ? head.slice(0, -1) : head)
    .trimEnd()
    .replace(/(?:async|function)$/, "")
    .trimEnd();
  const left = /[^=!<>][:=]$/.test(outside) ? trailing(outside.slice(0, -1).trimEnd(), isWord) : "";
  return isName(left) ? left : undefined;
}

function isName(word: string | undefined): word is string {
  return word !== undefined && word !== "" && !keywords.has(word);
}
