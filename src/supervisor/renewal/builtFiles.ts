import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** More is not read: a reload must not be slowed for a rollback that may never be requested. */
const mostFiles = 2_000;
const mostBytes = 64 * 1_048_576;

/**
 * A digest of the names and contents of all files in and below a folder, without `node_modules`.
 * @returns `undefined` if they are too many, too large or unreadable.
 */
export async function readBuiltFiles(folder: string): Promise<string | undefined> {
  try {
    const files = await listFiles(folder);
    const hash = createHash("sha256");
    let left = mostBytes;
    for (const file of files.sort()) {
      left -= (await stat(join(folder, file))).size;
      if (left < 0) {
        return undefined;
      }
      hash.update(`${file}\0`).update(await readFile(join(folder, file)));
    }
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

/** Relative to the folder. */
async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [""];
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const name = join(below, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules") {
        folders.push(name);
      } else if (entry.isFile()) {
        files.push(name);
      }
    }
    if (files.length > mostFiles) {
      throw new Error(`more than ${mostFiles} files`);
    }
  }
  return files;
}
