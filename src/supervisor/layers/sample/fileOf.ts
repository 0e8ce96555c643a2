import { fileURLToPath } from "node:url";

/** Absolute path of a script, or its URL if it has no path. */
export function fileOf(url: string): string {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}
