import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";

/** More is not looked at: a reload must not be slowed for a rollback that may never be requested. */
const mostFiles = 5_000;

/** What an app writes while it runs, and what is installed: neither is what was released. */
const leftOut = /^(?:node_modules|\.git|logs?|te?mp|\.?cache)$/i;
const written = /\.(?:log|pid|sock)$/i;

/** The files of an app, by their names within its folder: each with its size and the time of its last change. */
export type FolderState = ReadonlyMap<string, string>;

/**
 * Looks at the files in and below a folder, and at the entry should it lie elsewhere; their contents are not read.
 * @returns `undefined` if they are too many, or can't be read.
 */
export async function readFolderState(folder: string, entry: string): Promise<FolderState | undefined> {
  const state = new Map<string, string>();
  const note = async (file: string): Promise<void> => {
    const { size, mtimeMs } = await stat(file);
    state.set(relative(folder, file), `${size} ${mtimeMs}`);
  };
  try {
    await note(entry);
    const folders = [folder];
    for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
      for (const found of await readdir(below, { withFileTypes: true })) {
        const path = join(below, found.name);
        if (found.isDirectory() && !leftOut.test(found.name)) {
          folders.push(path);
        } else if (found.isFile() && !written.test(found.name)) {
          await note(path);
        }
      }
      if (state.size > mostFiles) {
        return undefined;
      }
    }
    return state;
  } catch {
    return undefined;
  }
}

/** The files in which two states differ, by name. */
export function changedFiles(then: FolderState, now: FolderState): string[] {
  const names = new Set([...then.keys(), ...now.keys()]);
  return [...names].filter((name) => then.get(name) !== now.get(name)).sort();
}
