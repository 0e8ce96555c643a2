import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { findStrays } from "../../shared/basics/strays.ts";
import { killTree } from "../process/killTree.ts";

/** Listing the processes of a machine takes no longer than this, in milliseconds. */
const listDeadlineMs = 1_000;
const longestList = 8 * 1_048_576;

/**
 * Kills the workers of this user whose supervisor is gone and was killed together with its watcher. Where the system does not
 * tell (Windows), there is only the watcher.
 * @returns Their pids.
 */
export async function sweepStrays(): Promise<number[]> {
  const strays = await findStrays({
    platform: process.platform,
    user: process.getuid?.(),
    names: () => readdirSync("/proc"),
    read: (file) => orEmpty(() => readFileSync(file, "latin1")),
    link: (file) => orEmpty(() => readlinkSync(file)),
    ps,
  });
  const pids = strays.map(({ pid }) => pid);
  await Promise.all(pids.map((pid) => new Promise<void>((resolve) => killTree(pid, () => resolve(kill(pid))))));
  return pids;
}

function ps(): Promise<string> {
  const options = { timeout: listDeadlineMs, maxBuffer: longestList };
  return new Promise((resolve) => {
    execFile("ps", ["-axww", "-o", "pid=,ppid=,uid=,command="], options, (_error, stdout) => resolve(stdout));
  });
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    // It has ended, or belongs to another user.
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended between the look and the signal.
  }
}
