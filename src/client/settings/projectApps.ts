import { dirname } from "node:path";
import * as v from "valibot";
import { type AppConfig, appConfigSchema } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { appSettings } from "../../shared/settings/appSettings.ts";
import { entriesOf, nearestTable, repeatedNamesOf } from "./projectTables.ts";

/** An app of `hitless.json`. */
export interface ProjectApp {
  readonly name: string;
  /** The file, absolute, and the line in it: `/srv/shop/hitless.json:4`. */
  readonly place: string;
  /** Absent when something is wrong with it. */
  readonly config?: AppConfig;
  /** What is wrong, a line for each: place, field and the fix. */
  readonly problems: readonly string[];
}

/** The apps of a `hitless.json`, in its order. */
export interface ProjectApps {
  /** Absolute. */
  readonly file: string;
  /** Absolute; what the paths of the apps are relative to. */
  readonly folder: string;
  readonly apps: readonly ProjectApp[];
}

const appsTable = {
  name: appSettings.name.written,
  entry: v.omit(appConfigSchema, ["name"]),
  misplaced: { name: "is the key of the app already; remove it" },
};

/**
 * Reads the apps of the nearest `hitless.json` that has a table `apps`, in a folder or above it; of this very folder,
 * where `above` is false.
 * @throws HitlessError `badConfig` when a file on the way can't be read. What is wrong with an app is said of the app.
 */
export async function readProjectApps(folder: string, { above = true } = {}): Promise<ProjectApps | undefined> {
  const source = await nearestTable(folder, "apps");
  if (source === undefined || (!above && dirname(source.file) !== folder)) {
    return undefined;
  }
  const apps = entriesOf(source, appsTable).map((entry): ProjectApp => {
    const { name, place } = entry;
    const problems = [...repeatedNamesOf(source, name), ...("problems" in entry ? entry.problems : [])];
    return "problems" in entry || problems.length > 0
      ? { name, place, problems }
      : { name, place, config: { name, ...entry.value }, problems };
  });
  return { file: source.file, folder: dirname(source.file), apps };
}

/**
 * What is said of an app, if nothing is wrong with it.
 * @throws HitlessError `badConfig`, which names file, line and field of everything wrong, and the fix.
 */
export function configOf({ config, problems }: ProjectApp): AppConfig {
  if (config === undefined) {
    throw new HitlessError("badConfig", problems.join("\n"), { remedy: "openSettings" });
  }
  return config;
}
