import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { listEndpoints } from "../../client/launch/endpoints.ts";
import { runtimeFolder } from "../../client/launch/runtimeFolder.ts";
import { type NodeProgram, resolveNodeToStart } from "../../client/node/nodeProgram.ts";
import { readPackageJson } from "../../client/project/packageJson.ts";
import { resolveScript } from "../../client/project/resolveScript.ts";
import { type ChosenEntry, chooseEntry } from "../../client/recipe/chooseEntry.ts";
import { appFolder, buildRecipe, type RecipeOptions } from "../../client/recipe/recipe.ts";
import { recipeOrigin, withFlags } from "../../client/recipe/rereadRecipe.ts";
import type { AppConfig, LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint, RecipeOrigin } from "../../shared/launch.ts";
import type { ParsedCommand } from "../arguments/commandSpec.ts";
import { configOfFlags } from "../arguments/startFlags.ts";
import type { CliContext } from "../cliContext.ts";
import { during } from "../terminal/progressLine.ts";
import { type ConfiguredApp, configuredApps } from "./configuredApps.ts";

/** What is to be started. */
export type ChosenApp = RecipeApp | { readonly kind: "supervised"; readonly endpoint: Endpoint };

/** An app by its settings. */
export interface RecipeApp {
  readonly kind: "recipe";
  readonly config: AppConfig;
  /** Absolute; what its paths are relative to. */
  readonly folder: string;
  /** The `hitless.json` that names it. */
  readonly project?: NonNullable<RecipeOrigin["project"]>;
  /** What the person should know of how it was understood: sentences without a full stop. */
  readonly remarks?: readonly string[];
  /** Whether it is started as no server when it has not listened in time. */
  readonly mayBeNoServer?: boolean;
}

/** The settings that the flags of a start make. */
export function flagsOfStart(parsed: ParsedCommand): AppConfig {
  const envFile = parsed.value("env-from");
  return { ...configOfFlags(parsed), ...(envFile !== undefined && { envFile }) };
}

/** Resolves the operand: a file, an app of the project, or a stopped app that still has a supervisor. */
export async function chooseApp(
  context: CliContext,
  parsed: ParsedCommand,
  [written]: readonly string[] = parsed.operands,
): Promise<ChosenApp> {
  const flags = flagsOfStart(parsed);
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
  const configured = (await configuredApps(folder)).find(({ name }) => name === written);
  if (configured !== undefined) {
    return recipeOfConfigured(configured, flags);
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
    `There is no file ${resolve(cwd, written)}, and no app called "${written}" in hitless.json or .vscode/settings.json of this folder.`,
  );
}

/**
 * An app that is named in a file, started with flags besides, which win.
 * @throws HitlessError `badConfig` when something is wrong with it.
 */
export function recipeOfConfigured(app: ConfiguredApp, flags: AppConfig): RecipeApp {
  const { name, folder, projectFile, unused } = app;
  return {
    kind: "recipe",
    config: withFlags(app.read(), flags),
    folder,
    ...(projectFile !== undefined && { project: { file: projectFile, app: name, flags } }),
    ...(unused !== undefined && {
      remarks: [`hitless: ${name} is started as .vscode/settings.json says; what ${unused} says of it is not used`],
    }),
  };
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
  { config, folder, project }: Omit<RecipeApp, "kind">,
  terminal?: RecipeOptions["terminal"],
): Promise<StartPlan> {
  const base = appFolder(config, folder);
  const node = await during(
    stderr,
    "Node.js to tell its version",
    resolveNodeToStart({ explicit: config.node, cwd: base }),
  );
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
    ...(project !== undefined && { project }),
  });
  return { node, found, recipe, origin };
}

async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
