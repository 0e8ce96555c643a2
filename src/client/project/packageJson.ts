import { join } from "node:path";
import * as v from "valibot";
import { readTextFile, UnreadableFile } from "../readTextFile.ts";

const texts = v.record(v.string(), v.fallback(v.optional(v.string()), undefined));

/** What nodemon is told by a `nodemon.json` or a field of package.json. */
const nodemonSchema = v.object({
  exec: v.fallback(v.optional(v.string()), undefined),
  env: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
});

/** What Hitless reads of a package.json; a field of an unexpected kind counts as absent. */
const packageJsonSchema = v.object({
  name: v.fallback(v.optional(v.string()), undefined),
  version: v.fallback(v.optional(v.string()), undefined),
  main: v.fallback(v.optional(v.string()), undefined),
  packageManager: v.fallback(v.optional(v.string()), undefined),
  scripts: v.fallback(v.optional(texts), undefined),
  config: v.fallback(v.optional(v.record(v.string(), v.unknown())), undefined),
  engines: v.fallback(v.optional(v.record(v.string(), v.unknown())), undefined),
  nodemonConfig: v.fallback(v.optional(nodemonSchema), undefined),
});
export type PackageJson = Partial<v.InferOutput<typeof packageJsonSchema>> & {
  /** Why nothing was read of a file that is there, as a predicate such as `is a folder`. */
  readonly problem?: string;
};

/** The package.json of a folder; an empty one when there is none or it can't be read as JSON. */
export async function readPackageJson(folder: string): Promise<PackageJson> {
  try {
    const text = await readTextFile(join(folder, "package.json"));
    return text === undefined ? {} : v.parse(packageJsonSchema, JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: error instanceof UnreadableFile ? message : `can't be read as JSON: ${message}` };
  }
}

/** What nodemon is told in a folder: by its own file, which wins, or by package.json. */
export async function readNodemonConfig(folder: string): Promise<v.InferOutput<typeof nodemonSchema>> {
  const { nodemonConfig } = await readPackageJson(folder);
  try {
    const text = await readTextFile(join(folder, "nodemon.json"));
    return text === undefined
      ? { exec: undefined, env: undefined, ...nodemonConfig }
      : v.parse(nodemonSchema, JSON.parse(text));
  } catch {
    return { exec: undefined, env: undefined, ...nodemonConfig };
  }
}
