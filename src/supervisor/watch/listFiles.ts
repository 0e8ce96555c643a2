import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { WatchRules } from "./watchRules.ts";

/** More files are not looked at. */
const mostFiles = 20_000;

export interface ListedFile {
  /** Changes with each write. */
  readonly stamp: string;
  /** Epoch milliseconds of its last change, of content or name. */
  readonly changedAt: number;
  /** Epoch milliseconds of its last write, which a copy may keep. */
  readonly writtenAt: number;
}

/** The files of an app that count, by their absolute paths. */
export async function listFiles(rules: WatchRules): Promise<Map<string, ListedFile>> {
  const files = new Map<string, ListedFile>();
  const folders: string[] = [];
  const add = async (path: string): Promise<void> => {
    const state = await stat(path).catch(() => undefined);
    if (state?.isDirectory() === true) {
      folders.push(path);
    } else if (state?.isFile() === true && rules.concerns(path)) {
      const { mtimeMs, ctimeMs, size, ino } = state;
      const stamp = `${mtimeMs} ${size} ${ino}`;
      files.set(path, { stamp, changedAt: Math.max(mtimeMs, ctimeMs), writtenAt: mtimeMs });
    }
  };
  for (const root of rules.roots) {
    await add(root);
  }
  for (let folder = folders.pop(); folder !== undefined && files.size < mostFiles; folder = folders.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      // Links are not followed here: one may lead back.
      if (!entry.isSymbolicLink() && !files.has(path) && !rules.ignores(path, entry.isDirectory())) {
        await add(path);
      }
    }
  }
  return files;
}
