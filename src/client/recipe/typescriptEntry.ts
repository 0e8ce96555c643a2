import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { HitlessError } from "../../shared/errors.ts";
import { compareVersions } from "../node/installedNodes.ts";
import type { NodeProgram } from "../node/nodeProgram.ts";
import { addPackageCommand } from "../project/packageManager.ts";

/**
 * The flags that Node.js needs for this entry, if it is TypeScript and the user has set no loader. Type stripping came
 * behind a flag with 22.6 and works without from 22.18 and 23.6: https://nodejs.org/api/typescript.html#type-stripping
 * @throws HitlessError `typescriptUnsupported` when this Node.js can't and the project has no tsx.
 */
export async function typescriptArgs(
  entry: string,
  cwd: string,
  node: NodeProgram,
  nodeArgs: readonly string[],
): Promise<string[]> {
  if (!/^\.[cm]?ts$/.test(extname(entry)) || nodeArgs.some(bringsLoader)) {
    return [];
  }
  const version = node.version.slice(1);
  const minor = (least: string) => compareVersions(version, least) >= 0;
  if (version.startsWith("22.") ? minor("22.18.0") : minor("23.6.0")) {
    return [];
  }
  if (minor("22.6.0")) {
    return ["--experimental-strip-types"];
  }
  const tsx = resolveTsx(cwd);
  if (tsx !== undefined) {
    return ["--import", pathToFileURL(tsx).href];
  }
  throw new HitlessError(
    "typescriptUnsupported",
    `Node.js ${version} (${node.path}) can't run the TypeScript file ${entry}. Use Node.js 22.18 or newer, ` +
      `install tsx in the project (${await addPackageCommand(cwd, "tsx")}), or name the compiled JavaScript file as the entry.`,
    { remedy: "pickNode" },
  );
}

/** A flag of the user that handles TypeScript. */
function bringsLoader(argument: string): boolean {
  return /^(?:--import|--require|-r|--loader|--experimental-loader|--experimental-(?:strip|transform)-types)(?:=|$)/.test(
    argument,
  );
}

function resolveTsx(cwd: string): string | undefined {
  try {
    return createRequire(join(cwd, "package.json")).resolve("tsx");
  } catch {
    return undefined;
  }
}
