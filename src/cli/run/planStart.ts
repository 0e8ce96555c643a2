import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { listEndpoints } from "../../client/launch/endpoints.ts";
import { runtimeFolder } from "../../client/launch/runtimeFolder.ts";
import { type NodeProgram, resolveNode } from "../../client/node/nodeProgram.ts";
import { readPackageJson } from "../../client/project/packageJson.ts";
import { resolveScript } from "../../client/project/resolveScript.ts";
import { type ChosenEntry, chooseEntry } from "../../client/recipe/chooseEntry.ts";
import { appFolder, buildRecipe, type RecipeOptions } from "../../client/recipe/recipe.ts";
import { recipeOrigin } from "../../client/recipe/rereadRecipe.ts";
import type { AppConfig, LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint, RecipeOrigin } from "../../shared/launch.ts";
import type { ParsedCommand } from "../arguments/commandSpec.ts";
import { configOfFlags } from "../arguments/startFlags.ts";
import type { CliContext } from "../cliContext.ts";
import { during } from "../terminal/progressLine.ts";
import { findWorkspaceApp } from "./workspaceApps.ts";

/** What is to be started. */
export type ChosenApp =
  | { readonly kind: "recipe"; readonly config: AppConfig; readonly folder: string }
  | { readonly kind: "supervised"; readonly endpoint: Endpoint };

/** Resolves the operand: a file, an app of the workspace, or a stopped app that still has a supervisor. */
export async function chooseApp(context: CliContext, parsed: ParsedCommand): Promise<ChosenApp> {
  const envFile = parsed.value("env-from");
  const flags = { ...configOfFlags(parsed), ...(envFile !== undefined && { envFile }) };
  const [written] = parsed.operands;
  const folder = context.cwd;
  if (written === undefined) {
    return { kind: "recipe", config: flags, folder };
  }
  const cwd = appFolder(flags, folder);
  // As in a shell, a file is relative to this folder, though the workers may run elsewhere.
  for (const base of [folder, cwd]) {
    const path = resolve(base, written);
    if (flags.cwd === undefined && (await isPackage(path))) {
      return { kind: "recipe", config: { ...flags, cwd: path }, folder };
    }
    const file = await resolveScript(base, written);
    if (file !== undefined) {
      return { kind: "recipe", config: { ...flags, entry: file }, folder };
    }
  }
  const configured = await findWorkspaceApp(folder, written);
  if (configured !== undefined) {
    const env = { ...configured.env, ...flags.env };
    return { kind: "recipe", config: { ...configured, ...flags, env }, folder };
  }
  const named = (await listEndpoints(runtimeFolder())).filter(({ name }) => name === written);
  const real = await realPath(cwd);
  const roots = await Promise.all(named.map(({ root }) => realPath(root)));
  const endpoint = named.find(({ root }, index) => root === cwd || roots[index] === real);
  if (endpoint !== undefined) {
    return { kind: "supervised", endpoint };
  }
  throw new HitlessError(
    "entryNotFound",
    `There is no file ${resolve(cwd, written)}, and no app called "${written}" in .vscode/settings.json of this folder.`,
  );
}

/** Whether a folder is a package of its own, to be started its own way, and not just one that `node <folder>` runs. */
async function isPackage(path: string): Promise<boolean> {
  const { name, scripts } = await readPackageJson(path);
  return name !== undefined || scripts?.start !== undefined;
}

/** How it would be started. */
interface StartPlan {
  readonly node: NodeProgram;
  /** Absent when the entry is named. */
  readonly found: ChosenEntry | undefined;
  readonly recipe: LaunchRecipe;
  readonly origin: RecipeOrigin;
}

/**
 * How a chosen app would be started.
 * @throws HitlessError, whatever is wrong with it.
 */
export async function planStart(
  { stderr, environment }: CliContext,
  { config, folder }: Omit<ChosenApp & { kind: "recipe" }, "kind">,
  terminal?: RecipeOptions["terminal"],
): Promise<StartPlan> {
  const base = appFolder(config, folder);
  const node = await during(stderr, "Node.js to tell its version", resolveNode({ explicit: config.node, cwd: base }));
  const found = config.entry === undefined ? await chooseEntry(base, environment) : undefined;
  const recipe = await buildRecipe(config, {
    folder,
    node,
    environment,
    inTerminal: true,
    ...(terminal !== undefined && { terminal }),
    ...(found !== undefined && { candidate: found.candidate }),
  });
  const origin = await recipeOrigin({
    config,
    folder,
    environment,
    node,
    found: found?.candidate,
    ...(terminal !== undefined && { terminal }),
  });
  return { node, found, recipe, origin };
}

async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
