import { existsSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { HitlessError } from "../../shared/errors.ts";
import { userNameOf } from "./userName.ts";

/**
 * The per-user folder of endpoint files, sockets and supervisor logs; created on demand.
 *
 * `HITLESS_RUNTIME_DIR` overrides; else `XDG_RUNTIME_DIR/hitless`, else `hitless-<uid>` in the temporary folder;
 * on Windows `%LOCALAPPDATA%\hitless\run`.
 * @throws HitlessError `runtimeFolder` when it can't be made or others than the user may write to it.
 */
export function runtimeFolder(): string {
  const folder = chooseFolder();
  let stats: Stats;
  try {
    makeFolder(folder);
    stats = lstatSync(folder);
  } catch (error) {
    throw refusal(folder, `can't be made: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (!stats.isDirectory()) {
    throw refusal(folder, "is not a folder");
  }
  if (process.getuid !== undefined) {
    if (stats.uid !== process.getuid()) {
      const user = userNameOf(stats.uid);
      throw refusal(folder, `belongs to user ${user}; for what is in it run: sudo -u ${user} hitless list`);
    }
    // With write access another user could plant an endpoint, with read access see the secrets.
    if ((stats.mode & 0o077) !== 0) {
      throw refusal(folder, `is open to other users; run: chmod 700 '${folder}'`);
    }
  }
  return folder;
}

function chooseFolder(): string {
  const override = process.env.HITLESS_RUNTIME_DIR;
  if (override !== undefined && override !== "") {
    if (!isAbsolute(override)) {
      throw new HitlessError("runtimeFolder", `HITLESS_RUNTIME_DIR must be an absolute path, not "${override}".`);
    }
    return override;
  }
  if (process.platform === "win32") {
    const local = process.env.LOCALAPPDATA;
    return local === undefined ? join(tmpdir(), "hitless", "run") : join(local, "hitless", "run");
  }
  const session = process.env.XDG_RUNTIME_DIR;
  if (session !== undefined && isAbsolute(session) && belongsToUser(session)) {
    return join(session, "hitless");
  }
  return join(tmpdir(), `hitless-${process.getuid?.() ?? 0}`);
}

/** Not Node's own `recursive`: that retries for ever if a parent exists and accepts nothing, as in /proc. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path) && dirname(path) !== path; path = dirname(path)) {
    missing.unshift(path);
  }
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      // Another program may have created it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
    }
  }
}

/** After `su` or `sudo -E` the variable names the previous user's folder, or a missing one. */
function belongsToUser(folder: string): boolean {
  try {
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === process.getuid?.();
  } catch {
    return false;
  }
}

function refusal(folder: string, problem: string, cause?: unknown): HitlessError {
  const fix = "Set HITLESS_RUNTIME_DIR to a folder of your own (mode 0700) if that can't be mended.";
  return new HitlessError("runtimeFolder", `The runtime folder ${folder} ${problem}. ${fix}`, { cause });
}
