import { closeSync, openSync } from "node:fs";
import { writeHeapSnapshot } from "node:v8";
import { steadyNow } from "../givenTimers.ts";

/**
 * Writes a snapshot of this process's heap. Nothing else is done meanwhile.
 * @returns How long that took, in milliseconds.
 * @throws Error when the file exists or can't be written.
 */
export function takeHeapSnapshot(file: string): { readonly ms: number } {
  // V8 would write over what is there. Only its user may read what is in the memory of an app.
  closeSync(openSync(file, "wx", 0o600));
  const from = steadyNow();
  writeHeapSnapshot(file);
  return { ms: steadyNow() - from };
}
