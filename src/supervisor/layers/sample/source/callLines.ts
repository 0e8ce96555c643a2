import { withoutNoise } from "./builtinLines.ts";
import { originsIn } from "./imports.ts";
import { type Call, callsOn, isNamedLikeBuiltin } from "./lineWork.ts";
import type { NameMeanings } from "./nameMeanings.ts";

export interface CalledFunction {
  /** As the profiler has it, such as `Parser.parse`, `get text` or `Array.prototype.map`; empty for none. */
  readonly name: string;
  /** The package that it is in; absent for none. */
  readonly package?: string | undefined;
  /** Whether it is one of JavaScript's own. */
  readonly builtin?: boolean | undefined;
}

export interface CallingText {
  /** The lines of the file, of which the first of the function has its own text only. */
  readonly source: readonly string[];
  /** Those of the function (from 1), its first one first. */
  readonly lines: readonly number[];
  /** The function's own name. */
  readonly name: string;
  readonly meanings: NameMeanings;
}

interface LinedCall extends Call {
  readonly line: number;
}

/**
 * The line at which a function calls another one. It is told by the other's name; where that stands nowhere, since the
 * file or the package has another name for it, by what the file takes from its package, and else as the only call of
 * which nothing else is known.
 * @param called Names of all functions that are seen to be called from there.
 * @returns From 1; `undefined` if it may be one of several lines.
 */
export function lineOfCall(
  { source, lines, name: own, meanings }: CallingText,
  callee: CalledFunction,
  called: ReadonlySet<string>,
): number | undefined {
  const [kind, name] = nameOf(callee.name);
  if (kind !== "call") {
    return only(lines.filter((line) => hasAccess(withoutNoise(source[line - 1] ?? ""), name, kind)));
  }
  const calls = lines.flatMap((line, index) =>
    callsOn(withoutNoise(source[line - 1] ?? ""))
      .filter((call) => index > 0 || call.name !== own)
      .map((call): LinedCall => ({ ...call, line })),
  );
  const named = name === "" ? [] : calls.filter((call) => call.name === name);
  if (callee.builtin === true || new Set(linesIn(named)).size === 1) {
    return only(linesIn(named));
  }
  const origins = originsIn(source);
  const fromPackage = ({ name: called, object = "" }: Call): boolean =>
    callee.package !== undefined && (origins.get(object) ?? origins.get(called)) === callee.package;
  if (named.length > 0) {
    return only(linesIn(named.filter(fromPackage)));
  }
  const others = calls.filter((call) => !called.has(call.name));
  const taken = others.filter(fromPackage);
  return taken.length > 0
    ? only(linesIn(taken))
    : only(linesIn(others.filter((call) => !isNamedLikeBuiltin(call) && meanings.get(call.name) === undefined)));
}

/** What it is called by, `get text` and `set text` without parentheses. */
function nameOf(name: string): readonly [kind: "call" | "get" | "set", name: string] {
  const kind = name.startsWith("get ") ? "get" : name.startsWith("set ") ? "set" : "call";
  const plain = kind === "call" ? name : name.slice("get ".length);
  return [kind, plain.slice(plain.lastIndexOf(".") + 1).replace("#", "")];
}

function hasAccess(text: string, name: string, kind: "get" | "set"): boolean {
  for (let at = text.indexOf(`.${name}`); at !== -1; at = text.indexOf(`.${name}`, at + 1)) {
    const rest = text.slice(at + 1 + name.length);
    const isSet = /^\s?(?:[-+*/%&|^?]{0,3}|<<|>>>?)=(?![=>])/.test(rest);
    if (!/^[\w$]/.test(rest) && (kind === "get") !== isSet) {
      return true;
    }
  }
  return false;
}

function linesIn(calls: readonly LinedCall[]): number[] {
  return calls.map(({ line }) => line);
}

/** The one line of all of these; `undefined` for several. */
export function only(lines: readonly number[]): number | undefined {
  const [first, ...more] = new Set(lines);
  return more.length === 0 ? first : undefined;
}
