import { execFile } from "node:child_process";

/** Git answers within this time, in milliseconds, or not at all. */
const deadlineMs = 5_000;

/** Which files an app is made of, as far as git can tell. */
export interface SourceState {
  /** Full hash of HEAD. */
  readonly commit: string;
  /** Whether nothing in the app's folder differs from that commit. */
  readonly clean: boolean;
}

/** Asks git about a folder. `undefined` if it is in no repository, or there is no git. */
export async function readSourceState(folder: string): Promise<SourceState | undefined> {
  const commit = await git(folder, ["rev-parse", "HEAD"]);
  const changes = await git(folder, ["status", "--porcelain", "--", "."]);
  return commit === undefined || changes === undefined ? undefined : { commit: commit.trim(), clean: changes === "" };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Without optional locks, looking never gets in the way of what a person does with git at the same time.
    const options = {
      cwd: folder,
      timeout: deadlineMs,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" },
      windowsHide: true,
    };
    execFile("git", [...args], options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}
