import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { resolveScript } from "../../client/project/resolveScript.ts";
import { workspacePackages } from "../../client/project/workspacePackages.ts";
import { type EntryCandidate, findEntries } from "../../client/recipe/entries.ts";
import { appFolder, defaultName } from "../../client/recipe/recipe.ts";
import { type ProjectApp, type ProjectApps, readProjectApps } from "../../client/settings/projectApps.ts";
import { projectFile } from "../../client/settings/projectTables.ts";
import { type AppConfig, parseAppConfig } from "../../shared/appConfig.ts";
import { toHitlessError } from "../../shared/errors.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";
import { isInside } from "../platform/paths.ts";
import { appKey } from "./appKey.ts";

/** One folder of the workspace and its value of the setting `hitless.apps`. */
export interface FolderSetting {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** As written, not validated. */
  readonly apps: unknown;
  /** Whether it is the value of the whole workspace or user and not of this folder. */
  readonly inherited: boolean;
}

/** An app that could be started from this workspace. */
export interface AppDefinition {
  readonly key: string;
  readonly name: string;
  readonly folder: FolderSetting;
  /** Absolute path of the folder that its entries are relative to. */
  readonly base: string;
  /** Absolute path of its working directory; `realRoot` without symbolic links. */
  readonly root: string;
  readonly realRoot: string;
  readonly config: AppConfig;
  /** Entry candidates when the setting names none; best first. */
  readonly entries: readonly EntryCandidate[];
  /** Why it can't be started: what is wrong with its settings. */
  readonly problem: string | undefined;
  /** The `hitless.json` that says it, absolute; absent if the settings do, or nothing. */
  readonly projectFile?: string;
  /** Where `hitless.json` says something of it that is not used, since the settings name it too: file and line. */
  readonly unused?: string;
}

/** Finds the apps of all folders: those of the setting and of `hitless.json`, else one whose entry is found. */
export async function defineApps(folders: readonly FolderSetting[], t: Localize): Promise<AppDefinition[]> {
  const found = await Promise.all(folders.map((folder) => appsOfFolder(folder, folders.length > 1, t)));
  return withUniqueNames(found.flat());
}

type Draft = Omit<AppDefinition, "key">;

async function appsOfFolder(folder: FolderSetting, several: boolean, t: Localize): Promise<Draft[]> {
  const { apps } = folder;
  if (!Array.isArray(apps)) {
    return [invalid(folder, "hitless.apps", t("hitless.apps: must be an array of apps."))];
  }
  let project: ProjectApps | undefined;
  try {
    project = await readProjectApps(folder.path, { above: false });
  } catch (error) {
    const problem = engineSentence(toHitlessError(error).message, t);
    return [invalid(folder, projectFile, problem), ...(await settingApps(folder, apps, several, t))];
  }
  if (apps.length === 0 && (project === undefined || project.apps.length === 0)) {
    return foundApps(folder);
  }
  const written = await settingApps(folder, apps, several, t);
  const inProject = await Promise.all(
    (project?.apps ?? [])
      .filter(({ name }) => !written.some((draft) => draft.name === name))
      .map((app) => projectApp(folder, app, project?.file ?? "", t)),
  );
  return [
    ...written.map((draft) => {
      const unused = project?.apps.find(({ name }) => name === draft.name);
      return unused === undefined ? draft : { ...draft, unused: unused.place };
    }),
    ...inProject,
  ];
}

/** The apps of the setting. */
async function settingApps(
  folder: FolderSetting,
  apps: readonly unknown[],
  several: boolean,
  t: Localize,
): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (const [index, written] of apps.entries()) {
    const where = `hitless.apps[${index}]`;
    const draft = await writtenApp(folder, written, { where, t });
    // A setting written for all folders applies to those that have the file.
    if (several && folder.inherited && draft.problem === undefined && !(await hasEntry(draft))) {
      continue;
    }
    const twin = drafts.findIndex(({ name, problem }) => problem === undefined && name === draft.name);
    drafts.push(
      twin === -1
        ? draft
        : invalid(
            folder,
            where,
            t("{0}.name: “{1}” is the name of hitless.apps[{2}] already.", where, draft.name, twin),
          ),
    );
  }
  return drafts;
}

async function projectApp(folder: FolderSetting, app: ProjectApp, file: string, t: Localize): Promise<Draft> {
  const { name, config, problems } = app;
  return config === undefined
    ? {
        ...invalid(folder, name === "" ? projectFile : name, engineSentence(problems.join("\n"), t)),
        projectFile: file,
      }
    : { ...(await draftApp(folder, config)), projectFile: file };
}

/** Without a setting: each package of a monorepo that can be started, and what the folder itself starts. */
async function foundApps(folder: FolderSetting): Promise<Draft[]> {
  const [own, packages] = await Promise.all([draftApp(folder, {}), workspacePackages(folder.path)]);
  const drafts = await Promise.all(packages.map((cwd) => draftApp(folder, { cwd })));
  const runnable = drafts.filter(isServer);
  if (runnable.length === 0) {
    return own.entries.length === 0 ? [] : [own];
  }
  // A script of the root that starts some of the packages is no app beside them; nor is a file that lies about there.
  const [best] = own.entries;
  const isInPackage = drafts.some(({ base }) => isInside(base, best?.cwd ?? resolve(folder.path, best?.entry ?? ".")));
  return best?.why.startsWith("scripts.") === true && !isInPackage ? [own, ...runnable] : runnable;
}

/** Whether a package says by a script how it is started, or has a file with a server's name; `main` is what libraries have. */
function isServer({ entries }: Draft): boolean {
  const [best] = entries;
  const isNamed = entries.some(
    ({ why, entry }) => why === "file name" && /(?:^|\/)(?:server|app|main)\.\w+$/.test(entry),
  );
  return best !== undefined && (best.why.startsWith("scripts.") || best.why === "built" || isNamed);
}

async function writtenApp(
  folder: FolderSetting,
  written: unknown,
  { where, t }: { readonly where: string; readonly t: Localize },
): Promise<Draft> {
  let config: AppConfig;
  try {
    config = parseAppConfig(written, where);
  } catch (error) {
    return {
      ...(await draftApp(folder, identityOf(written, where))),
      problem: engineSentence(toHitlessError(error).message, t),
    };
  }
  return draftApp(folder, config);
}

/** The name of an app whose settings are wrong, so that it stays the same app if it is running. */
function identityOf(written: unknown, where: string): AppConfig {
  const fields: Readonly<Record<string, unknown>> =
    typeof written === "object" && written !== null ? { ...written } : {};
  const { name, cwd } = fields;
  return {
    name: typeof name === "string" && name !== "" ? name : where,
    ...(typeof cwd === "string" && { cwd }),
  };
}

async function draftApp(folder: FolderSetting, config: AppConfig): Promise<Draft> {
  const base = appFolder(config, folder.path);
  const { entries } = config.entry === undefined ? await findEntries(base, process.env) : { entries: [] };
  const root = entries[0]?.cwd ?? base;
  return {
    name: config.name ?? (await defaultName(base)),
    folder,
    base,
    root,
    realRoot: await realpath(root).catch(() => root),
    config,
    entries,
    problem: undefined,
  };
}

async function hasEntry({ config, base, entries }: Draft): Promise<boolean> {
  return config.entry === undefined ? entries.length > 0 : (await resolveScript(base, config.entry)) !== undefined;
}

function invalid(folder: FolderSetting, name: string, problem: string): Draft {
  return {
    name,
    folder,
    base: folder.path,
    root: folder.path,
    realRoot: folder.path,
    config: {},
    entries: [],
    problem,
  };
}

/** Two folders may hold packages of the same name: later ones get their folder's name too, or a number. */
function withUniqueNames(drafts: readonly Draft[]): AppDefinition[] {
  const taken = new Set<string>();
  return drafts.map((draft) => {
    const suffix = draft.folder.name.replace(/[^\p{L}\p{N}._-]/gu, "-");
    const candidates = [draft.name, `${draft.name}-${suffix}`];
    let name = candidates.find((candidate) => !taken.has(candidate));
    for (let count = 2; name === undefined; count += 1) {
      const counted = `${draft.name}-${suffix}-${count}`;
      name = taken.has(counted) ? undefined : counted;
    }
    taken.add(name);
    return { ...draft, name, key: appKey(draft.root, name) };
  });
}
