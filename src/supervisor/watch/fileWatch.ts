import { existsSync, lstatSync, type FSWatcher as NodeWatcher, watch as watchName } from "node:fs";
import { basename, dirname } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { explainWatchError } from "./watchError.ts";
import type { WatchRules } from "./watchRules.ts";

/** How often it is looked whether a folder that was removed has come back, in milliseconds. */
const returnMs = 500;

export interface FileWatchOptions {
  readonly rules: WatchRules;
  /** Absolute; names whose links may be made to lead elsewhere. */
  readonly names: readonly string[];
  /** A file that counts was written, made or removed. */
  readonly onChange: (file: string) => void;
  /** A name leads elsewhere now, or a watched folder has come back: what is watched must be chosen anew. */
  readonly onMove: (name: string) => void;
  /** Watching does not work any more, and why; the watch has been closed. */
  readonly onTrouble: (reason: string) => void;
}

export interface FileWatch {
  /** Resolves when every change from then on is noticed, or it can't be. */
  readonly ready: Promise<void>;
  close(): void;
}

/**
 * Watches the files of an app with chokidar: it makes of the systems' different events what happened to which file, and
 * follows editors that save by renaming, and folders that are removed and made again.
 */
export function openFileWatch({ rules, names, onChange, onMove, onTrouble }: FileWatchOptions): FileWatch {
  let closed = false;
  let noLongerAwaited: () => void = () => undefined;
  let returning: NodeJS.Timeout | undefined;
  const links: NodeWatcher[] = [];
  const watcher: FSWatcher = watch([...rules.roots], {
    ignoreInitial: true,
    // Changes are gathered until it is quiet: a removed file that comes back within that time needs no wait here.
    atomic: false,
    ignored: (path, stats) => rules.ignores(path, stats?.isDirectory()),
  });
  const close = (): void => {
    if (!closed) {
      closed = true;
      clearInterval(returning);
      for (const link of links) {
        link.close();
      }
      watcher.close().catch(() => undefined);
      noLongerAwaited();
    }
  };
  const fail = (error: unknown): void => {
    if (!closed) {
      close();
      onTrouble(explainWatchError(error));
    }
  };
  const changed = (file: string): void => {
    if (!closed && rules.concerns(file)) {
      onChange(file);
    }
  };
  const ready = new Promise<void>((resolve) => {
    noLongerAwaited = resolve;
    watcher.once("ready", resolve);
    watcher.once("error", () => resolve());
  });
  for (const event of ["add", "change", "unlink"] as const) {
    watcher.on(event, changed);
  }
  watcher.on("error", fail);
  watcher.on("unlinkDir", (folder) => {
    if (!closed && rules.roots.includes(folder)) {
      returning ??= setInterval(() => {
        if (existsSync(folder)) {
          clearInterval(returning);
          onMove(folder);
        }
      }, returnMs);
    }
  });
  try {
    for (const name of linksAmong(names)) {
      // The link itself can't be watched: its name in its folder can.
      const link = watchName(dirname(name), { persistent: false }, (_event, which) => {
        if (which === null || which === basename(name)) {
          onMove(name);
        }
      });
      link.on("error", () => link.close());
      links.push(link);
    }
  } catch (error) {
    // Not at once: whoever opens it does not have it yet.
    setImmediate(() => fail(error));
  }
  return { ready, close };
}

/** The links on the ways to these names. */
function linksAmong(names: readonly string[]): Set<string> {
  const links = new Set<string>();
  for (const name of names) {
    for (let path = name; path !== dirname(path); path = dirname(path)) {
      if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
        links.add(path);
      }
    }
  }
  return links;
}
