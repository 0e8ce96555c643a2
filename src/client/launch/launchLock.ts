import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HitlessError } from "../../shared/errors.ts";
import { isDead, pidSpace } from "./pidSpace.ts";

/** Longer than a launch can take, so that a claim this old is stale. */
const staleMs = 30_000;
const pollMs = 50;

export interface LaunchLockOptions {
  /** Ends the wait with `cancelled`. */
  readonly cancelled?: AbortSignal | undefined;
  /** Called once if the lock is not free. */
  readonly onDidWait?: (() => void) | undefined;
}

/**
 * Runs one launch at a time for each key, across processes: two windows that open one folder would otherwise both find
 * that nothing is running there yet.
 *
 * A process that wants the lock puts a uniquely named file beside those of the others, and has the lock if it then
 * finds none whose owner may be alive; else it removes its file. So any process may remove the file of a dead owner: it
 * can't be mistaken for that of the next one.
 * @param folder The runtime folder.
 * @throws HitlessError `supervisorFailed` when the lock is not free within 30 s, `cancelled`.
 */
export async function withLaunchLock<T>(
  folder: string,
  key: string,
  launch: () => Promise<T>,
  { cancelled, onDidWait }: LaunchLockOptions = {},
): Promise<T> {
  const lock = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const deadline = Date.now() + staleMs;
  let waited = false;
  let claim = await tryToTake(folder, lock);
  while (claim === undefined) {
    if (cancelled?.aborted === true) {
      throw new HitlessError("cancelled", "The start was cancelled.");
    }
    if (Date.now() > deadline) {
      const files = join(folder, `${lock}.*.lock`);
      throw new HitlessError(
        "supervisorFailed",
        `Another start of this app has not ended for ${staleMs} ms (${files}).`,
      );
    }
    if (!waited) {
      waited = true;
      onDidWait?.();
    }
    // Two that found each other must not keep retrying at the same moment.
    await delay(pollMs + Math.random() * pollMs);
    claim = await tryToTake(folder, lock);
  }
  try {
    return await launch();
  } finally {
    await rm(claim, { force: true });
  }
}

/** Returns the file that holds the lock, `undefined` if another process may hold it. */
async function tryToTake(folder: string, lock: string): Promise<string | undefined> {
  if (await isTaken(folder, lock, undefined)) {
    return undefined;
  }
  const own = `${lock}.${randomBytes(6).toString("hex")}.lock`;
  const file = join(folder, own);
  const draft = `${file}.tmp`;
  try {
    // Never incomplete under its name: its owner must be known from the start.
    await writeFile(draft, `${process.pid} ${pidSpace()}`, { flag: "wx", mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new HitlessError("runtimeFolder", `The runtime folder can't be written to: ${String(error)}`, {
      cause: error,
    });
  }
  if (await isTaken(folder, lock, own)) {
    await rm(file, { force: true });
    return undefined;
  }
  return file;
}

/** Whether another process that may be alive has claimed the lock; files of dead ones are removed. */
async function isTaken(folder: string, lock: string, own: string | undefined): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const others = names.filter((name) => name.startsWith(`${lock}.`) && name.endsWith(".lock") && name !== own);
  const held = await Promise.all(others.map((name) => isHeld(join(folder, name))));
  return held.includes(true);
}

async function isHeld(file: string): Promise<boolean> {
  const [stats, owner] = await Promise.all([stat(file).catch(() => undefined), readFile(file, "utf8").catch(() => "")]);
  if (stats === undefined) {
    return false;
  }
  const [pid = "", space] = owner.split(" ");
  const isAbandoned = pid !== "" && isDead({ pid: Number(pid), pidSpace: space });
  if (isAbandoned || Date.now() - stats.mtimeMs > staleMs) {
    await rm(file, { force: true });
    return false;
  }
  return true;
}
