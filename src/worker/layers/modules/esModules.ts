import { steadyNow } from "../givenTimers.ts";
import { lookCost } from "./lookCost.ts";
import { pathOf } from "./pathOf.ts";
import { listScripts } from "./scripts.ts";

/** The longest a search may be expected to block the event loop, in milliseconds. */
const mostBlockedMs = 100;

/** A search that took longer, in milliseconds, is not repeated within the pause. */
const longLookMs = 50;
const restMs = 60_000;

export interface EsModules {
  /**
   * Searches for them, unless that was done recently and took long, or would block the event loop for too long.
   * @param required Absolute paths of the CommonJS modules, whose text V8 reads too.
   */
  look(required: readonly string[]): Promise<void>;
  /** Absolute paths, as of the last search; empty before the first. */
  files(): readonly string[];
  /** Milliseconds for which a skipped search was expected to block the event loop; `undefined` after a search. */
  costMs(): number | undefined;
}

/** Only V8's debugger knows which ES modules are loaded. */
export function createEsModules(): EsModules {
  let files: readonly string[] | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  let costMs: number | undefined;
  return {
    async look(required) {
      if (tookMs > longLookMs && steadyNow() - lookedAt < restMs) {
        return;
      }
      // V8 caches its work on a text, so for those it has already read only their number counts.
      const expectedMs = await lookCost(required, { mostMs: mostBlockedMs, textsAreKnown: files !== undefined });
      if (expectedMs > mostBlockedMs) {
        costMs = files === undefined ? expectedMs : undefined;
        return;
      }
      const startedAt = steadyNow();
      const modules = listScripts().filter(({ url, isModule }) => isModule && url.startsWith("file:"));
      files = [...new Set(modules.flatMap(({ url }) => pathOf(url) ?? []))];
      lookedAt = steadyNow();
      tookMs = lookedAt - startedAt;
      costMs = undefined;
    },
    files: () => files ?? [],
    costMs: () => costMs,
  };
}
