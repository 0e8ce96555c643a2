import * as util from "node:util";
import { HitlessError } from "../../shared/errors.ts";
import { readTextFile } from "../readTextFile.ts";

/**
 * Reads a file of `KEY=VALUE` lines, in the format of Node's own `--env-file`:
 * https://nodejs.org/api/environment_variables.html#dotenv
 * @param field What named the file, for the error.
 * @throws HitlessError `badConfig` when it can't be read, or contains what a variable can't hold.
 */
export async function readEnvFile(file: string, field = "envFile"): Promise<Record<string, string>> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new HitlessError("badConfig", `${field}: ${file} ${problem}.`, { remedy: "openSettings", cause });
  };
  let read: string | undefined;
  try {
    read = await readTextFile(file);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), error);
  }
  const text = read ?? refuse("does not exist");
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    const line = text.slice(0, nul).split("\n").length;
    return refuse(`holds a NUL character (line ${line}), which no variable can; is it UTF-16? Save it as UTF-8`);
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
