import { execFile } from "node:child_process";
import { dirname, relative, resolve } from "node:path";
import { readBuiltFiles } from "./builtFiles.ts";

/** Git answers within this time, in milliseconds, or not at all. */
const deadlineMs = 5_000;

/** Which files an app is made of, as far as git can tell. */
export interface SourceState {
  /** Full hash of HEAD. */
  readonly commit: string;
  /** Whether nothing in the app's folder differs from that commit. */
  readonly clean: boolean;
  /** The files beside the entry, if git ignores it: what was built. */
  readonly built: BuiltState | undefined;
}

export interface BuiltState {
  /** Relative to the app's folder. */
  readonly folder: string;
  /** Equal for equal files; `undefined` if there are too many to compare. */
  readonly digest: string | undefined;
}

/** Asks git about an app's folder. `undefined` if it is in no repository, or there is no git. */
export async function readSourceState(folder: string, entry: string): Promise<SourceState | undefined> {
  const commit = await git(folder, ["rev-parse", "HEAD"]);
  const changes = await git(folder, ["status", "--porcelain", "--", "."]);
  if (commit === undefined || changes === undefined) {
    return undefined;
  }
  // Fails unless the entry is ignored.
  const isBuilt = (await git(folder, ["check-ignore", "--quiet", "--", entry])) !== undefined;
  const beside = dirname(resolve(folder, entry));
  const built = isBuilt ? { folder: relative(folder, beside), digest: await readBuiltFiles(beside) } : undefined;
  return { commit: commit.trim(), clean: changes === "", built };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((answer) => {
    // Without optional locks, looking never gets in the way of what a person does with git at the same time.
    const options = {
      cwd: folder,
      timeout: deadlineMs,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" },
      windowsHide: true,
    };
    execFile("git", [...args], options, (error, stdout) => answer(error === null ? stdout : undefined));
  });
}
