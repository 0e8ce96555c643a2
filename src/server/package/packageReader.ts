import { lstat, open, readdir } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { leadsInside } from "../../shared/basics/leadsInside.ts";
import { holdsOptions, namesImports } from "./importNames.ts";

/** The sources of a package, and what says what they import, by their paths relative to its folder, with `/`. */
export type PackageTexts = ReadonlyMap<string, string>;

/** Bounds of what is read; a package beyond one of them is not read at all. */
export interface PackageBounds {
  readonly files: number;
  /** UTF-8 bytes. */
  readonly total: number;
  /** Folders in folders. */
  readonly depth: number;
  /** Bytes; a larger file is left out, since it is built or generated. */
  readonly file: number;
}

export const packageBounds: PackageBounds = { files: 2_000, total: 12_000_000, depth: 16, file: 300_000 };

const sourceName = /(?<!\.d)\.[cm]?[jt]sx?$/i;

/** The file without an extension that starts what express-generator and koa-generator made. */
const starter = /(?:^|\/)bin\/www$/;

/** What is installed, built, or does not run in the app. */
export const foreignFolder =
  /^(?:\..*|node_modules|bower_components|coverage|dist|build|out|vendor|public|static|__mocks__)$/i;
const testPath = /(?:^|\/)(?:tests?|__tests__|e2e|specs?)\/|\.(?:test|spec|e2e|bench)\.[cm]?[jt]sx?$/i;

/**
 * The folder of the package that a file belongs to: the nearest with a `package.json`, within one of `roots`; `undefined` if there
 * is none.
 */
export async function packageFolder(file: string, roots: readonly string[]): Promise<string | undefined> {
  const isInside = (folder: string) => roots.some((root) => folder === root || leadsInside(relative(root, folder)));
  for (let folder = dirname(file); isInside(folder); folder = dirname(folder)) {
    if (await isFile(join(folder, "package.json"))) {
      return folder;
    }
    if (folder === dirname(folder)) {
      return undefined;
    }
  }
  return undefined;
}

/** What is read only because a file is asked for that lies there: `dist` of `dist/main.js`, and the file itself if it is a test. */
export function ownFolders(file: string): string {
  if (testPath.test(file)) {
    return file;
  }
  const parts = file.split("/").slice(0, -1);
  return parts.slice(0, parts.findLastIndex((part) => foreignFolder.test(part)) + 1).join("/");
}

interface Known {
  readonly stamp: string;
  readonly text: string;
}

export interface PackageReader {
  /**
   * The sources of a package, without tests and without what is in packages of their own below it. No link is followed. A file that
   * has not changed since is not read again. `undefined` if it was cancelled, is beyond the bounds, or can't be read.
   *
   * @param file The file that is asked for, so that its own folder is not left out.
   */
  read(folder: string, file: string, cancelled: () => boolean): Promise<PackageTexts | undefined>;
  /** One file, which is not read again while it is the same; `undefined` if it is none, too large, or can't be read. */
  text(path: string): Promise<string | undefined>;
}

export function createPackageReader(bounds: PackageBounds = packageBounds): PackageReader {
  const packages = new Map<string, Map<string, Known>>();
  const alone = new Map<string, Known>();
  return {
    async text(path) {
      const known = await readOnce({ folder: dirname(path), bounds, before: alone }, path);
      alone.delete(path);
      if (known !== undefined) {
        alone.set(path, known);
      }
      for (const oldest of [...alone.keys()].slice(0, -mostAlone)) {
        alone.delete(oldest);
      }
      return known?.text;
    },
    async read(folder, file, cancelled) {
      const before = packages.get(folder) ?? new Map<string, Known>();
      const now = new Map<string, Known>();
      const own = relative(folder, file).split(sep).join("/");
      const isWhole = await collect({ folder, own, bounds, cancelled, before, now, total: 0 }, "", 0);
      if (!isWhole) {
        return undefined;
      }
      packages.delete(folder);
      packages.set(folder, now);
      for (const oldest of [...packages.keys()].slice(0, -mostPackages)) {
        packages.delete(oldest);
      }
      return new Map([...now].map(([path, { text }]) => [path, text]));
    },
  };
}

/** Packages that are kept in memory, those beside the ones that are looked at among them, and files that are read by themselves. */
const mostPackages = 64;
const mostAlone = 1_000;

interface Collection {
  readonly folder: string;
  readonly own: string;
  readonly bounds: PackageBounds;
  readonly cancelled: () => boolean;
  readonly before: ReadonlyMap<string, Known>;
  readonly now: Map<string, Known>;
  total: number;
}

/** Adds what is in a folder and below it; `false` if there is too much of it, or the request was cancelled. */
async function collect(collection: Collection, below: string, depth: number): Promise<boolean> {
  const { folder, own, bounds, cancelled, now } = collection;
  if (cancelled() || depth > bounds.depth) {
    return false;
  }
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  if (depth > 0 && entries.some(({ name }) => name === "package.json") && (await isNamed(join(folder, below)))) {
    return true;
  }
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      const isForeign = foreignFolder.test(entry.name) && !own.startsWith(`${path}/`);
      const isTest = testPath.test(`${path}/`) && !testPath.test(own);
      if (!isForeign && !isTest && entry.name !== "node_modules" && !(await collect(collection, path, depth + 1))) {
        return false;
      }
    } else if (entry.isFile() && isRead(path) && (path === own || !testPath.test(path))) {
      const known = await readOnce(collection, path);
      if (known !== undefined) {
        now.set(path, known);
        collection.total += known.text.length;
      }
      if (now.size > bounds.files || collection.total > bounds.total || cancelled()) {
        return false;
      }
    }
  }
  return true;
}

function isRead(path: string): boolean {
  return [sourceName, starter, holdsOptions, namesImports].some((pattern) => pattern.test(path));
}

async function readOnce(
  { folder, bounds, before }: Pick<Collection, "folder" | "bounds" | "before">,
  path: string,
): Promise<Known | undefined> {
  const full = resolve(folder, path);
  const stats = await lstat(full).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size > bounds.file) {
    return undefined;
  }
  const stamp = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  const known = before.get(path);
  return known?.stamp === stamp ? known : ofText(stamp, await textOf(full, bounds.file));
}

function ofText(stamp: string, text: string | undefined): Known | undefined {
  return text === undefined ? undefined : { stamp, text };
}

/** At most `most` bytes of a file, which may have grown since; `undefined` if it can't be read. */
async function textOf(path: string, most: number): Promise<string | undefined> {
  try {
    const handle = await open(path, "r");
    try {
      const buffer = Buffer.alloc(most + 1);
      const { bytesRead } = await handle.read(buffer, 0, most + 1, 0);
      return bytesRead > most ? undefined : buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** Whether a folder is a package of its own; `{ "type": "module" }` alone makes none. */
async function isNamed(folder: string): Promise<boolean> {
  const text = await textOf(join(folder, "package.json"), 1_000_000);
  return text !== undefined && /"name"\s*:/.test(text);
}

async function isFile(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true;
}
