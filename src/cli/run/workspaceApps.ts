import { join } from "node:path";
import * as v from "valibot";
import { readTextFile } from "../../client/readTextFile.ts";
import { parseJsonc } from "../../client/settings/jsonc.ts";
import { type AppConfig, parseAppConfig } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";

const settingsSchema = v.object({ "hitless.apps": v.optional(v.array(v.unknown()), []) });
const namedSchema = v.object({ name: v.string() });

/**
 * The app of this name in the workspace's own settings, so that the terminal starts what VS Code starts.
 * @throws HitlessError `badConfig` when the settings can't be read, or that app is invalid.
 */
export async function findWorkspaceApp(folder: string, name: string): Promise<AppConfig | undefined> {
  const file = join(folder, ".vscode", "settings.json");
  const parsed = v.safeParse(settingsSchema, await readSettings(file));
  const apps = parsed.success ? parsed.output["hitless.apps"] : [];
  const index = apps.findIndex((app) => v.is(namedSchema, app) && app.name === name);
  return index === -1 ? undefined : parseAppConfig(apps[index], `hitless.apps[${index}] in ${file}`);
}

async function readSettings(file: string): Promise<unknown> {
  let text: string | undefined;
  try {
    text = await readTextFile(file);
  } catch (error) {
    throw new HitlessError("badConfig", `${file} ${error instanceof Error ? error.message : error}.`);
  }
  try {
    return text === undefined ? undefined : parseJsonc(text);
  } catch (error) {
    throw new HitlessError(
      "badConfig",
      `${file} can't be read as JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
}
