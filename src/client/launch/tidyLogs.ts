import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openSocket } from "../connection/openSocket.ts";

/** What is younger than this may be that of a supervisor which has not written its endpoint file yet. */
const launchingMs = 60_000;
/** How long the log of a supervisor that had something to say is kept. */
const keptMs = 7 * 24 * 3_600_000;
/** Milliseconds in which somebody who listens at a socket lets others in, or is busy. */
const answerMs = 1_000;

/**
 * Removes what supervisors and launches that are gone have left: empty logs and old ones, and of those that were killed
 * sockets without an endpoint file, claims and half-written files.
 */
export async function tidyLogs(folder: string, now: number = Date.now()): Promise<void> {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const name of names) {
    const [, id, kind = ""] =
      /^([0-9a-f]{10}|[0-9a-f]{16}\.[0-9a-f]{12})\.(log|sock|lock|[\w.]+\.tmp)$/.exec(name) ?? [];
    if (id === undefined || names.has(`${id}.json`)) {
      continue;
    }
    const file = join(folder, name);
    const stats = await stat(file).catch(() => undefined);
    const isOld =
      stats !== undefined && now - stats.mtimeMs > (kind === "log" && stats.size > 0 ? keptMs : launchingMs);
    if (isOld && (kind !== "sock" || (await isDeserted(file)))) {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }
}

async function isDeserted(socket: string): Promise<boolean> {
  const attempt = await openSocket(socket, answerMs);
  if (attempt.kind === "open") {
    attempt.socket.destroy();
  }
  return attempt.kind === "refused";
}
