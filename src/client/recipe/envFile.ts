import { readFile } from "node:fs/promises";
import * as util from "node:util";
import { HitlessError } from "../../shared/errors.ts";

/**
 * Reads a file of `KEY=VALUE` lines, in the form Node's own `--env-file` takes:
 * https://nodejs.org/api/environment_variables.html#dotenv
 * @throws HitlessError `badConfig` when it can't be read.
 */
export async function readEnvFile(file: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : `can't be read: ${error}`;
    throw new HitlessError("badConfig", `envFile: ${file} ${reason}.`, { remedy: "openSettings", cause: error });
  }
  // Node 20.0 to 20.11 have no parseEnv, though its types say so.
  const parseEnv: typeof util.parseEnv | undefined = util.parseEnv;
  if (parseEnv === undefined) {
    throw new HitlessError("badConfig", `envFile needs Node.js 20.12 or newer; this is ${process.version}.`);
  }
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text.replace(/^\uFEFF/, "")))) {
    if (value !== undefined) {
      values[name] = value;
    }
  }
  return values;
}
