import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";

/** What Hitless reads of a package.json; a field of an unexpected kind counts as absent. */
const packageJsonSchema = v.object({
  name: v.fallback(v.optional(v.string()), undefined),
  main: v.fallback(v.optional(v.string()), undefined),
  scripts: v.fallback(v.optional(v.object({ start: v.fallback(v.optional(v.string()), undefined) })), undefined),
});
export type PackageJson = v.InferOutput<typeof packageJsonSchema>;

/** The package.json of a folder; an empty one when there is none or it can't be read as JSON. */
export async function readPackageJson(folder: string): Promise<PackageJson> {
  try {
    const text = await readFile(join(folder, "package.json"), "utf8");
    return v.parse(packageJsonSchema, JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch {
    return { name: undefined, main: undefined, scripts: undefined };
  }
}
