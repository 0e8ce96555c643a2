import { join, relative, sep } from "node:path";
import { readPackageJson } from "./packageJson.ts";
import { isFile, resolveScript } from "./resolveScript.ts";
import { parseStartScript } from "./startScript.ts";

/** A file of a folder that may be the app's. */
export interface EntryCandidate {
  /** Relative to the folder, with `/`. */
  readonly entry: string;
  /** Where it was found, for the user: `scripts.start`, `main`, or `file name`. */
  readonly why: string;
  readonly nodeArgs: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const extensions = [".js", ".cjs", ".mjs", ".ts", ".mts", ".cts"];

const usualPlaces = [
  "server",
  "app",
  "index",
  "src/server",
  "src/app",
  "src/index",
  "src/main",
  "dist/main",
  "dist/server",
  "dist/index",
];

/**
 * The files of a folder that look like a server to start, best first: what package.json `scripts.start` runs (with its
 * flags, arguments and variables), its `main`, then the usual names. Only existing files, each once.
 */
export async function findEntries(folder: string): Promise<EntryCandidate[]> {
  const { main, scripts } = await readPackageJson(folder);
  const found = new Map<string, EntryCandidate>();
  const add = (file: string | undefined, why: string, how: Partial<EntryCandidate> = {}) => {
    const entry = file === undefined ? undefined : relative(folder, file).split(sep).join("/");
    if (entry !== undefined && !found.has(entry)) {
      const { nodeArgs = [], args = [], env = {} } = how;
      found.set(entry, { entry, why, nodeArgs, args, env });
    }
  };
  const start = scripts?.start === undefined ? undefined : parseStartScript(scripts.start);
  if (start !== undefined) {
    const { file, ...how } = start;
    add(await resolveScript(folder, file), "scripts.start", how);
  }
  if (main !== undefined) {
    add(await resolveScript(folder, main), "main");
  }
  for (const place of usualPlaces) {
    for (const extension of extensions) {
      const file = join(folder, place + extension);
      if (await isFile(file)) {
        add(file, "file name");
      }
    }
  }
  return [...found.values()];
}
