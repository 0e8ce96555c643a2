import * as v from "valibot";
import { appFolder, defaultName } from "../../client/recipe/recipe.ts";
import { configOf, readProjectApps } from "../../client/settings/projectApps.ts";
import { createJsonReader, workspaceFile } from "../../client/settings/projectTables.ts";
import { type AppConfig, parseAppConfig } from "../../shared/appConfig.ts";

/** An app that the settings of VS Code or `hitless.json` name. */
export interface ConfiguredApp {
  readonly name: string;
  /** Absolute; what its paths are relative to. */
  readonly folder: string;
  /** The `hitless.json` that names it, absolute; absent if the settings do. */
  readonly projectFile?: string;
  /** Where `hitless.json` says something of it that is not used, since the settings name it too: file and line. */
  readonly unused?: string;
  /**
   * What is said of it.
   * @throws HitlessError `badConfig` when something is wrong with it.
   */
  read(): AppConfig;
}

const settingsSchema = v.object({ "hitless.apps": v.optional(v.array(v.unknown()), []) });
const identitySchema = v.object({
  name: v.fallback(v.optional(v.string()), undefined),
  cwd: v.fallback(v.optional(v.string()), undefined),
});

/**
 * The apps of the workspace's own settings in a folder, then those of the nearest `hitless.json` of which the settings
 * say nothing, so that the terminal starts what VS Code starts.
 * @throws HitlessError `badConfig` when one of the files can't be read, or does not say which apps there are.
 */
export async function configuredApps(folder: string): Promise<ConfiguredApp[]> {
  const [ofSettings, project] = await Promise.all([settingApps(folder), readProjectApps(folder)]);
  const apps = project?.apps ?? [];
  // Of the table as a whole, or of an app without a name: which apps there are is not known.
  apps.filter(({ name }) => name === "").forEach(configOf);
  const own = ofSettings.map((app) => {
    const twin = apps.find(({ name }) => name === app.name);
    return twin === undefined ? app : { ...app, unused: twin.place };
  });
  const others = apps
    .filter(({ name }) => !ofSettings.some((app) => app.name === name))
    .map((app) => ({
      name: app.name,
      folder: project?.folder ?? folder,
      ...(project !== undefined && { projectFile: project.file }),
      read: () => configOf(app),
    }));
  return [...own, ...others];
}

async function settingApps(folder: string): Promise<ConfiguredApp[]> {
  const file = workspaceFile(folder);
  const parsed = v.safeParse(settingsSchema, (await createJsonReader()(file))?.value);
  const apps = parsed.success ? parsed.output["hitless.apps"] : [];
  return Promise.all(
    apps.map(async (written, index) => {
      const identity = v.safeParse(identitySchema, written);
      const { name, cwd } = identity.success ? identity.output : {};
      const base = appFolder(cwd === undefined ? {} : { cwd }, folder);
      return {
        name: name ?? (await defaultName(base)),
        folder,
        read: () => parseAppConfig(written, `hitless.apps[${index}] in ${file}`),
      };
    }),
  );
}
