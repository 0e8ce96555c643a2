import { fileURLToPath } from "node:url";

/** Absolute path of a script, or its URL where it has none. */
export function fileOf(url: string): string {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}
