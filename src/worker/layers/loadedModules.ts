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
  const isOwn = (file: string): boolean => file.startsWith(folder + sep);
  let esm: readonly string[] = [];
  let counted = { commonJs: -1, esm: -1, modules: 0, packages: 0 };

  const required = (): string[] => Object.keys(cache).filter((file) => !isOwn(file));
  const all = (): Listed[] => {
    const files = required();
    if (files.length <= mostCommonJs) {
      esm = esmFiles();
    }
    const kinds = new Map<string, Listed["kind"]>();
    for (const file of files) {
      if (extname(file) !== ".node") {
        kinds.set(file, extname(file) === ".json" ? "json" : "cjs");
      }
    }
    for (const file of esm) {
      kinds.set(file, "esm");
    }
    return [...kinds].map(([file, kind]) => ({ file, kind }));
  };

  return {
    list() {
      const modules = all();
      return { modules: modules.slice(0, mostListed), unlisted: Math.max(0, modules.length - mostListed) };
    },
    addons: () => required().filter((file) => extname(file) === ".node"),
    count() {
      const files = required();
      if (files.length !== counted.commonJs || esm.length !== counted.esm) {
        const distinct = new Set([...files.filter((file) => extname(file) !== ".node"), ...esm]);
        const packages = new Set([...distinct].flatMap((file) => packageOf(file)?.folder ?? []));
        counted = { commonJs: files.length, esm: esm.length, modules: distinct.size, packages: packages.size };
      }
      return { modules: counted.modules, packages: counted.packages };
    },
  };
}

/** Nothing but V8's debugger knows which ES modules are loaded. */
function esmFiles(): string[] {
  const files = new Set<string>();
  for (const { url, isModule } of listScripts()) {
    if (isModule && url.startsWith("file:")) {
      files.add(fileURLToPath(url));
    }
  }
  return [...files];
}
