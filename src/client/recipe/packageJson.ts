import { join } from "node:path";
import * as v from "valibot";
import { readTextFile, UnreadableFile } from "../readTextFile.ts";

/** The fields of a package.json that Hitless reads; one of an unexpected kind counts as absent. */
const packageJsonSchema = v.object({
  name: v.fallback(v.optional(v.string()), undefined),
  main: v.fallback(v.optional(v.string()), undefined),
  scripts: v.fallback(v.optional(v.object({ start: v.fallback(v.optional(v.string()), undefined) })), undefined),
});
export type PackageJson = v.InferOutput<typeof packageJsonSchema> & {
  /** Why an existing file was not read, as a predicate such as `is a folder`. */
  readonly problem?: string;
};

/** The package.json of a folder; an empty one when there is none or it can't be read as JSON. */
export async function readPackageJson(folder: string): Promise<PackageJson> {
  const nothing = { name: undefined, main: undefined, scripts: undefined };
  try {
    const text = await readTextFile(join(folder, "package.json"));
    return text === undefined ? nothing : v.parse(packageJsonSchema, JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...nothing, problem: error instanceof UnreadableFile ? message : `can't be read as JSON: ${message}` };
  }
}
