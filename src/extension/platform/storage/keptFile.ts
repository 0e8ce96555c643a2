import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/** Milliseconds to write a file. */
const keepMs = 3_000;

/**
 * The folder for what is kept for a workspace. In a browser VS Code gives a window that is reloaded another one beside it
 * (`…-1`) while the extension host before it has not ended, and what that has kept would not be found again.
 * @param given VS Code's own for this workspace and this extension.
 */
export function workspaceStorage(given: string): string {
  return given.replace(/([0-9a-f]{4})-\d(?=[\\/][^\\/]+$)/, "$1");
}

/** @returns What the file holds; `undefined` if there is none, or no JSON in it. */
export async function readKept(folder: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, name), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Writes a file that only its user may read, whole or not at all: the window may be closed at any moment. What can't be
 * kept is only lost with the window.
 */
export async function keepText(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name);
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, text, { mode: 0o600, signal: AbortSignal.timeout(keepMs) });
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}
