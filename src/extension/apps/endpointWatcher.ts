import { watch } from "node:fs";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { coalesce } from "../platform/coalesce.ts";
import { DisposableStore } from "../platform/disposableStore.ts";

/** A supervisor writes its file and then its first client connects: one search serves both. */
const settleMs = 150;

/**
 * Calls back soon after a supervisor started or ended, whichever program started it. Where folders can't be watched
 * (some network drives) it never calls; focusing the window is the fallback.
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
    // Then apps from a terminal appear when the window is focused.
  }
  return store;
}
