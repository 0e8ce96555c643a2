import { lstatSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeFolder } from "./runtimeFolder.ts";

/**
 * The folders in which supervisors of this user may have left their files: a session of ssh has other variables than a
 * service or a login. The first is `runtimeFolder()`; then those of the session, of system and user units
 * (`hitless systemd`), and of processes without a session. With `HITLESS_RUNTIME_DIR` only that one.
 * @throws HitlessError `runtimeFolder` as that does.
 */
export function runtimeFolders(): string[] {
  const own = runtimeFolder();
  const { HITLESS_RUNTIME_DIR: given } = process.env;
  const uid = process.getuid?.();
  if (uid === undefined || (given !== undefined && given !== "")) {
    return [own];
  }
  const session = `/run/user/${uid}`;
  const candidates = [
    own,
    join(session, "hitless"),
    ...unitsIn(session),
    ...unitsIn("/run"),
    join(tmpdir(), `hitless-${uid}`),
  ];
  return [...new Set(candidates)].filter((folder) => isClosed(folder, uid));
}

function unitsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith("hitless-"))
      .map((name) => join(folder, name));
  } catch {
    // There is none, as on macOS, or it belongs to another user.
    return [];
  }
}

/** Whether it is the user's and nobody else's, who could plant something in it. */
function isClosed(folder: string, uid: number): boolean {
  try {
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
