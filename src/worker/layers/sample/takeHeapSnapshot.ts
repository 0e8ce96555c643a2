import { closeSync, openSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { writeHeapSnapshot } from "node:v8";

/**
 * Writes a snapshot of this process's heap. Nothing else is done meanwhile.
 * @returns How long that took, in milliseconds.
 * @throws Error when the file exists or can't be written.
 */
export function takeHeapSnapshot(file: string): { readonly ms: number } {
  // V8 would write over what is there. Only its user may read what is in the memory of an app.
  closeSync(openSync(file, "wx", 0o600));
  const from = performance.now();
  writeHeapSnapshot(file);
  return { ms: performance.now() - from };
}
