import { fileURLToPath } from "node:url";

/** Absolute path of a script; `undefined` if there is none, since not every `file:` URL is that of a file. */
export function pathOf(url: string): string | undefined {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return undefined;
  }
}
