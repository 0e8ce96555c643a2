import { basename, resolve } from "node:path";
import { type AppConfig, copiedSettings, type LaunchRecipe } from "../../shared/appConfig.ts";
import { mergeVariables } from "../../shared/basics/mergeVariables.ts";
import { HitlessError } from "../../shared/errors.ts";
import { cleanEnvironment, debugTerminalOf } from "../node/cleanEnvironment.ts";
import type { NodeProgram } from "../node/nodeProgram.ts";
import { readPackageJson } from "../project/packageJson.ts";
import { resolveScript } from "../project/resolveScript.ts";
import { chooseEntry, requireFolder } from "./chooseEntry.ts";
import type { EntryCandidate } from "./entries.ts";
import { readEnvFile } from "./envFile.ts";
import { logsOf } from "./logPaths.ts";
import { npmEnvironment } from "./npmEnvironment.ts";
import { plugAndPlayArgs } from "./plugAndPlay.ts";
import { taskCommand } from "./taskCommand.ts";
import { typescriptArgs } from "./typescriptEntry.ts";

export interface RecipeOptions {
  /** Absolute; `cwd` of the configuration is relative to it. */
  readonly folder: string;
  readonly node: NodeProgram;
  /** The environment that the workers inherit, before it is cleaned. */
  readonly environment: NodeJS.ProcessEnv;
  /** The environment is that of a terminal in which the person starts the app, and whose debugger gets the workers too. */
  readonly inTerminal?: boolean;
  /** How the entry is started, if it is one that `findEntries` has found; default: the best, unless `entry` says which. */
  readonly candidate?: EntryCandidate;
  /** The output is shown in a terminal, which this process is not: of this width in characters, if it is known. */
  readonly terminal?: { readonly columns?: number };
}

/**
 * Makes the complete recipe of an app from what the user wrote. Without `entry` it is the best that `findEntries`
 * finds, with the flags, arguments and variables of its start script.
 * @throws HitlessError `entryNotFound`, `badConfig` or `typescriptUnsupported`.
 */
export async function buildRecipe(config: AppConfig, options: RecipeOptions): Promise<LaunchRecipe> {
  const { folder, node, environment } = options;
  const base = appFolder(config, folder);
  await requireFolder(base);
  const automatic = config.entry === undefined ? await chosen(base, options) : undefined;
  const found = options.candidate ?? automatic;
  const cwd = found?.cwd ?? base;
  const entry = await resolveScript(base, found?.entry ?? config.entry ?? "");
  if (entry === undefined) {
    throw new HitlessError("entryNotFound", `The entry ${resolve(base, config.entry ?? "")} does not exist.`, {
      remedy: "openSettings",
    });
  }
  const nodeArgs = [...(config.nodeArgs ?? found?.nodeArgs ?? [])];
  const envFile = config.envFile === undefined ? {} : await readEnvFile(resolve(base, config.envFile));
  const env = mergeVariables(
    process.platform,
    await environmentOf(environment, base, found),
    options.inTerminal === true ? debugTerminalOf(environment) : {},
    envFile,
    config.env ?? {},
  );
  return {
    ...copiedSettings(config),
    ...(typeof config.preReload === "string" && { preReload: await taskCommand(config.preReload, base, env) }),
    ...(config.logs !== undefined && { logs: logsOf(config.logs, base) }),
    name: config.name ?? (await defaultName(base)),
    entry,
    cwd,
    args: [...(config.args ?? found?.args ?? [])],
    env: options.terminal === undefined ? env : { ...terminalVariables(env, options.terminal), ...env },
    nodeArgs: [
      ...(await plugAndPlayArgs(cwd, environment)),
      ...(await typescriptArgs(entry, cwd, node, nodeArgs)),
      ...nodeArgs,
    ],
  };
}

/** The working directory of an app, absolute. */
export function appFolder(config: AppConfig, folder: string): string {
  return resolve(folder, config.cwd ?? ".");
}

/** What tells programs that write into a pipe that a terminal is at its end; nothing where the person has said it. */
function terminalVariables(
  env: Readonly<Record<string, string>>,
  { columns }: NonNullable<RecipeOptions["terminal"]>,
): Record<string, string> {
  const declined = env.NO_COLOR !== undefined || env.FORCE_COLOR !== undefined || env.TERM === "dumb";
  const depth = /truecolor|24bit/.test(env.COLORTERM ?? "") ? "3" : env.TERM?.includes("256") === true ? "2" : "1";
  return {
    ...(!declined && { FORCE_COLOR: depth }),
    ...(columns !== undefined && { COLUMNS: String(columns) }),
  };
}

async function chosen(folder: string, { candidate, environment }: RecipeOptions): Promise<EntryCandidate> {
  return candidate ?? (await chooseEntry(folder, environment)).candidate;
}

/** The whole environment, what wins last; files of variables do not win over it unless they are meant to. */
async function environmentOf(
  inherited: NodeJS.ProcessEnv,
  folder: string,
  found: EntryCandidate | undefined,
): Promise<Record<string, string>> {
  const environment = cleanEnvironment(inherited);
  const script = /^scripts\.(.*)$/s.exec(found?.why ?? "")?.[1];
  const npm = await npmEnvironment({ folder, environment, ...(script !== undefined && { script }) });
  const first: Record<string, string> = {};
  const last: Record<string, string> = {};
  for (const { file, wins } of found?.envFiles ?? []) {
    const values = await readEnvFile(file, found?.why);
    // Of those that do not win the first has the say, of the others the last.
    for (const [name, value] of Object.entries(values)) {
      if (wins) {
        last[name] = value;
      } else {
        first[name] ??= value;
      }
    }
  }
  return mergeVariables(process.platform, first, environment, npm, found?.env ?? {}, last);
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
