import { createRequire } from "node:module";
import { extname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { CollectedFacts } from "../../shared/layers/collected.ts";
import { packageOf } from "../../shared/layers/packageOf.ts";
import { listScripts } from "./scripts.ts";

/** At most so many are listed, so that the answer has a bound; the sums tell of all. */
const mostListed = 20_000;

/**
 * V8 reads the whole text of every script when it is first asked for them (10 ms a megabyte): with more CommonJS modules
 * than this, ES modules are not looked for.
 */
const mostCommonJs = 4_000;

/** A look for ES modules that took longer, in milliseconds, is not repeated within the rest. */
const longLookMs = 50;
const restMs = 60_000;

type Listed = CollectedFacts["code"]["modules"][number];

/** The modules of the app that are loaded. */
export interface LoadedModules {
  list(): { readonly modules: readonly Listed[]; readonly unlisted: number };
  /** Absolute paths of the addons that `require` loaded. */
  addons(): string[];
  /** How many there are, cheaply: ES modules are those of the last `list`. */
  count(): { readonly modules: number; readonly packages: number };
}

/** @param folder Where Hitless's own bundles are, which are left out. */
export function createLoadedModules(folder: string): LoadedModules {
  // One cache for all of a process.
  const { cache } = createRequire(__filename);
  const esm = createEsmList();
  let known = { cached: -1, esm: -1, files: [] as string[], addons: [] as string[], packages: 0 };

  /** Modules come and hardly ever go: nothing else is looked at as long as there are as many as before. */
  const look = (): typeof known => {
    const cached = Object.keys(cache);
    if (cached.length !== known.cached || esm.files().length !== known.esm) {
      const required = cached.filter((file) => !file.startsWith(folder + sep));
      const files = [...new Set([...required.filter((file) => extname(file) !== ".node"), ...esm.files()])];
      known = {
        cached: cached.length,
        esm: esm.files().length,
        files,
        addons: required.filter((file) => extname(file) === ".node"),
        packages: new Set(files.flatMap((file) => packageOf(file)?.folder ?? [])).size,
      };
    }
    return known;
  };

  return {
    list() {
      if (Object.keys(cache).length <= mostCommonJs) {
        esm.look();
      }
      known.cached = -1;
      const { files } = look();
      const isEsm = new Set(esm.files());
      const kindOf = (file: string): Listed["kind"] =>
        isEsm.has(file) ? "esm" : extname(file) === ".json" ? "json" : "cjs";
      const modules = files.slice(0, mostListed).map((file) => ({ file, kind: kindOf(file) }));
      return { modules, unlisted: files.length - modules.length };
    },
    addons: () => look().addons,
    count() {
      const { files, packages } = look();
      return { modules: files.length, packages };
    },
  };
}

interface EsmList {
  /** Looks for them, unless that was done a short time ago and took long. */
  look(): void;
  /** Absolute paths, as of the last look. */
  files(): readonly string[];
}

/** Nothing but V8's debugger knows which ES modules are loaded. */
function createEsmList(): EsmList {
  let files: readonly string[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  return {
    look() {
      const startedAt = performance.now();
      if (tookMs > longLookMs && startedAt - lookedAt < restMs) {
        return;
      }
      const modules = listScripts().filter(({ url, isModule }) => isModule && url.startsWith("file:"));
      files = [...new Set(modules.map(({ url }) => fileURLToPath(url)))];
      lookedAt = performance.now();
      tookMs = lookedAt - startedAt;
    },
    files: () => files,
  };
}
