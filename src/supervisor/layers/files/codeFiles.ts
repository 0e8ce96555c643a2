import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LayerFacts, LoadedModule, LoadedPackage } from "../../../shared/layers/facts.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";

/** Files inspected at a time: the supervisor has connections to distribute meanwhile. */
const filesAtATime = 16;

type CodeFiles = Pick<LayerFacts["code"], "modules" | "packages" | "own" | "esm" | "cjs">;

/** Determines the sizes of loaded modules and the packages they belong to. */
export async function describeCode(loaded: readonly Pick<LoadedModule, "file" | "kind">[]): Promise<CodeFiles> {
  const modules = await inSlices(loaded, async ({ file, kind }): Promise<LoadedModule> => {
    const bytes = await sizeOf(file);
    const owner = packageOf(file)?.name;
    return {
      file,
      kind,
      ...(owner === undefined ? {} : { package: owner }),
      ...(bytes === undefined ? {} : { bytes }),
    };
  });
  const own = modules.filter((module) => module.package === undefined);
  return {
    modules,
    packages: await describePackages(modules),
    own: { modules: own.length, bytes: sum(own) },
    esm: modules.filter(({ kind }) => kind === "esm").length,
    cjs: modules.filter(({ kind }) => kind === "cjs").length,
  };
}

async function describePackages(modules: readonly LoadedModule[]): Promise<LoadedPackage[]> {
  const byFolder = new Map<string, { readonly name: string; readonly modules: LoadedModule[] }>();
  for (const module of modules) {
    const owner = packageOf(module.file);
    if (owner !== undefined) {
      const known = byFolder.get(owner.folder) ?? { name: owner.name, modules: [] };
      known.modules.push(module);
      byFolder.set(owner.folder, known);
    }
  }
  const packages = await inSlices([...byFolder], async ([folder, { name, modules: members }]) => {
    const version = await packageVersion(folder);
    return {
      name,
      ...(version === undefined ? {} : { version }),
      folder,
      modules: members.length,
      bytes: sum(members),
    };
  });
  return packages.sort((a, b) => a.name.localeCompare(b.name, "en") || a.folder.localeCompare(b.folder, "en"));
}

/** The `version` of the package.json in a folder. */
async function packageVersion(folder: string): Promise<string | undefined> {
  return versionIn(await readManifest(folder));
}

export function versionIn({ version }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof version === "string" ? version : undefined;
}

/** The package.json in a folder; empty if there is none or it is unreadable. */
export async function readManifest(folder: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null ? { ...manifest } : {};
  } catch {
    return {};
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size;
}

function sum(modules: readonly LoadedModule[]): number {
  return modules.reduce((total, { bytes = 0 }) => total + bytes, 0);
}

async function inSlices<Item, Result>(items: readonly Item[], run: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += filesAtATime) {
    results.push(...(await Promise.all(items.slice(start, start + filesAtATime).map(run))));
  }
  return results;
}
