import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { ProfileFrame } from "../../../../shared/layers/collected.ts";
import { fileOf } from "../fileOf.ts";
import { definitionOf, isNamedAt, isTelling, lastWord, nameAt } from "./definitions.ts";

/** Files that are read. */
const mostFiles = 100;
const mostBytes = 4 * 1_048_576;
/** Longer names are no minifier's. */
const shortName = 2;

/** What Node.js or a loader has translated: a profile has the lines of the result. */
const translated = /\.(?:[cm]?tsx?|jsx|coffee|litcoffee)$/;

/**
 * Places that a profile or a map gives may not be those of the file as it is: a loader has kept its map to itself, a
 * bundler was given none by the compiler, or the file has changed since the build. Where the names of a file's functions
 * stand on other lines than it is said, each function is where its name alone tells, else where it is in the script, or nowhere.
 * @param frames As in the profile.
 * @param mapped The same by the source maps.
 * @param guessed Indexes of those of which the maps have only something beside them.
 * @returns `lost`: indexes of the frames whose ticks have wrong lines.
 */
export async function checkPlaces(
  frames: readonly ProfileFrame[],
  mapped: readonly ProfileFrame[],
  guessed: ReadonlySet<number>,
): Promise<{ readonly frames: ProfileFrame[]; readonly lost: ReadonlySet<number> }> {
  const files = new Map<string, number[]>();
  mapped.forEach(({ url, line }, index) => {
    const isOriginal = mapped[index] !== frames[index] || translated.test(url);
    if (isOriginal && line > 0 && isAbsolute(fileOf(url)) && (files.has(url) || files.size < mostFiles)) {
      files.set(url, [...(files.get(url) ?? []), index]);
    }
  });
  const checked = [...mapped];
  const lost = new Set<number>();
  for (const [url, indexes] of files) {
    const lines = await readLines(fileOf(url));
    if (lines === undefined) {
      continue;
    }
    const isMoved = haveMoved(
      lines,
      indexes.flatMap((index) => (guessed.has(index) ? [] : (mapped[index] ?? []))),
    );
    for (const index of indexes) {
      const [before, frame] = [frames[index], mapped[index]];
      if (before === undefined || frame === undefined) {
        continue;
      }
      const name = lastWord(frame.name);
      const isUnnamed = guessed.has(index) && isTelling(name) && !isNamedAt(lines, frame.line, name);
      const isOther = isUnnamed && definitionOf(lines, name) !== undefined;
      if (!isMoved && !isOther) {
        checked[index] = before === frame ? frame : withName(frame, lines);
        continue;
      }
      lost.add(index);
      const found = isTelling(name) && !isOther ? definitionOf(lines, name) : undefined;
      const isFile = before.url === frame.url;
      checked[index] = found !== undefined ? { ...frame, name, ...found } : isFile ? nowhere(frame) : before;
    }
  }
  return { frames: checked, lost };
}

/** Whether more functions are defined on other lines than stand where they should. */
function haveMoved(lines: readonly string[], frames: readonly ProfileFrame[]): boolean {
  let [there, elsewhere] = [0, 0];
  for (const { name: full, line } of frames) {
    const name = lastWord(full);
    if (!isTelling(name)) {
      continue;
    }
    if (isNamedAt(lines, line, name)) {
      there += 1;
    } else if (definitionOf(lines, name) !== undefined) {
      elsewhere += 1;
    }
  }
  return elsewhere > there;
}

/** Minifiers take names away, leave `t.burn` of what was exported, or have V8 take a name from what stands around it. */
function withName(frame: ProfileFrame, lines: readonly string[]): ProfileFrame {
  const { name, line, column } = frame;
  const found = nameAt(lines[line - 1] ?? "", column);
  if (
    name.length <= shortName ||
    (found !== undefined && lastWord(name) !== found && hasFunction(lines, line, found))
  ) {
    return { ...frame, name: found ?? name };
  }
  return name.indexOf(".") > 0 && name.indexOf(".") <= shortName ? { ...frame, name: lastWord(name) } : frame;
}

function hasFunction(lines: readonly string[], line: number, name: string): boolean {
  return new RegExp(`\\bfunction\\s?\\*?\\s?${name.replaceAll("$", "\\$")}\\b`).test(lines[line - 1] ?? "");
}

/** A line of what was translated is none of the file's. */
function nowhere(frame: ProfileFrame): ProfileFrame {
  return { ...frame, line: 0, column: 0 };
}

async function readLines(file: string): Promise<readonly string[] | undefined> {
  try {
    const { size } = await stat(file);
    return size > mostBytes ? undefined : (await readFile(file, "utf8")).split(/\r?\n/);
  } catch {
    return undefined;
  }
}
