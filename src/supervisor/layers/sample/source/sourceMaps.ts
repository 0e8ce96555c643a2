import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { SourceMap, type SourceMapPayload, type SourceMapping } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { CollectedSample, ProfileFrame, ProfileNode } from "../../../../shared/layers/collected.ts";
import { packageOf } from "../../../../shared/layers/packageOf.ts";
import { isWord } from "../../../../shared/text/trailing.ts";
import { fileOf } from "../fileOf.ts";
import { checkPlaces } from "./checkPlaces.ts";

/** Files whose maps are read: those with the most time. */
const mostFiles = 60;
const largestFile = 64_000_000;
/** Where a script says where its map is. */
const tailBytes = 4_096;
/** A file of fewer has the functions of many on each. */
const fewLines = 10;
/** Lines after the beginning of a function at which the first of its own is looked for. */
const nextLines = 3;
/** Entries of one place that are looked at. */
const mostEntries = 500;
/** Longer names are no minifier's. */
const shortName = 2;
/** What stands between a function's name and its parameters. */
const isHead = /^\s?[=:]?\s?(?:async\s?)?(?:function\s?\*?\s?)?\(?$/;
/** Characters between a function's name and the place where V8 has it begin. */
const longestHead = 40;
/** On a longer line the ticks of many functions are counted. */
const longestLine = 300;

interface ScriptMap {
  readonly map: SourceMap;
  /** Addresses of sources that were looked for, by their names. */
  readonly found: Map<string, string>;
  /** What its sources are relative to. */
  readonly base: string;
  readonly root: string;
}

/** A sample whose functions have the places in the files that people wrote, as far as there are source maps. */
export async function mapSample(collected: CollectedSample): Promise<CollectedSample> {
  const { frames, nodes, maps } = collected;
  const scripts = await readMaps(frames, nodes, maps);
  const lines = new Map<string, readonly string[]>();
  const inMemory = new Set(maps.map(({ url }) => url));
  for (const url of scripts.keys()) {
    lines.set(url, await readLines(fileOf(url)));
  }
  /** What the file has is not what runs, where a loader has translated it. */
  const textOf = ({ url, line }: ProfileFrame): string => (inMemory.has(url) ? "" : (lines.get(url)?.[line - 1] ?? ""));
  const guessed = new Set<number>();
  const places = frames.map((frame, index) => {
    const script = scripts.get(frame.url);
    const entry = script === undefined ? undefined : entryOn(script.map, frame.line - 1, frame.column - 1);
    const isNear = entry !== undefined && frame.column - 1 - entry.generatedColumn <= longestHead + frame.name.length;
    if (script !== undefined && !isNear) {
      guessed.add(index);
    }
    return mapFrame(frame, script, textOf(frame));
  });
  const { frames: mapped, lost } = await checkPlaces(frames, places, guessed);
  if (scripts.size === 0 && lost.size === 0) {
    return collected;
  }
  const lengths = new Map([...lines].map(([url, texts]) => [url, texts.map(({ length }) => length)]));
  return {
    ...collected,
    frames: mapped,
    nodes: nodes.map((node) => {
      if (lost.has(node.frame)) {
        const { lines: _lines, ...rest } = node;
        return rest;
      }
      const url = frames[node.frame]?.url ?? "";
      const script = scripts.get(url);
      // What a compiler has added has its lines in the script.
      const isAdded =
        !inMemory.has(url) && mapped[node.frame] === frames[node.frame] && (lengths.get(url)?.length ?? 0) > fewLines;
      return script === undefined || node.lines === undefined || isAdded
        ? node
        : mapLines(node, { script, inMemory: inMemory.has(url), lengths: lengths.get(url) ?? [] });
    }),
  };
}

/** @param text The line of the script at which the function begins; empty if unknown. */
function mapFrame(frame: ProfileFrame, script: ScriptMap | undefined, text: string): ProfileFrame {
  const found =
    script === undefined || isWithinOther(script, frame, text)
      ? undefined
      : (place(script, frame.line - 1, frame.column - 1) ?? next(script, frame));
  if (found === undefined || !isOfSamePackage(frame.url, found.url)) {
    return frame;
  }
  // Minifiers shorten names, and a map may keep them.
  const name = frame.name.length <= shortName && script !== undefined ? nameIn(script, frame, text) : frame.name;
  return { name, url: found.url, line: found.line, column: found.column };
}

/**
 * Whether it lies within a function that a compiler has put there: of all of that, a map has one place at most.
 * @param text The line of the script; empty if unknown.
 */
function isWithinOther({ map }: ScriptMap, { line, column }: ProfileFrame, text: string): boolean {
  const entry = entryOn(map, line - 1, column - 1);
  if (entry === undefined) {
    return false;
  }
  let from = entry;
  for (let step = 0; step < mostEntries && from.generatedColumn > 0; step += 1) {
    const before = entryOn(map, line - 1, from.generatedColumn - 1);
    if (before === undefined || !isSameOrigin(before, entry)) {
      break;
    }
    from = before;
  }
  return text.slice(from.generatedColumn, column - 1).includes("{");
}

function isSameOrigin(one: SourceMapping, other: SourceMapping): boolean {
  return (
    one.originalLine === other.originalLine &&
    one.originalColumn === other.originalColumn &&
    one.originalSource === other.originalSource
  );
}

/** The last entry of a map up to a column (from 0) of a line (from 0). */
function entryOn(map: SourceMap, line: number, column: number): SourceMapping | undefined {
  const entry = map.findEntry(line, column);
  return "originalSource" in entry && entry.generatedLine === line && entry.originalSource !== undefined
    ? entry
    : undefined;
}

/** The name that a map has for a function's, which stands before the place where the function begins. */
function nameIn({ map }: ScriptMap, { name, line, column }: ProfileFrame, text: string): string {
  const before = text.slice(0, column - 1);
  const at = name === "" ? -1 : before.lastIndexOf(name);
  const between = before.slice(at + name.length);
  if (at === -1 || isWord(before[at - 1] ?? " ") || between.length > longestHead || !isHead.test(between)) {
    return name;
  }
  const entry = entryOn(map, line - 1, at);
  const found: unknown = entry?.generatedColumn === at ? Reflect.get(entry, "name") : undefined;
  return typeof found === "string" ? found : name;
}

/**
 * A package's maps may name sources that were not published: what its author had beside its folder, or has bundled into it,
 * is in the place where another package would be, and what was in its folder is nowhere.
 */
function isOfSamePackage(script: string, source: string): boolean {
  const folder = packageOf(fileOf(script))?.folder;
  const file = fileOf(source);
  return folder === undefined || (packageOf(file)?.folder === folder && existsSync(file));
}

/**
 * The first place after the beginning of a function, on its line: compilers leave out what they have put before it. Of
 * what they make of an asynchronous function, `__awaiter(this, void 0, void 0, function* () {`, all of the line.
 */
function next(script: ScriptMap, { line, column, name }: ProfileFrame): OriginalPlace | undefined {
  for (let at = column; at < longestLine; at += 1) {
    const found = place(script, line - 1, at);
    if (found !== undefined) {
      return found;
    }
  }
  // A function with a name may be the compiler's own.
  for (let below = 0; name === "" && below < nextLines; below += 1) {
    for (let at = 0; at < longestLine; at += 1) {
      const found = place(script, line + below, at);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

/**
 * Where all of a file is on one line, its lines tell nothing; nor does one that was made of several. The others do, while
 * most of the ticks are theirs.
 */
function mapLines(
  { lines = [], ...node }: ProfileNode,
  { script, inMemory, lengths }: { script: ScriptMap; inMemory: boolean; lengths: readonly number[] },
): ProfileNode {
  const mapped = lines.flatMap(([line, ticks]) => {
    const isLong = !inMemory && (lengths[line - 1] ?? 0) > longestLine;
    const places = isLong ? [] : placesOnLine(script, line - 1);
    return places.length === 1 ? [[places[0] ?? 0, ticks] as const] : [];
  });
  const ticksOf = (some: readonly (readonly [line: number, ticks: number])[]): number =>
    some.reduce((sum, [, ticks]) => sum + ticks, 0);
  return ticksOf(mapped) * 2 >= ticksOf(lines) ? { ...node, lines: mapped } : node;
}

/** The lines (from 1) of the original that a line (from 0) of a script is made of. */
function placesOnLine(script: ScriptMap, line: number): number[] {
  const found = new Set<number>();
  for (let column = 0; column < longestLine; column += 4) {
    const entry = place(script, line, column);
    if (entry !== undefined) {
      found.add(entry.line);
    }
  }
  return [...found];
}

interface OriginalPlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

function place({ map, base, root, found }: ScriptMap, line: number, column: number): OriginalPlace | undefined {
  const entry = entryOn(map, line, column);
  if (entry === undefined) {
    return undefined;
  }
  const source = entry.originalSource;
  const url = found.get(source) ?? existing(source, sourceUrl(source, base, root), base);
  found.set(source, url);
  return { url, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/** A source that is not where the map says, as after a build in two steps, is looked for above the script. */
function existing(source: string, url: string, base: string): string {
  const path = source.split("/").filter((part) => part !== "." && part !== "..");
  const isRelative = !isAbsolute(source) && !/^[\w+.-]{2,}:/.test(source);
  return !isRelative || path.length < 2 || packageOf(fileOf(base)) !== undefined || existsSync(fileOf(url))
    ? url
    : (above(path.join("/"), base) ?? url);
}

/** The address of a file by the end of its path, below one of the folders above another. */
function above(path: string, base: string): string | undefined {
  for (let folder = dirname(fileOf(base)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, path))) {
      return pathToFileURL(join(folder, path)).href;
    }
  }
  return undefined;
}

/** Bundlers name sources by a scheme of their own, and the path from the folder of the build. */
function sourceUrl(source: string, base: string, root: string): string {
  const path = pathInBuild(source);
  if (path !== undefined) {
    return above(path, base) ?? `/${path}`;
  }
  if (isAbsolute(source)) {
    return pathToFileURL(source).href;
  }
  try {
    return new URL(root === "" ? source : `${root.replace(/\/?$/, "/")}${source}`, base).href;
  } catch {
    return source;
  }
}

/** `src/a.ts` of `webpack://app/./src/a.ts?1f2e`; `undefined` for what is no such name. */
function pathInBuild(source: string): string | undefined {
  const scheme = source.indexOf("://");
  const isBundlers = scheme > 0 && /^(?:webpack|turbopack|rollup|vite)/.test(source);
  const slash = isBundlers ? source.indexOf("/", scheme + "://".length) : -1;
  if (slash === -1) {
    return undefined;
  }
  const [path = ""] = source.slice(slash + 1).split("?");
  return path
    .replace("[project]/", "")
    .split("/")
    .filter((part) => part !== "." && part !== "")
    .join("/");
}

async function readMaps(
  frames: readonly ProfileFrame[],
  nodes: readonly ProfileNode[],
  loaded: CollectedSample["maps"],
): Promise<ReadonlyMap<string, ScriptMap>> {
  const scripts = new Map<string, ScriptMap>();
  for (const { url, map } of loaded) {
    add(scripts, url, map, asUrl(url));
  }
  const times = new Map<string, number>();
  for (const { frame, selfUs } of nodes) {
    const url = frames[frame]?.url ?? "";
    if (!scripts.has(url) && isAbsolute(fileOf(url))) {
      times.set(url, (times.get(url) ?? 0) + selfUs);
    }
  }
  const busiest = [...times].sort((one, other) => other[1] - one[1]).slice(0, mostFiles);
  for (const [url] of busiest) {
    const file = fileOf(url);
    const named = await mapNamedIn(file);
    if (named === undefined) {
      continue;
    }
    if (named.startsWith("data:")) {
      add(scripts, url, named, asUrl(url));
      continue;
    }
    try {
      const mapUrl = new URL(named, pathToFileURL(file));
      if (mapUrl.protocol === "file:") {
        add(scripts, url, (await readWhole(fileURLToPath(mapUrl))) ?? "", mapUrl.href);
      }
    } catch {
      // A map is the app's: whatever is wrong with it, the script's own lines are true.
    }
  }
  return scripts;
}

function asUrl(url: string): string {
  return url.startsWith("file:") ? url : pathToFileURL(url).href;
}

/** @param text A map as JSON, or a `data:` URL of one. */
function add(scripts: Map<string, ScriptMap>, url: string, text: string, base: string): void {
  try {
    const payload = JSON.parse(text.startsWith("data:") ? decoded(text) : text) as SourceMapPayload;
    if (typeof payload.mappings === "string" && payload.mappings !== "") {
      scripts.set(url, { map: new SourceMap(payload), found: new Map(), base, root: payload.sourceRoot ?? "" });
    }
  } catch {
    // As above.
  }
}

function decoded(dataUrl: string): string {
  const comma = dataUrl.indexOf(",");
  const data = dataUrl.slice(comma + 1);
  return dataUrl.slice(0, comma).endsWith(";base64")
    ? Buffer.from(data, "base64").toString("utf8")
    : decodeURIComponent(data);
}

/** What `sourceMappingURL` says at the end of a script. */
async function mapNamedIn(file: string): Promise<string | undefined> {
  const tail = await readTail(file, tailBytes);
  const marker = "sourceMappingURL=";
  if (tail.includes(`# ${marker}`)) {
    return tail.slice(tail.lastIndexOf(marker) + marker.length).split(/\s/)[0];
  }
  // An inline map may be long.
  const whole = tail.length === tailBytes && !tail.trimEnd().includes("\n") ? ((await readWhole(file)) ?? "") : "";
  const at = whole.lastIndexOf(`# ${marker}data:`);
  return at === -1 ? undefined : whole.slice(at + 2 + marker.length).split(/\s/)[0];
}

async function readTail(file: string, bytes: number): Promise<string> {
  const handle = await open(file, "r").catch(() => undefined);
  try {
    const size = (await handle?.stat())?.size ?? 0;
    const buffer = Buffer.alloc(Math.min(bytes, size));
    await handle?.read(buffer, 0, buffer.length, Math.max(0, size - bytes));
    return buffer.toString("utf8");
  } catch {
    return "";
  } finally {
    await handle?.close();
  }
}

async function readWhole(file: string): Promise<string | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  try {
    const state = await handle?.stat();
    return state?.isFile() === true && state.size <= largestFile ? await handle?.readFile("utf8") : undefined;
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

async function readLines(file: string): Promise<readonly string[]> {
  return ((await readWhole(file)) ?? "").split("\n");
}
