import { execFile } from "node:child_process";
import { relative, sep } from "node:path";

/** Milliseconds for git to answer; after that it counts as absent. */
const deadlineMs = 5_000;

/**
 * Those of some files that hold what they hold in a commit, whatever git does to line ends; none where git can't tell.
 * @param root The folder of the app, absolute; the files are in it.
 */
export async function sameAsCommitted(root: string, files: readonly string[], commit: string): Promise<string[]> {
  const names = files.map((file) => relative(root, file).split(sep).join("/"));
  if (names.length === 0) {
    return [];
  }
  const [listed, hashed] = await Promise.all([
    git(root, ["--literal-pathspecs", "ls-tree", "-r", "-z", commit, "--", ...names]),
    git(root, ["hash-object", "--", ...names]),
  ]);
  const hashes = hashed?.trimEnd().split("\n") ?? [];
  // Each as `100644 blob <hash>\t<name>`.
  const committed = new Map(
    listed?.split("\0").map((line) => [line.slice(line.indexOf("\t") + 1), line.split(/[ \t]/)[2]] as const),
  );
  return files.filter((_, index) => {
    const hash = committed.get(names[index] ?? "");
    return hash !== undefined && hash === hashes[index];
  });
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((answer) => {
    // Without optional locks, this never gets in the way of the user's own git commands.
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0" };
    const options = { cwd: folder, timeout: deadlineMs, env, windowsHide: true, maxBuffer: 4 * 1_048_576 };
    execFile("git", [...args], options, (error, stdout) => answer(error === null ? stdout : undefined));
  });
}
