/**
 * Whether a path is the folder itself or below it.
 * @param way The result of `relative(folder, path)` of `node:path`: absolute on Windows for another drive.
 */
export function leadsInside(way: string): boolean {
  return !/^(?:\.\.(?:[\\/]|$)|[\\/]|[a-z]:[\\/])/i.test(way);
}
