import { packageOf } from "./packageOf.ts";

/** Path relative to a folder, when it is below it; else `undefined`. Drives of Windows are written in either case. */
export function below(folder: string | undefined, path: string): string | undefined {
  const start = folder?.replace(/[/\\]$/, "") ?? "";
  const isStart = /^[a-z]:/i.test(start)
    ? path.slice(0, start.length).toLowerCase() === start.toLowerCase()
    : path.startsWith(start);
  return start !== "" && isStart && /^[/\\]./.test(path.slice(start.length)) ? path.slice(start.length + 1) : undefined;
}

/**
 * A file as one looks for it: `express/lib/router/index.js` in a package, `lib/passwords.js` below the app's folder,
 * else as it is.
 */
export function shortPlace(file: string, root: string | undefined): string {
  const owner = packageOf(file);
  return owner === undefined
    ? (below(root, file) ?? file)
    : owner.name + file.slice(owner.folder.length).replaceAll("\\", "/");
}
