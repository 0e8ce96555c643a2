import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { findRepository } from "../renewal/sourceState.ts";

/** Git compares names as the system does: https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreignoreCase */
export function ignoresCase(): boolean {
  return process.platform === "win32" || process.platform === "darwin";
}

export interface GitIgnored {
  /** Absolute path of the repository's folder `.git`; absent outside of one, and in a linked worktree. */
  readonly gitFolder: string | undefined;
  /** Whether git ignores this file or folder, or one that it is in. */
  (path: string, isFolder: boolean): boolean;
}

/**
 * What `.gitignore` files say of what is in a folder: those of the folder and below it, those above it up to the
 * repository's, and `.git/info/exclude`. They are read once.
 * @param root Absolute.
 */
export function createGitIgnored(root: string): GitIgnored {
  const repository = findRepository(root);
  const top = repository ?? root;
  const files = new Map<string, Ignore | undefined>();
  const folders = new Map<string, boolean>();

  const rulesOf = (folder: string): Ignore | undefined => {
    if (!files.has(folder)) {
      const excluded = folder === repository ? readRules(join(folder, ".git", "info", "exclude")) : "";
      const text = excluded + readRules(join(folder, ".gitignore"));
      files.set(folder, text === "" ? undefined : ignore({ ignorecase: ignoresCase() }).add(text));
    }
    return files.get(folder);
  };

  /** The rules of the nearest folder that say something of the path decide. */
  const named = (path: string, isFolder: boolean): boolean => {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const name = relative(folder, path).split(sep).join("/") + (isFolder ? "/" : "");
      const { ignored = false, unignored = false } = rulesOf(folder)?.test(name) ?? {};
      if (ignored || unignored) {
        return ignored;
      }
      if (folder === top || folder === dirname(folder)) {
        return false;
      }
    }
  };

  const folderIgnored = (folder: string): boolean => {
    if (!isBelow(top, folder)) {
      return false;
    }
    const known = folders.get(folder);
    const result = known ?? (folderIgnored(dirname(folder)) || named(folder, true));
    folders.set(folder, result);
    return result;
  };

  const isIgnored = (path: string, isFolder: boolean): boolean => {
    if (!isBelow(top, path)) {
      return false;
    }
    return isFolder ? folderIgnored(path) : folderIgnored(dirname(path)) || named(path, false);
  };
  const git = repository === undefined ? undefined : join(repository, ".git");
  return Object.assign(isIgnored, { gitFolder: git });
}

/** Whether a path is in a folder, and not the folder itself. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way);
}

/** Empty where there is no such file, or it can't be read. */
function readRules(file: string): string {
  try {
    return `${readFileSync(file, "utf8")}\n`;
  } catch {
    return "";
  }
}
