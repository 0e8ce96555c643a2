import { relative } from "node:path";
import { leadsInside } from "../../shared/basics/leadsInside.ts";

/** Whether two absolute paths name the same place; on Windows letter case does not matter. */
export function samePath(a: string, b: string): boolean {
  return relative(a, b) === "";
}

/** Whether `path` is `folder` or lies below it. */
export function isInside(folder: string, path: string): boolean {
  return leadsInside(relative(folder, path));
}
