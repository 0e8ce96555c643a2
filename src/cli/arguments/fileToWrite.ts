import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { toHitlessError } from "../../shared/errors.ts";
import type { CliContext } from "../cliContext.ts";
import { usageError } from "./parseCommand.ts";

/**
 * The path of a file that a flag names and that is written at the end: that it can't be, nobody wants to hear only then.
 * One that exists will be replaced.
 *
 * @throws HitlessError `usage`
 */
export async function fileToWrite(
  { cwd }: Pick<CliContext, "cwd">,
  { command, flag, written }: { readonly command: string; readonly flag: string; readonly written: string },
): Promise<string> {
  const file = resolve(cwd, written);
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) {
    throw usageError(command, `--${flag} must be a file, and "${written}" is a folder`);
  }
  const checked = there === undefined ? dirname(file) : file;
  try {
    await access(checked, constants.W_OK);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const why = isMissing ? `there is no folder ${checked}` : toHitlessError(error).message;
    throw usageError(command, `--${flag} can't be written: ${why}`);
  }
  return file;
}
