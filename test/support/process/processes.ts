import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/** Listing the processes of the machine takes no longer, in milliseconds. */
const listDeadlineMs = 5_000;

/** Whether a process has this id and is more than a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return process.platform !== "linux" || !isZombie(pid);
}

/**
 * When a process began, which tells it from a later one of the same id; `undefined` where the system does not tell (all but Linux), and
 * for one that is gone.
 */
export function beginningOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22 of proc_pid_stat(5).
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** A process that is dead but that nobody has asked the exit code of, as happens in a container without an init. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return true;
  }
}

/**
 * Every live process with this text in its environment: finds what a worker left behind whoever its parent is now.
 * Windows tells no environment; the answer is empty there, and only known pids can be checked.
 */
export async function processesWithEnvironment(text: string): Promise<number[]> {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => environmentOf(pid).includes(text) && isAlive(pid));
  }
  if (process.platform === "win32") {
    return [];
  }
  const { stdout } = await promisify(execFile)("ps", ["-Eaxww", "-o", "pid=,command="], {
    timeout: listDeadlineMs,
    maxBuffer: 64 * 1_048_576,
  });
  return stdout
    .split("\n")
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // It ended meanwhile, or belongs to another user.
    return "";
  }
}

/** Open file descriptors of a process; `undefined` where the system does not tell (all but Linux). */
export function openDescriptors(pid: number): number | undefined {
  return process.platform === "linux" ? readdirSync(`/proc/${pid}/fd`).length : undefined;
}

/** Resident memory of a process in bytes; `undefined` where the system does not tell (all but Linux). */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== "linux") {
    return undefined;
  }
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1_024;
}

/** Processor time a process has used, in milliseconds; `undefined` where the system does not tell (all but Linux). */
export function processorMs(pid: number): number | undefined {
  if (process.platform !== "linux") {
    return undefined;
  }
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}
