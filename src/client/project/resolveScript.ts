import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readPackageJson } from "./packageJson.ts";

/**
 * The file that `node <script>` would run: the file itself, with `.js` added, or what a folder's package.json `main` or
 * its index.js says. `undefined` when there is none.
 * @param script Absolute, or relative to `cwd`.
 */
export async function resolveScript(cwd: string, script: string): Promise<string | undefined> {
  const path = resolve(cwd, script);
  if (await isFile(path)) {
    return path;
  }
  if (await isFile(`${path}.js`)) {
    return `${path}.js`;
  }
  const { main } = await readPackageJson(path);
  for (const candidate of main === undefined
    ? ["index.js"]
    : [main, `${main}.js`, join(main, "index.js"), "index.js"]) {
    if (await isFile(join(path, candidate))) {
      return join(path, candidate);
    }
  }
  return undefined;
}

export async function isFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() === true;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() === true;
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
