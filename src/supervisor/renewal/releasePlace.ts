import { realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import type { LaunchRecipe } from "../../shared/appConfig.ts";

/** Where the files of one generation really are. */
export interface ReleasePlace {
  /** Working directory of its workers, absolute. */
  readonly cwd: string;
  /** The file they run, absolute. */
  readonly entry: string;
}

type Named = Pick<LaunchRecipe, "cwd" | "entry"> & Partial<Pick<LaunchRecipe, "nodeArgs" | "env">>;

/**
 * Follows the links in the names of an app's folder and file, as they lead now. A deployment lets a link such as `current`
 * lead to the next release: the next generation goes there, while a worker of this one that dies is started again where
 * the others of its generation are.
 */
export function resolvePlace({ cwd, entry, nodeArgs = [], env = {} }: Named): ReleasePlace {
  const realCwd = realPath(cwd);
  const keepsLinks = [...nodeArgs, ...(env.NODE_OPTIONS ?? "").split(" ")].includes("--preserve-symlinks-main");
  // Node follows the links of the entry itself, unless it is told not to.
  return { cwd: realCwd, entry: keepsLinks ? moved(entry, cwd, realCwd) : realPath(moved(entry, cwd, realCwd)) };
}

/** The same file seen from another folder; itself where it is in neither. */
export function moved(file: string, from: string, to: string): string {
  const path = relative(from, file);
  return path === "" || path.startsWith("..") || isAbsolute(path) ? file : join(to, path);
}

/** Whether two names lead to one folder. */
export function isSameFolder(one: string, other: string): boolean {
  return one === other || realPath(one) === realPath(other);
}

/** The path itself if it leads nowhere: a missing target is reported when it is used. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
