import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** A log younger than this may be that of a supervisor which has not written its endpoint file yet. */
const launchingMs = 60_000;
/** How long the log of a supervisor that had something to say is kept. */
const keptMs = 7 * 24 * 3_600_000;

/** Removes what supervisors that are gone have left of their own logs: empty ones, and old ones. */
export async function tidyLogs(folder: string, now: number = Date.now()): Promise<void> {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const name of names) {
    const id = /^([0-9a-f]{10})\.log$/.exec(name)?.[1];
    if (id === undefined || names.has(`${id}.json`)) {
      continue;
    }
    const file = join(folder, name);
    const stats = await stat(file).catch(() => undefined);
    if (stats !== undefined && now - stats.mtimeMs > (stats.size === 0 ? launchingMs : keptMs)) {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }
}
