/**
 * Whether a path leads to the folder itself or to something below it.
 * @param way What `relative(folder, path)` of `node:path` gave: on Windows it is absolute for another drive.
 */
export function leadsInside(way: string): boolean {
  return !/^(?:\.\.(?:[\\/]|$)|[\\/]|[a-z]:[\\/])/i.test(way);
}
