import { basename, resolve } from "node:path";
import { type AppConfig, copiedSettings, type LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { cleanEnvironment } from "../node/cleanEnvironment.ts";
import type { NodeProgram } from "../node/nodeProgram.ts";
import { type EntryCandidate, findEntries } from "./entries.ts";
import { readEnvFile } from "./envFile.ts";
import { readPackageJson } from "./packageJson.ts";
import { isFolder, resolveScript } from "./resolveScript.ts";
import { typescriptArgs } from "./typescriptEntry.ts";

export interface RecipeOptions {
  /** Absolute; `cwd` of the configuration is relative to it. */
  readonly folder: string;
  readonly node: NodeProgram;
  /** The environment that the workers inherit, before it is cleaned. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Makes the complete recipe of an app from what the user wrote. Without `entry` it is the best that `findEntries`
 * finds, with the flags, arguments and variables of its start script.
 * @throws HitlessError `entryNotFound`, `badConfig` or `typescriptUnsupported`.
 */
export async function buildRecipe(config: AppConfig, options: RecipeOptions): Promise<LaunchRecipe> {
  const { folder, node, environment } = options;
  const cwd = appFolder(config, folder);
  if (!(await isFolder(cwd))) {
    throw new HitlessError("badConfig", `cwd: the folder ${cwd} does not exist.`, { remedy: "openSettings" });
  }
  const found = config.entry === undefined ? await bestEntry(cwd) : undefined;
  const entry = await resolveScript(cwd, found?.entry ?? config.entry ?? "");
  if (entry === undefined) {
    throw new HitlessError("entryNotFound", `The entry ${resolve(cwd, config.entry ?? "")} does not exist.`, {
      remedy: "openSettings",
    });
  }
  const nodeArgs = [...(config.nodeArgs ?? found?.nodeArgs ?? [])];
  const envFile = config.envFile === undefined ? {} : await readEnvFile(resolve(cwd, config.envFile));
  return {
    ...copiedSettings(config),
    name: config.name ?? (await defaultName(cwd)),
    entry,
    cwd,
    args: [...(config.args ?? found?.args ?? [])],
    env: { ...cleanEnvironment(environment), ...found?.env, ...envFile, ...config.env },
    nodeArgs: [...typescriptArgs(entry, cwd, node, nodeArgs), ...nodeArgs],
  };
}

/** The working directory of an app, absolute. */
export function appFolder(config: AppConfig, folder: string): string {
  return resolve(folder, config.cwd ?? ".");
}

async function bestEntry(cwd: string): Promise<EntryCandidate> {
  const [best] = await findEntries(cwd);
  if (best === undefined) {
    const { problem } = await readPackageJson(cwd);
    const manifest =
      problem === undefined ? "no package.json with a start script or main" : `its package.json ${problem}`;
    throw new HitlessError(
      "entryNotFound",
      `No app was found in ${cwd}: ${manifest}, and no server.js, app.js or index.js. Name the file to run.`,
      { remedy: "openSettings" },
    );
  }
  return best;
}

/** The package's name without its scope, else the folder's, reduced to the characters that a name may contain. */
export async function defaultName(cwd: string): Promise<string> {
  const { name } = await readPackageJson(cwd);
  for (const candidate of [name?.replace(/^@[^/]*\//, ""), basename(cwd)]) {
    const fitting = candidate
      ?.replace(/[^\p{L}\p{N} ._@/-]/gu, "-")
      .replace(/^[^\p{L}\p{N}]+/u, "")
      .slice(0, 100);
    if (fitting !== undefined && fitting !== "") {
      return fitting;
    }
  }
  return "app";
}
