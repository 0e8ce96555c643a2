import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { findStrays, type Stray } from "../../shared/basics/strays.ts";

/** Listing the processes of a machine takes no longer than this, in milliseconds. */
const listDeadlineMs = 1_000;
const longestList = 8 * 1_048_576;

/** The workers of this user that a killed supervisor has left behind, and that the next start will end. */
export function listStrays(): Promise<Stray[]> {
  return findStrays({
    platform: process.platform,
    user: process.getuid?.(),
    names: () => readdirSync("/proc"),
    read: (file) => orEmpty(() => readFileSync(file, "latin1")),
    link: (file) => orEmpty(() => readlinkSync(file)),
    ps: () =>
      new Promise((resolve) => {
        const options = { timeout: listDeadlineMs, maxBuffer: longestList };
        execFile("ps", ["-axww", "-o", "pid=,ppid=,uid=,command="], options, (_error, stdout) => resolve(stdout));
      }),
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
