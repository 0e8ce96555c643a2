import { existsSync } from "node:fs";

/**
 * Why a process could not be spawned, in one sentence. The system names the program when its folder is missing.
 * @param cwd Working directory that the process was to have.
 */
export function explainSpawn(error: Error, cwd: string | undefined): string {
  if (Reflect.get(error, "code") === "ENOENT" && cwd !== undefined && !existsSync(cwd)) {
    return `The worker could not be started: its folder ${cwd} does not exist any more.`;
  }
  return `The worker could not be started: ${error.message}`;
}
