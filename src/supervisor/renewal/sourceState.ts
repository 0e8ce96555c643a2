import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readBuiltFiles } from "./builtFiles.ts";
import { type FolderState, readFolderState } from "./folderState.ts";

/** Milliseconds for git to answer; after that it counts as absent. */
const deadlineMs = 5_000;

/** The files of an app: as git knows them; elsewhere by their sizes and times, if they are not too many. */
export type SourceState =
  | ({ readonly kind: "git" } & GitState)
  | { readonly kind: "folder"; readonly files: FolderState | undefined };

export interface GitState {
  /** Full hash of HEAD. */
  readonly commit: string;
  /** Whether nothing in the app's folder differs from that commit. */
  readonly clean: boolean;
  /** The files beside the entry, if git ignores it: a build output. */
  readonly built: BuiltState | undefined;
}

export interface BuiltState {
  /** Relative to the app's folder; that folder itself as an absolute path. */
  readonly folder: string;
  /** Equal for equal files; `undefined` if there are too many to compare. */
  readonly digest: string | undefined;
}

/** Asks git about an app's folder; if it is in no repository, or git is missing, looks at the files themselves. */
export async function readSourceState(folder: string, entry: string): Promise<SourceState> {
  const known = await readGitState(folder, entry);
  return known === undefined
    ? { kind: "folder", files: await readFolderState(folder, entry) }
    : { kind: "git", ...known };
}

/** The folder of the git repository, or of the linked worktree, that this absolute path is in; `undefined` outside of one. */
export function findRepository(path: string): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) {
      return folder;
    }
    if (folder === dirname(folder)) {
      return undefined;
    }
  }
}

async function readGitState(folder: string, entry: string): Promise<GitState | undefined> {
  // A process costs the supervisor some milliseconds, in which others start, or clients wait.
  if (findRepository(folder) === undefined && process.env.GIT_DIR === undefined) {
    return undefined;
  }
  const commit = await git(folder, ["rev-parse", "HEAD"]);
  if (commit === undefined) {
    return undefined;
  }
  const changes = await git(folder, ["status", "--porcelain", "--", "."]);
  if (changes === undefined) {
    return undefined;
  }
  // Fails unless the entry is ignored.
  const isBuilt = (await git(folder, ["check-ignore", "--quiet", "--", entry])) !== undefined;
  const beside = dirname(resolve(folder, entry));
  const built = isBuilt
    ? { folder: relative(folder, beside) || folder, digest: await readBuiltFiles(beside) }
    : undefined;
  return { commit: commit.trim(), clean: changes === "", built };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((answer) => {
    // Without optional locks, this never gets in the way of the user's own git commands.
    const options = {
      cwd: folder,
      timeout: deadlineMs,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" },
      windowsHide: true,
    };
    execFile("git", [...args], options, (error, stdout) => answer(error === null ? stdout : undefined));
  });
}
