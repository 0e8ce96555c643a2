import { createRequire } from "node:module";
import { extname, sep } from "node:path";
import type { CollectedFacts } from "../../../shared/layers/collected.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import { createEsModules } from "./esModules.ts";

/** At most this many are listed, to limit the answer; the sums include all. */
const mostListed = 20_000;

type Listed = CollectedFacts["code"]["modules"][number];

export interface LoadedModules {
  list(): Promise<Pick<CollectedFacts["code"], "modules" | "unlisted" | "esmCostMs">>;
  /** Absolute paths of the addons loaded by `require`. */
  addons(): string[];
  /** Names of their packages: of ES modules as of the last `list`. */
  packages(): string[];
  /** How many there are, cheaply: ES modules as of the last `list`. */
  count(): { readonly modules: number; readonly packages: number };
}

/** @param folder The folder of Hitless's own bundles, which are left out. */
export function createLoadedModules(folder: string): LoadedModules {
  // One cache for the whole process.
  const { cache } = createRequire(__filename);
  const esm = createEsModules();
  let known = { cached: -1, esm: -1, files: [] as string[], addons: [] as string[], packages: 0 };

  /** Modules are hardly ever unloaded: nothing is searched while their number is unchanged. */
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
    async list() {
      await esm.look(Object.keys(cache).filter((file) => !/\.(node|json)$/.test(file)));
      known.cached = -1;
      const { files } = look();
      const isEsm = new Set(esm.files());
      const kindOf = (file: string): Listed["kind"] =>
        isEsm.has(file) ? "esm" : extname(file) === ".json" ? "json" : "cjs";
      const modules = files.slice(0, mostListed).map((file) => ({ file, kind: kindOf(file) }));
      const esmCostMs = esm.costMs();
      return {
        modules,
        unlisted: files.length - modules.length,
        ...(esmCostMs === undefined ? {} : { esmCostMs: Math.round(esmCostMs) }),
      };
    },
    addons: () => look().addons,
    packages: () => [...new Set(look().files.flatMap((file) => packageOf(file)?.name ?? []))],
    count() {
      const { files, packages } = look();
      return { modules: files.length, packages };
    },
  };
}
