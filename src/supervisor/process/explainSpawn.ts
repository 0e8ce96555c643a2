import { existsSync } from "node:fs";

/**
 * Why there never was a process, in one sentence. The system names the program when the folder it shall run in is missing.
 * @param cwd Working directory that the process was to have.
 */
export function explainSpawn(error: Error, cwd: string | undefined): string {
  if (Reflect.get(error, "code") === "ENOENT" && cwd !== undefined && !existsSync(cwd)) {
    return `The worker could not be started: its folder ${cwd} does not exist any more.`;
  }
  return `The worker could not be started: ${error.message}`;
}
