import { constants, type Stats } from "node:fs";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { HitlessError } from "../../../shared/errors.ts";

/** Of new files and folders: other users must not read what an app logs. */
const fileMode = 0o640;
const folderMode = 0o750;

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** A pipe without a reader is refused instead of waited for. */
const flags = O_WRONLY | O_APPEND | O_CREAT | (constants.O_NONBLOCK ?? 0);

/** What is missing that may come back: the app is started all the same. */
const passing = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO", "ESTALE", "ETIMEDOUT"]);

/** A log file that is open for appending. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** As it was when it was opened. */
  readonly stats: Stats;
}

/**
 * Opens a log file, and makes it and its folder if need be.
 * @param mode Permissions of a new file; default: read and written by the owner, read by the group.
 * @throws the system's error, or HitlessError `badConfig` for what is no regular file.
 */
export async function openLogFile(path: string, mode?: number): Promise<OpenFile> {
  const before = await stat(path).catch(unlessMissing);
  if (before === undefined) {
    await makeFolder(dirname(path));
  } else {
    requireFile(path, before);
  }
  const handle = await open(path, flags, mode ?? fileMode);
  try {
    const stats = await handle.stat();
    requireFile(path, stats);
    if (before === undefined && mode !== undefined && process.platform !== "win32") {
      // What the umask has taken from it.
      await handle.chmod(mode);
    }
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Level by level: `recursive` says that the folder is missing where the system says why it can't be made. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: folderMode });
  await make().catch(async (error: unknown) => {
    if (codeOf(error) === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await make();
    } else if (!(await isFolder(path))) {
      throw error;
    }
  });
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** The file that a path names now; `undefined` if there is none. */
export function lookAt(path: string): Promise<Stats | undefined> {
  return stat(path).catch(unlessMissing);
}

/** Whether the reason may go away while the app runs. */
export function isPassing(error: unknown): boolean {
  return passing.has(codeOf(error));
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The system's words, without the name of the call: `ENOSPC: no space left on device`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const comma = text.indexOf(", ");
  return codeOf(error) !== "" && comma !== -1 ? text.slice(0, comma) : text;
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") {
    throw error;
  }
  return undefined;
}

function requireFile(path: string, stats: Stats): void {
  if (stats.isFile()) {
    return;
  }
  const kind = kinds.find(([, is]) => is(stats))?.[0] ?? "no file";
  throw new HitlessError("badConfig", `${path} is ${kind}; name a regular file`, { remedy: "openSettings" });
}

const kinds: readonly (readonly [kind: string, is: (stats: Stats) => boolean])[] = [
  ["a directory", (stats) => stats.isDirectory()],
  ["a named pipe", (stats) => stats.isFIFO()],
  ["a device", (stats) => stats.isCharacterDevice() || stats.isBlockDevice()],
  ["a socket", (stats) => stats.isSocket()],
];
