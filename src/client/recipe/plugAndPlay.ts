import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { foldersAbove } from "../project/foldersAbove.ts";
import { isFile, isFolder } from "../project/resolveScript.ts";

/**
 * What Node.js has to be told in a project of Yarn that has no `node_modules`, which is what `yarn node` does:
 * https://yarnpkg.com/features/pnp
 */
export async function plugAndPlayArgs(cwd: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  for (const base of foldersAbove(cwd)) {
    const resolver = join(base, ".pnp.cjs");
    if (await isFile(resolver)) {
      const loader = join(base, ".pnp.loader.mjs");
      // Started by Yarn, Hitless has it already.
      return environment.NODE_OPTIONS?.includes(".pnp.cjs") === true
        ? []
        : [
            "--require",
            resolver,
            ...((await isFile(loader)) ? ["--experimental-loader", pathToFileURL(loader).href] : []),
          ];
    }
    if (await isFolder(join(base, "node_modules"))) {
      return [];
    }
  }
  return [];
}
