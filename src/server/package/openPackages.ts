import { relative, sep } from "node:path";
import { leadsInside } from "../../shared/basics/leadsInside.ts";
import { createPackageReader, ownFolders, type PackageTexts, packageFolder } from "./packageReader.ts";
import { emptyCache, type PackageCache, type PackageView, packageView } from "./packageView.ts";
import { createProjectReader } from "./projectReader.ts";

export interface OpenPackages {
  /** Whether files beside this one may be read at all. */
  mayRead(path: string): boolean;
  /** The folder of the package around a file; `undefined` where none may be read. */
  folderOf(path: string): Promise<string | undefined>;
  /** The files of the package around a file; `undefined` where none may be read, or it was cancelled. */
  filesBeside(path: string, cancelled: () => boolean, wider?: WiderLook): Promise<PackageView | undefined>;
}

/** A look that somebody waits for, other than those while somebody types. */
export interface WiderLook {
  /** The folder of an app without a package.json, which counts as its package. */
  readonly folder: string | undefined;
  /** Files that the look parses at most. */
  readonly mostParsed: number;
}

export interface OpenPackagesHost {
  /** Absolute paths of the folders of which files may be read: none in a workspace that is not trusted. */
  readonly roots: () => readonly string[];
  /** What the editor has open, by absolute path; it counts instead of what is on disk. */
  readonly opened: () => Iterable<readonly [path: string, text: string]>;
  /** Called when files turn out to have changed on disk since a look at them. */
  readonly changed: () => void;
}

interface Asked {
  readonly folder: string;
  readonly path: string;
}

interface Entry {
  texts: PackageTexts;
  /** By `performance.now()`. */
  readAt: number;
  readonly cache: PackageCache;
}

/** What was read less than this many milliseconds ago is not asked of the disk again. */
const freshMs = 2_000;

/** The packages of the files that are open in an editor. Everything is kept until it changes; of the least used nothing. */
export function createOpenPackages(host: OpenPackagesHost): OpenPackages {
  const reader = createProjectReader(createPackageReader());
  const known = new Map<string, Entry>();
  // The disk is waited for only once: what is known is used until it turns out to have changed.
  const refresh = async (key: string, { folder, path }: Asked, entry: Entry): Promise<void> => {
    const texts = await reader
      .read({ folder, file: path, roots: host.roots() }, () => known.get(key) !== entry)
      .catch(() => undefined);
    const isSame =
      texts?.size === entry.texts.size && [...texts].every(([name, text]) => entry.texts.get(name) === text);
    if (texts !== undefined && !isSame) {
      entry.texts = texts;
      host.changed();
    }
  };
  return {
    mayRead: (path) => host.roots().some((root) => leadsInside(relative(root, path))),
    folderOf: (path) => packageFolder(path, host.roots()),
    async filesBeside(path, cancelled, wider) {
      const folder = wider?.folder ?? (await packageFolder(path, host.roots()));
      if (folder === undefined) {
        return undefined;
      }
      // A file in `dist` adds that folder to what is read; the two looks are no change of the package.
      const key = `${folder}\n${ownFolders(relative(folder, path).split(sep).join("/"))}`;
      const before = known.get(key);
      const texts = before?.texts ?? (await reader.read({ folder, file: path, roots: host.roots() }, cancelled));
      if (texts === undefined) {
        return undefined;
      }
      const entry = before ?? { texts, readAt: performance.now(), cache: emptyCache() };
      if (performance.now() - entry.readAt >= freshMs) {
        entry.readAt = performance.now();
        void refresh(key, { folder, path }, entry);
      }
      known.delete(key);
      known.set(key, entry);
      for (const oldest of [...known.keys()].slice(0, -mostKept)) {
        known.delete(oldest);
      }
      const now = new Map(texts);
      for (const [open, text] of host.opened()) {
        const inside = relative(folder, open);
        const name = inside.split(sep).join("/");
        if (now.has(name) || (open === path && leadsInside(inside))) {
          now.set(name, text);
        }
      }
      return packageView(folder, now, entry.cache, wider?.mostParsed);
    },
  };
}

/** Looks at packages whose parsed files are kept. */
const mostKept = 4;
