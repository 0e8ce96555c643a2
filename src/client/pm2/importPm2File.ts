import { join } from "node:path";
import type { AppConfig } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { isFile } from "../project/resolveScript.ts";
import { readTextFile } from "../readTextFile.ts";
import { parseJsonc } from "../settings/jsonc.ts";
import { projectFile } from "../settings/projectTables.ts";
import { withProjectApps } from "../settings/writeProjectApps.ts";
import type { Pm2App } from "./pm2App.ts";
import { type Pm2FileOptions, understandPm2File } from "./pm2File.ts";
import type { Pm2Finding } from "./pm2Finding.ts";

/** What an import of a pm2 file would write. */
export interface Pm2Import {
  /** The `hitless.json` in the folder, absolute. */
  readonly file: string;
  /** Its text now; absent: there is none. */
  readonly before: string | undefined;
  readonly after: string;
  /** All apps of the pm2 file; those without a configuration are not written. */
  readonly apps: readonly Pm2App[];
  readonly findings: readonly Pm2Finding[];
}

/** Names of pm2 files, the usual first. */
export const pm2FileNames: readonly string[] = [
  "ecosystem.config.js",
  "ecosystem.config.cjs",
  "ecosystem.config.mjs",
  "ecosystem.config.ts",
  "ecosystem.config.mts",
  "ecosystem.config.cts",
  "pm2.config.js",
  "pm2.config.cjs",
  "pm2.config.ts",
  "ecosystem.json",
  "pm2.json",
  "process.json",
  "ecosystem.yml",
  "ecosystem.yaml",
  "process.yml",
  "process.yaml",
];

/** The pm2 file of a folder, absolute; `undefined` if it has none. */
export async function findPm2File(folder: string): Promise<string | undefined> {
  for (const name of pm2FileNames) {
    if (await isFile(join(folder, name))) {
      return join(folder, name);
    }
  }
  return undefined;
}

/**
 * Says what `hitless.json` would be with the apps of a pm2 file. Nothing is written.
 * @throws HitlessError as `understandPm2File` does, and `badConfig` when `hitless.json` can't be read.
 */
export async function planPm2Import(pm2File: string, options: Pm2FileOptions): Promise<Pm2Import> {
  const { folder } = options;
  const file = join(folder, projectFile);
  const before = await readProjectText(file);
  const { apps, findings, variables } = await understandPm2File(pm2File, options);
  const configs = apps.flatMap(({ config }): AppConfig[] => (config === undefined ? [] : [config]));
  const withSchema = await isFile(join(folder, "node_modules", "hitless", "schemas", "hitless.schema.json"));
  const names = Object.keys(variables);
  // Their values may be secrets.
  const notWritten: Pm2Finding = {
    option: "(variables)",
    verdict: "notSupported",
    text: `the file sets ${names.join(", ")} for all apps; put them into a file and name it in envFile`,
  };
  return {
    file,
    before,
    after: configs.length === 0 ? (before ?? "") : withProjectApps(configs, { before, withSchema }),
    apps,
    findings: names.length === 0 ? findings : [...findings, notWritten],
  };
}

async function readProjectText(file: string): Promise<string | undefined> {
  const refuse = (problem: string) => new HitlessError("badConfig", `${file} ${problem}.`);
  const text = await readTextFile(file).catch((error: unknown) => {
    throw refuse(error instanceof Error ? error.message : String(error));
  });
  try {
    if (text !== undefined) {
      parseJsonc(text);
    }
  } catch (error) {
    throw refuse(`can't be read as JSON: ${error instanceof Error ? error.message : error}`);
  }
  return text;
}
