import { extname, join } from "node:path";
import * as v from "valibot";
import { foldersAbove } from "../project/foldersAbove.ts";
import { readTextFile } from "../readTextFile.ts";

const manifestSchema = v.object({
  name: v.fallback(v.optional(v.string()), undefined),
  bin: v.fallback(v.optional(v.union([v.string(), v.record(v.string(), v.string())])), undefined),
  dependencies: v.fallback(v.optional(v.record(v.string(), v.unknown()), {}), {}),
  devDependencies: v.fallback(v.optional(v.record(v.string(), v.unknown()), {}), {}),
});

export type PackageBin =
  | { readonly kind: "script"; readonly file: string }
  /** A program, or a script for another interpreter. */
  | { readonly kind: "foreign" }
  | { readonly kind: "missing" };

/**
 * The JavaScript file of a program that a package brings, as it is installed for a folder: by the packages that its
 * package.json names, and those of the folders above, then by `node_modules/.bin`.
 */
export async function findPackageBin(folder: string, name: string): Promise<PackageBin> {
  let foreign = false;
  for (const base of foldersAbove(folder)) {
    for (const file of await filesOfBin(base, name)) {
      const isScript = await isNodeScript(file);
      if (isScript === true) {
        return { kind: "script", file };
      }
      foreign ||= isScript === false;
    }
  }
  return { kind: foreign ? "foreign" : "missing" };
}

async function filesOfBin(base: string, name: string): Promise<string[]> {
  const modules = join(base, "node_modules");
  const own = await manifestOf(base);
  const named = [name, ...Object.keys({ ...own?.dependencies, ...own?.devDependencies })];
  for (const dependency of new Set(named)) {
    const manifest = await manifestOf(join(modules, dependency));
    const file = manifest === undefined ? undefined : binOf(manifest, name);
    if (file !== undefined) {
      return [join(modules, dependency, file)];
    }
  }
  // A link where packages are linked by npm and yarn; what pnpm and Windows put there are scripts for a shell.
  return [join(modules, ".bin", name)];
}

function binOf({ name, bin }: v.InferOutput<typeof manifestSchema>, wanted: string): string | undefined {
  if (typeof bin === "string") {
    return name?.replace(/^@[^/]*\//, "") === wanted ? bin : undefined;
  }
  return bin?.[wanted];
}

async function manifestOf(folder: string): Promise<v.InferOutput<typeof manifestSchema> | undefined> {
  try {
    const text = await readTextFile(join(folder, "package.json"));
    return text === undefined ? undefined : v.parse(manifestSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function isNodeScript(file: string): Promise<boolean | undefined> {
  const text = await readTextFile(file).catch(() => "");
  const [first = ""] = (text ?? "").split("\n", 1);
  const named = /^\.[cm]?js$/.test(extname(file));
  return text === undefined ? undefined : first.startsWith("#!") ? /\bnode\b/.test(first) : named;
}
