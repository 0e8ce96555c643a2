import { watch } from "node:fs";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { coalesce } from "../platform/coalesce.ts";
import { DisposableStore } from "../platform/disposableStore.ts";

/** A supervisor writes its file and then its first client connects: one look serves both. */
const settleMs = 150;

/**
 * Calls back soon after a supervisor came or went, in whatever program it was started. Where folders can't be watched
 * (some network drives) it never calls; the window's focus is the second chance.
 */
export function watchEndpoints(folder: string, changed: () => void): Disposable {
  const store = new DisposableStore();
  const settled = store.add(coalesce(settleMs, changed));
  try {
    const watcher = watch(folder, { persistent: false }, (_event, file) => {
      if (file === null || file.endsWith(".json")) {
        settled();
      }
    });
    watcher.on("error", () => watcher.close());
    store.add({ dispose: () => watcher.close() });
  } catch {
    // As above: without it apps from a terminal appear when the window is focused.
  }
  return store;
}
