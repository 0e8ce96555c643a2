import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { CollectedSample, ProfileFrame } from "../../../../shared/layers/collected.ts";
import { packageOf } from "../../../../shared/layers/packageOf.ts";
import { isWord, trailing } from "../../../../shared/text/trailing.ts";
import type { CallerHints } from "../addonsInUse.ts";
import type { SourceHints } from "../attribution.ts";
import { nativesThroughV8 } from "../bindingTable.ts";
import { fileOf } from "../fileOf.ts";
import { callersOf } from "../surroundings.ts";
import { linesOfBody, shareOfLines } from "./builtinLines.ts";
import { lineOfCall, only } from "./callLines.ts";
import { compressorIn } from "./compressor.ts";
import { lastWord } from "./definitions.ts";
import { packagesNamedBy } from "./imports.ts";
import { hasDearCall, type LineContext, type LineWork, namesCalledOn, workOfLine } from "./lineWork.ts";
import { givesBuiltin, meaningsIn, type NameMeanings } from "./nameMeanings.ts";

/** Files that are read: those with the most time. */
const mostFiles = 50;
/** A longer line is of a bundle. */
const longestLine = 300;
/** Methods of promises. */
const jobMakers = ["then", "catch", "finally"];
/** A larger file is a bundle, or no source at all. */
const mostBytes = 4 * 1_048_576;

/**
 * Reads the sources of the busiest functions, so that the lines can be told at which V8's built-in functions or native ones
 * are called. A file that has
 * changed since the worker started, or that a loader has translated, is not what the profiler saw: its lines tell nothing.
 * @param workerStartedAt Epoch milliseconds.
 */
export async function readHotLines(
  {
    frames,
    nodes,
    inlined = false,
    builtins = false,
  }: Pick<CollectedSample, "frames" | "nodes"> & Partial<Pick<CollectedSample, "inlined" | "builtins">>,
  workerStartedAt: number,
): Promise<SourceHints & CallerHints> {
  const times = new Map<string, number>();
  const callers = callersOf(frames, nodes);
  const own: (string | undefined)[] = [];
  nodes.forEach(({ frame, parent, selfUs }, index) => {
    const { caller, user } = callers[index] ?? {};
    const url = frames[frame]?.url;
    const isOwn = url !== undefined && isAbsolute(fileOf(url)) && packageOf(fileOf(url)) === undefined;
    own.push(isOwn ? url : own[parent]);
    // Their lines tell what is done for them, too: what they compress with, which function they call.
    const urls = new Set([url, caller?.url, user?.url, own[index]]);
    for (const url of urls) {
      if (url !== undefined && selfUs > 0 && isAbsolute(fileOf(url))) {
        times.set(url, (times.get(url) ?? 0) + selfUs);
      }
    }
  });
  const busiest = [...times].sort((a, b) => b[1] - a[1]).slice(0, mostFiles);
  const sources = new Map<string, readonly string[]>();
  for (const [url] of busiest) {
    const lines = await readLines(fileOf(url), workerStartedAt);
    if (lines !== undefined) {
      sources.set(url, lines);
    }
  }
  const sourceOf = (frame: ProfileFrame): readonly string[] | undefined => {
    const source = sources.get(frame.url);
    return source !== undefined && isThere(source, frame) ? source : undefined;
  };
  const scripts = new Set(
    frames.flatMap(({ name, url }) => (url === "" || name === "" ? [] : [name.slice(name.lastIndexOf(".") + 1)])),
  );
  const meanings = new Map<readonly string[], NameMeanings>();
  const meaningsOf = (source: readonly string[]): NameMeanings => {
    const found = meanings.get(source) ?? meaningsIn(source);
    meanings.set(source, found);
    return found;
  };
  const isGivenBuiltin = ({ name }: ProfileFrame, caller: ProfileFrame): boolean => {
    const source = sourceOf(caller);
    const last = trailing(name, isWord);
    return (
      source !== undefined &&
      linesOf(source, caller.line).some((line) =>
        givesBuiltin(source[line - 1] ?? "", last, meaningsOf(source), scripts),
      )
    );
  };
  /** The lines of its file, of which the first of a function that stands in one of another has its own text only. */
  const ownTextOf = (frame: ProfileFrame): readonly string[] | undefined => {
    const source = sourceOf(frame);
    const line = source?.[frame.line - 1];
    return source === undefined || line === undefined
      ? undefined
      : source.with(frame.line - 1, ownPart(line, frame.column));
  };
  return {
    builtinShares(frame, ticks, { framed, caller }) {
      const source = ownTextOf(frame);
      if (source === undefined) {
        return { builtin: 0, unsure: 0 };
      }
      const text = textOf(source, frame.line);
      // Such as what a parameter holds.
      const isRenamed = (name: string): boolean =>
        name === "" ? !/=>|\bfunction\s?\*?\s?\(/.test(text) : !name.startsWith("(") && !text.includes(name);
      const renamed = [...framed].some(isRenamed);
      const given = caller !== undefined && isGivenBuiltin(frame, caller);
      const context = { framed, inlined, builtins, scripts, meanings: meaningsOf(source), renamed, given };
      if (ticks.length === 0) {
        // All of the script is on one line: only what the whole function does is known.
        return sharesOfBody(
          linesOf(source, frame.line).map((line) => source[line - 1] ?? ""),
          context,
        );
      }
      const shareOf = (work: LineWork): number =>
        shareOfLines({ source, first: frame.line, ticks }, (text) => workOfLine(text, context) === work);
      return { builtin: shareOf("builtin"), unsure: shareOf("unsure") };
    },
    callShare(frame, ticks, names, isMethod = true) {
      const source = ownTextOf(frame);
      if (source === undefined) {
        return 0;
      }
      const [called, renamed] = [callTo(names, isMethod), callTo(otherNames(source, names), false)];
      return shareOfLines({ source, first: frame.line, ticks }, (text) => called(text) || renamed(text));
    },
    callLine(frame, callee, called) {
      const source = ownTextOf(frame);
      if (source === undefined) {
        return undefined;
      }
      const [lines, fileMeanings] = [linesOf(source, frame.line), meaningsOf(source)];
      if (callee === undefined) {
        const context = { framed: new Set<string>(), inlined, builtins, scripts, meanings: fileMeanings };
        return only(lines.filter((line) => hasDearCall(source[line - 1] ?? "", context)));
      }
      return lineOfCall(
        { source, lines, name: lastWord(frame.name), meanings: fileMeanings },
        { ...callee, package: packageOf(fileOf(callee.url))?.name },
        new Set([...called].map(({ name }) => lastWord(name))),
      );
    },
    namesCalledIn(frame) {
      const source = sourceOf(frame);
      return source === undefined ? undefined : namesCalledFrom(source, frame.line);
    },
    importedFrom(frame, names) {
      const source = sourceOf(frame);
      return source === undefined ? new Set() : packagesNamedBy(source, names);
    },
    jobsAreBuiltins() {
      return frames.some((frame) => {
        const source = sourceOf(frame);
        return (
          source !== undefined &&
          linesOf(source, frame.line).some((line) => {
            const text = source[line - 1] ?? "";
            return jobMakers.some((name) => givesBuiltin(text, name, meaningsOf(source), scripts));
          })
        );
      });
    },
    mentions(frame, word) {
      return sourceOf(frame)?.some((line) => line.includes(word));
    },
    compressorOf(frame) {
      const source = sourceOf(frame);
      return source === undefined ? undefined : compressorIn(source, frame.line);
    },
  };
}

/** A longer head of a function, its parameters, is taken for something else. */
const longestHead = 120;

/**
 * What is a function's own of the line at which it begins, with the line's indentation: not what stands before it, nor, if
 * it ends there, what stands after it.
 */
export function ownPart(line: string, column: number): string {
  if (line.length > longestLine || column <= 1) {
    return line;
  }
  const indent = line.slice(0, line.length - line.trimStart().length);
  const own = line.slice(column - 1);
  const arrow = own.indexOf("=>");
  // V8 has it begin with its parameters.
  if (arrow === -1 || arrow > longestHead || !isHead(own.slice(0, arrow))) {
    return indent + own.slice(0, endOfBody(own));
  }
  let open = 0;
  for (let at = arrow + "=>".length; at < own.length; at += 1) {
    const letter = own[at] ?? "";
    open += "([{".includes(letter) ? 1 : ")]}".includes(letter) ? -1 : 0;
    if (open < 0 || (open === 0 && (letter === "," || letter === ";"))) {
      return indent + own.slice(arrow + "=>".length, at);
    }
  }
  return indent + own.slice(arrow + "=>".length);
}

/** Of a function in braces that ends on its line, the end of these; else that of the line. */
function endOfBody(own: string): number {
  let open = 0;
  let isInBody = false;
  for (let at = 0; at < own.length; at += 1) {
    const letter = own[at] ?? "";
    isInBody ||= open === 0 && letter === "{";
    open += "([{".includes(letter) ? 1 : ")]}".includes(letter) ? -1 : 0;
    if (open < 0) {
      break;
    }
    if (isInBody && open === 0) {
      return at + 1;
    }
  }
  return own.length;
}

/** Whether it is the parameters of an arrow function, a name or several in parentheses. */
function isHead(text: string): boolean {
  const head = text.replace(/^async\s/, "").trim();
  let open = 0;
  const isInside = [...head].every((letter, at) => {
    open += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    return open > 0 || at === head.length - 1;
  });
  return /^[\w$]+$/.test(head) || (head.startsWith("(") && open === 0 && isInside);
}

function textOf(source: readonly string[], first: number): string {
  return linesOf(source, first)
    .map((line) => source[line - 1] ?? "")
    .join("\n");
}

/** Names of all that the function calls which begins at a line. */
function namesCalledFrom(source: readonly string[], first: number): ReadonlySet<string> {
  return new Set(linesOf(source, first).flatMap((line) => namesCalledOn(source[line - 1] ?? "")));
}

/** Times as often as others that a line in a loop is done. */
const timesInLoop = 4;
/** How much of a line may be V8's at which something is called that is not seen: most of such are cheap. */
const unseenCost = 0.25;
/** Lines of a function that does nothing else. */
const fewLines = 4;

/** Of a function of which no lines are known: what is dear may be any share of it, all else as much as its lines. */
function sharesOfBody(
  body: readonly string[],
  context: LineContext,
): { readonly builtin: number; readonly unsure: number } {
  const lines = body
    .map((text, at) => ({ text, work: workOfLine(text, context), at }))
    .filter(({ text }) => /\w/.test(text));
  const works = new Set(lines.map(({ work }) => work));
  const isLoop = (text: string): boolean => /\b(?:for|while|do)\b/.test(text);
  if (works.size === 0 || (works.size === 1 && works.has("own"))) {
    return { builtin: 0, unsure: 0 };
  }
  const isOne = works.has("builtin") && !works.has("unsure") && lines.length <= fewLines;
  if (isOne && !lines.some(({ text }) => isLoop(text))) {
    return { builtin: 1, unsure: 0 };
  }
  if (lines.some(({ text }) => hasDearCall(text, context))) {
    return { builtin: 0, unsure: 1 };
  }
  const looped = new Set(body.flatMap((text, at) => (isLoop(text) ? [at + 1, ...linesOfBody(body, at + 1)] : [])));
  let all = 0;
  let unsure = 0;
  for (const { work, at } of lines) {
    const times = looped.has(at + 1) ? timesInLoop : 1;
    all += times;
    unsure += work === "own" ? 0 : work === "builtin" ? times : times * unseenCost;
  }
  return { builtin: 0, unsure: unsure / all };
}

/** Whether a method, or any function, of one of these names is called at a line; some are no methods. */
function callTo(names: ReadonlySet<string>, isMethod = true): (text: string) => boolean {
  const calls = /(\.?)\s?\b(\w+)\s?\(/g;
  return (text) =>
    [...text.matchAll(calls)].some(
      ([, dot, name = ""]) => names.has(name) && (!isMethod || dot !== "" || nativesThroughV8.has(name)),
    );
}

/**
 * The names that a file gives to functions of these names, as in `const clone = globalThis.structuredClone` and
 * `{ clone: structuredClone }`.
 */
function otherNames(source: readonly string[], names: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of source) {
    if (text.length <= longestLine) {
      for (const [, name = "", given = ""] of text.matchAll(/\b(\w+)\s?:\s?(?:\w+\.)?(\w+)\s?(?=[,}]|$)/g)) {
        if (names.has(given)) {
          found.add(name);
        }
      }
    }
    const [left = "", right = "", ...more] = text.split("=").map((part) => part.trim());
    const given = right.endsWith(";") ? right.slice(0, -1) : right;
    if (more.length === 0 && /^[\w$.]+$/.test(given) && names.has(given.slice(given.lastIndexOf(".") + 1))) {
      found.add(trailing(left, isWord));
    }
  }
  found.delete("");
  return found;
}

/** The lines of the function that begins at a line. */
function linesOf(source: readonly string[], first: number): number[] {
  return [first, ...linesOfBody(source, first)];
}

/** Whether a function stands where the profiler saw it, as it does unless the text was translated. */
function isThere(lines: readonly string[], { name, line, column }: ProfileFrame): boolean {
  if (line === 1 && column === 1) {
    return true;
  }
  const text = lines[line - 1];
  const plain = trailing(name, isWord);
  return text !== undefined && column <= text.length + 1 && (plain === "" || hasName(lines, line, plain));
}

/** A function may have its name from what it is assigned to, on the same line or the one before. */
function hasName(lines: readonly string[], line: number, name: string): boolean {
  return [lines[line - 1], lines[line - 2]].some((text) => text?.includes(name) === true);
}

async function readLines(file: string, workerStartedAt: number): Promise<readonly string[] | undefined> {
  try {
    const { mtimeMs, size } = await stat(file);
    return mtimeMs > workerStartedAt || size > mostBytes ? undefined : (await readFile(file, "utf8")).split(/\r?\n/);
  } catch {
    return undefined;
  }
}
