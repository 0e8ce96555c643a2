import { relative, sep } from "node:path";
import { leadsInside } from "../../shared/basics/leadsInside.ts";
import { createPackageReader, type PackageTexts, packageFolder } from "./packageReader.ts";
import { emptyCache, type PackageCache, type PackageView, packageView } from "./packageView.ts";

export interface OpenPackages {
  /** Whether files beside this one may be read at all. */
  mayRead(path: string): boolean;
  /** The files of the package around a file; `undefined` where none may be read, or it was cancelled. */
  filesBeside(path: string, cancelled: () => boolean): Promise<PackageView | undefined>;
}

export interface OpenPackagesHost {
  /** Absolute paths of the folders of which files may be read: none in a workspace that is not trusted. */
  readonly roots: () => readonly string[];
  /** What the editor has open, by absolute path; it counts instead of what is on disk. */
  readonly opened: () => Iterable<readonly [path: string, text: string]>;
  /** Called when files turn out to have changed on disk since a look at them. */
  readonly changed: () => void;
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
  const reader = createPackageReader();
  const known = new Map<string, Entry>();
  // The disk is waited for only once: what is known is used until it turns out to have changed.
  const refresh = async (folder: string, path: string, entry: Entry): Promise<void> => {
    const texts = await reader.read(folder, path, () => known.get(folder) !== entry).catch(() => undefined);
    const isSame =
      texts?.size === entry.texts.size && [...texts].every(([name, text]) => entry.texts.get(name) === text);
    if (texts !== undefined && !isSame) {
      entry.texts = texts;
      host.changed();
    }
  };
  return {
    mayRead: (path) => host.roots().some((root) => leadsInside(relative(root, path))),
    async filesBeside(path, cancelled) {
      const folder = await packageFolder(path, host.roots());
      if (folder === undefined) {
        return undefined;
      }
      const before = known.get(folder);
      const texts = before?.texts ?? (await reader.read(folder, path, cancelled));
      if (texts === undefined) {
        return undefined;
      }
      const entry = before ?? { texts, readAt: performance.now(), cache: emptyCache() };
      if (performance.now() - entry.readAt >= freshMs) {
        entry.readAt = performance.now();
        void refresh(folder, path, entry);
      }
      known.delete(folder);
      known.set(folder, entry);
      for (const oldest of [...known.keys()].slice(0, -mostKept)) {
        known.delete(oldest);
      }
      const now = new Map(texts);
      for (const [open, text] of host.opened()) {
        const inside = relative(folder, open);
        const name = inside.split(sep).join("/");
        if (leadsInside(inside) && (open === path || now.has(name))) {
          now.set(name, text);
        }
      }
      return packageView(folder, now, entry.cache);
    },
  };
}

/** Packages whose parsed files are kept. */
const mostKept = 4;
