import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { CollectedSample, ProfileFrame } from "../../../shared/layers/collected.ts";
import { isWord, trailing } from "../../../shared/text/trailing.ts";
import type { SourceHints } from "./attribution.ts";
import { shareOfLines } from "./builtinLines.ts";
import { compressorIn } from "./compressor.ts";
import { fileOf } from "./fileOf.ts";
import { callersOf } from "./surroundings.ts";

/** Files that are read: those with the most time. */
const mostFiles = 50;
/** A larger file is a bundle, or no source at all. */
const mostBytes = 4 * 1_048_576;

/**
 * Reads the sources of the busiest functions, so that the lines can be told at which V8's built-in functions or native ones
 * are called. A file that has
 * changed since the worker started, or that a loader has translated, is not what the profiler saw: its lines tell nothing.
 * @param workerStartedAt Epoch milliseconds.
 */
export async function readHotLines(
  { frames, nodes }: Pick<CollectedSample, "frames" | "nodes">,
  workerStartedAt: number,
): Promise<SourceHints> {
  const times = new Map<string, number>();
  const callers = callersOf(frames, nodes);
  nodes.forEach(({ frame, selfUs, lines }, index) => {
    const { caller, user } = callers[index] ?? {};
    const compresses = caller?.url === "node:zlib";
    const url = (compresses ? user?.url : frames[frame]?.url) ?? "";
    if ((compresses || lines !== undefined) && isAbsolute(fileOf(url))) {
      times.set(url, (times.get(url) ?? 0) + selfUs);
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
  return {
    builtinShare(frame, ticks) {
      const source = sourceOf(frame);
      return source === undefined ? 0 : shareOfLines({ source, first: frame.line, ticks });
    },
    callShare(frame, ticks, names) {
      const source = sourceOf(frame);
      return source === undefined ? 0 : shareOfLines({ source, first: frame.line, ticks }, callTo(names));
    },
    compressorOf(frame) {
      const source = sourceOf(frame);
      return source === undefined ? undefined : compressorIn(source, frame.line);
    },
  };
}

/** Whether a method of one of these names is called at a line. */
function callTo(names: ReadonlySet<string>): (text: string) => boolean {
  return (text) => [...text.matchAll(/\.\s*(\w+)\s*\(/g)].some(([, name = ""]) => names.has(name));
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
