import { homedir } from "node:os";
import { resolve } from "node:path";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { type LogSettings, logFiles } from "../../shared/settings/logSettings.ts";

/**
 * What is said of log files, with absolute paths: `~` is the home folder, others are relative to the app's.
 * @param folder Absolute.
 * @throws HitlessError `badConfig` when fields of a file and flags do not go together.
 */
export function logsOf(written: LogSettings, folder: string): LogSettings {
  const result = v.safeParse(logFiles.written, written);
  if (!result.success) {
    throw new HitlessError("badConfig", `logs ${result.issues[0].message}`, { remedy: "openSettings" });
  }
  const { file, errorFile, ...others } = written;
  return {
    ...others,
    ...(file !== undefined && { file: resolve(folder, fromHome(file)) }),
    ...(errorFile !== undefined && { errorFile: resolve(folder, fromHome(errorFile)) }),
  };
}

function fromHome(path: string): string {
  return /^~(?:[/\\]|$)/.test(path) ? homedir() + path.slice(1) : path;
}
