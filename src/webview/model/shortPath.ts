import { below } from "../../shared/layers/shortPlace.ts";

/** Replaces the folder at the start of a path by `~`. */
export function withoutHome(path: string, home: string): string {
  const folder = home.replace(/[/\\]$/, "");
  if (folder.length < 2 || !path.startsWith(folder)) {
    return path;
  }
  const rest = path.slice(folder.length);
  return rest === "" || /^[/\\]/.test(rest) ? `~${rest}` : path;
}

/** Relative to the app's folder when it is below it. */
export function shortPath(path: string, root: string | undefined, home: string): string {
  return below(root, path) ?? withoutHome(path, home);
}

/** The folder with its separator, and the name, so that a name that does not fit loses its folder first. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const [, folder = "", name = path] = /^(.*[/\\])?([^/\\]*)$/s.exec(path) ?? [];
  return { folder, name };
}
