import { createHash } from "node:crypto";
import { open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HitlessError } from "../../shared/errors.ts";
import { isAlive } from "./endpoints.ts";

/** Longer than a launch can take, so that a lock this old belongs to nobody. */
const staleMs = 30_000;
const pollMs = 50;

/**
 * Runs one launch at a time for each key, across processes: two windows that open on one folder would otherwise both find
 * that nothing runs there yet.
 * @throws HitlessError `supervisorFailed` when the lock is not free within 30 s.
 */
export async function withLaunchLock<T>(folder: string, key: string, launch: () => Promise<T>): Promise<T> {
  const file = join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 16)}.lock`);
  const deadline = Date.now() + staleMs;
  while (!(await take(file))) {
    if (Date.now() > deadline) {
      throw new HitlessError(
        "supervisorFailed",
        `Another start of this app has not ended for ${staleMs} ms (${file}).`,
      );
    }
    await delay(pollMs);
  }
  try {
    return await launch();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.write(String(process.pid));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new HitlessError("runtimeFolder", `The runtime folder can't be written to: ${String(error)}`, {
        cause: error,
      });
    }
  }
  const [stats, owner] = await Promise.all([stat(file).catch(() => undefined), readFile(file, "utf8").catch(() => "")]);
  const abandoned = owner !== "" && !isAlive(Number(owner));
  if (stats !== undefined && (abandoned || Date.now() - stats.mtimeMs > staleMs)) {
    await rm(file, { force: true });
  }
  return false;
}
