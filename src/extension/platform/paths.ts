import { isAbsolute, relative, sep } from "node:path";

/** Whether two absolute paths name the same place; on Windows letter case does not matter. */
export function samePath(a: string, b: string): boolean {
  return relative(a, b) === "";
}

/** Whether `path` is `folder` or lies below it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}
