import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type AppConfig, parseAppConfig } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { parseJsonc } from "./jsonc.ts";

const settingsSchema = v.object({ "hitless.apps": v.optional(v.array(v.unknown()), []) });
const namedSchema = v.object({ name: v.string() });

/**
 * The app of this name in the workspace's own settings, so that the terminal starts what VS Code starts.
 * @throws HitlessError `badConfig` when that app is written wrongly.
 */
export async function findWorkspaceApp(folder: string, name: string): Promise<AppConfig | undefined> {
  const file = join(folder, ".vscode", "settings.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  let settings: unknown;
  try {
    settings = parseJsonc(text);
  } catch (error) {
    throw new HitlessError(
      "badConfig",
      `${file} can't be read as JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  const parsed = v.safeParse(settingsSchema, settings);
  const apps = parsed.success ? parsed.output["hitless.apps"] : [];
  const index = apps.findIndex((app) => v.is(namedSchema, app) && app.name === name);
  return index === -1 ? undefined : parseAppConfig(apps[index], `hitless.apps[${index}] in ${file}`);
}
