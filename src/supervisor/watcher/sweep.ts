import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { killTree } from "../process/killTree.ts";

/** Listing the processes of a machine takes no longer than this, in milliseconds. */
const listDeadlineMs = 1_000;
const longestList = 8 * 1_048_576;

/** The flag by which every worker is started, as it stands in its command line. */
const preloadFlag = /(?:^|\0| )--require(?:\0| )\S*preload\.cjs(?:\0| |$)/;

/**
 * Kills the workers of this user whose supervisor is gone and was killed together with its watcher. Where the system does not
 * tell (Windows), there is only the watcher.
 * @returns Their pids.
 */
export async function sweepStrays(): Promise<number[]> {
  const strays = await listStrays();
  await Promise.all(strays.map((pid) => new Promise<void>((resolve) => killTree(pid, () => resolve(kill(pid))))));
  return strays;
}

function listStrays(): Promise<number[]> {
  if (process.platform === "win32") {
    return Promise.resolve([]);
  }
  if (process.platform === "linux") {
    const space = readLink("/proc/self/ns/pid");
    return Promise.resolve(
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name) && isStray(name, space))
        .map(Number),
    );
  }
  const options = { timeout: listDeadlineMs, maxBuffer: longestList };
  return new Promise((resolve) => {
    execFile("ps", ["-axww", "-o", "pid=,ppid=,uid=,command="], options, (_error, stdout) =>
      resolve(parseStrays(stdout, process.getuid?.())),
    );
  });
}

/** Of a worker that lives, the parent is the supervisor that its environment names; a stray has been given another. */
function isStray(pid: string, space: string | undefined): boolean {
  if (!preloadFlag.test(read(`/proc/${pid}/cmdline`))) {
    return false;
  }
  const supervisor = /(?:^|\0)HITLESS_ID=(\d+)-\d+(?:\0|$)/.exec(read(`/proc/${pid}/environ`))?.[1];
  // One in another container counts pids anew.
  const parent = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  const isHere = space !== undefined && readLink(`/proc/${pid}/ns/pid`) === space;
  return isHere && supervisor !== undefined && parent !== undefined && parent !== supervisor;
}

/** Lines of `ps`: pid, parent, user and command line. The first process takes in those whose parent has ended. */
export function parseStrays(output: string, user: number | undefined): number[] {
  return output.split("\n").flatMap((line) => {
    const [pid, parent, uid] = line.trim().split(/\s+/, 3);
    return parent === "1" && Number(uid) === user && preloadFlag.test(line) ? [Number(pid)] : [];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // It has ended, or belongs to another user.
    return "";
  }
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended between the look and the signal.
  }
}
