import { dirname, join, resolve } from "node:path";
import type { AppConfig } from "../../shared/appConfig.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { RecipeOrigin, RereadRecipe } from "../../shared/launch.ts";
import { type NodeProgram, resolveNode } from "../node/nodeProgram.ts";
import { findNodeVersionFile } from "../node/nodeVersionFile.ts";
import { configOf, readProjectApps } from "../settings/projectApps.ts";
import { chooseEntry } from "./chooseEntry.ts";
import { type EntryCandidate, findEntries } from "./entries.ts";
import { appFolder, buildRecipe } from "./recipe.ts";
import { taskFiles } from "./taskCommand.ts";

/** Makes a recipe again, of what its files say now: package.json, those of variables, `.nvmrc` and `.node-version`. */
export const rereadRecipe: RereadRecipe = async (origin) => {
  const { folder, environment, picked, node, terminal } = origin;
  const { config, notes } = await configOfNow(origin);
  const base = appFolder(config, folder);
  const candidate = config.entry === undefined ? await candidateOf(base, origin) : undefined;
  const entry = candidate === undefined ? picked : undefined;
  const recipe = await buildRecipe(
    { ...config, ...(entry !== undefined && { entry }) },
    {
      folder,
      node: { ...node, source: "explicit" },
      environment,
      ...(candidate !== undefined && { candidate }),
      ...(terminal !== undefined && { terminal: terminal.columns === undefined ? {} : { columns: terminal.columns } }),
    },
  );
  return {
    recipe,
    config,
    files: await recipeFiles({ ...origin, config }, candidate),
    notes: [...notes, ...(await nodeNotes(base, origin))],
  };
};

/** What `hitless.json` says of the app now, if that is where it is named. */
async function configOfNow({ config, project }: RecipeOrigin): Promise<{
  readonly config: AppConfig;
  readonly notes: readonly string[];
}> {
  if (project === undefined) {
    return { config, notes: [] };
  }
  const { file, app, flags } = project;
  const said = (await readProjectApps(dirname(file)))?.apps.find(({ name }) => name === app);
  return said === undefined
    ? { config, notes: [`${file} does not name "${app}" any more, so its settings stay.`] }
    : { config: withFlags(configOf(said), flags), notes: [] };
}

/** What a file says of an app, with what a command line says besides, which wins; of variables and log files each by itself. */
export function withFlags(config: AppConfig, flags: AppConfig): AppConfig {
  const env = { ...config.env, ...flags.env };
  const logs = { ...config.logs, ...flags.logs };
  return {
    ...config,
    ...flags,
    ...(Object.keys(env).length > 0 && { env }),
    ...(Object.keys(logs).length > 0 && { logs }),
  };
}

/**
 * What a recipe was made from.
 * @param found The entry, if it is one that was found.
 */
export async function recipeOrigin(options: {
  readonly config: AppConfig;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly node: NodeProgram;
  readonly found?: EntryCandidate | undefined;
  /** Whether a person picked it. */
  readonly picked?: string | undefined;
  readonly terminal?: RecipeOrigin["terminal"];
  readonly project?: RecipeOrigin["project"];
}): Promise<RecipeOrigin> {
  const { config, folder, environment, node, found, picked, terminal, project } = options;
  return {
    config,
    folder,
    environment: Object.fromEntries(
      Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    ...(picked !== undefined && { picked }),
    node: { path: node.path, version: node.version },
    choosesNode: node.source !== "explicit",
    ...(terminal !== undefined && { terminal }),
    ...(project !== undefined && { project }),
    files: await recipeFiles(options, found),
  };
}

async function candidateOf(base: string, { picked, environment }: RecipeOrigin): Promise<EntryCandidate | undefined> {
  if (picked === undefined) {
    return (await chooseEntry(base, environment)).candidate;
  }
  return (await findEntries(base, environment)).entries.find(({ entry }) => entry === picked);
}

/** The files that say how the app is started, whether or not they are there. */
async function recipeFiles(
  { config, folder, project }: Pick<RecipeOrigin, "config" | "folder"> & { readonly project?: RecipeOrigin["project"] },
  found: EntryCandidate | undefined,
): Promise<string[]> {
  const base = appFolder(config, folder);
  const above = config.node === undefined ? await findNodeVersionFile(base) : undefined;
  const files = [
    join(base, "package.json"),
    ...(typeof config.preReload === "string" ? taskFiles(base) : []),
    ...(project === undefined ? [] : [project.file]),
    ...(config.envFile === undefined ? [] : [resolve(base, config.envFile)]),
    ...(found?.envFiles ?? []).map(({ file }) => file),
    ...(config.node === undefined ? [join(base, ".nvmrc"), join(base, ".node-version")] : []),
    ...(above === undefined ? [] : [above.file]),
  ];
  return [...new Set(files)];
}

/** The Node.js that runs can't be another before the app is started anew. */
async function nodeNotes(base: string, { choosesNode, node }: RecipeOrigin): Promise<string[]> {
  if (!choosesNode) {
    return [];
  }
  try {
    const { path, version, source } = await resolveNode({ cwd: base });
    return path === node.path
      ? []
      : [`Node.js stays ${node.version}: ${source} asks for ${version} now, which runs after "hitless upgrade".`];
  } catch (error) {
    return [`Node.js stays ${node.version}. ${toHitlessError(error).message}`];
  }
}
