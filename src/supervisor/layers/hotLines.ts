import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { CollectedSample, ProfileFrame } from "../../shared/layers/collected.ts";
import type { AttributionHints } from "./attribution.ts";
import { builtinShareOf } from "./builtinLines.ts";
import { fileOf } from "./ownerOf.ts";

/** Files that are read: those with the most time. */
const mostFiles = 50;
/** A larger file is a bundle, or no source at all. */
const mostBytes = 4 * 1_048_576;

/**
 * Reads the sources of the busiest functions, so that the lines of V8's built-in functions can be told. A file that has
 * changed since the worker started, or that a loader has translated, is not what the profiler saw: its lines tell nothing.
 * @param workerStartedAt Epoch milliseconds.
 */
export async function readHotLines(
  { frames, nodes }: Pick<CollectedSample, "frames" | "nodes">,
  workerStartedAt: number,
): Promise<AttributionHints["builtinShare"]> {
  const times = new Map<string, number>();
  for (const { frame, selfUs, lines } of nodes) {
    const url = frames[frame]?.url ?? "";
    if (lines !== undefined && isAbsolute(fileOf(url))) {
      times.set(url, (times.get(url) ?? 0) + selfUs);
    }
  }
  const busiest = [...times].sort((a, b) => b[1] - a[1]).slice(0, mostFiles);
  const sources = new Map<string, readonly string[]>();
  for (const [url] of busiest) {
    const lines = await readLines(fileOf(url), workerStartedAt);
    if (lines !== undefined) {
      sources.set(url, lines);
    }
  }
  return (frame, ticks) => {
    const lines = sources.get(frame.url);
    return lines !== undefined && isThere(lines, frame) ? builtinShareOf(lines, frame.line, ticks) : 0;
  };
}

/** Whether a function stands where the profiler saw it, as it does unless the text was translated. */
function isThere(lines: readonly string[], { name, line, column }: ProfileFrame): boolean {
  if (line === 1 && column === 1) {
    return true;
  }
  const text = lines[line - 1];
  const plain = /[\w$]+$/.exec(name)?.[0];
  return text !== undefined && column <= text.length + 1 && (plain === undefined || hasName(lines, line, plain));
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
