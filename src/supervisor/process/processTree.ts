import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Listing the processes of a machine takes no longer than this, in milliseconds. */
const listDeadlineMs = 1_000;

/** A descendant of a worker. `started` tells it from a later process that got the same pid. */
export interface Relative {
  readonly pid: number;
  readonly started: string;
}

/**
 * The descendants of a process that would be left behind if it ended. Those that lead a group of their own are not
 * among them, nor is what they started: the app made them independent on purpose (`detached: true`).
 * Where the system can't tell (Windows, or no `ps`), the list is empty.
 */
export function listFamily(pid: number, done: (family: readonly Relative[]) => void): void {
  if (process.platform === "linux") {
    done(familyFromProc(pid));
  } else if (process.platform === "win32") {
    done([]);
  } else {
    const options = { timeout: listDeadlineMs, env: { ...process.env, LC_ALL: "C" } };
    execFile("ps", ["-axo", "pid=,ppid=,pgid=,lstart="], options, (error, stdout) => {
      done(error === null ? familyFromPs(pid, stdout) : []);
    });
  }
}

/**
 * Processes of this process group that carry a mark (`NAME=value`) in the environment they were started with. Empty where
 * the system does not tell (all but Linux).
 */
export function listMarked(mark: string): Relative[] {
  if (process.platform !== "linux") {
    return [];
  }
  const own = readStat(process.pid)?.group;
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !environmentOf(pid).includes(`${mark}\0`)) {
      return [];
    }
    const stat = readStat(pid);
    return stat !== undefined && stat.group === own ? [{ pid, started: stat.started }] : [];
  });
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return "";
  }
}

/** All descendants of a process, those that were made independent included. Empty where the system can't tell. */
export function listDescendants(pid: number, done: (pids: readonly number[]) => void): void {
  if (process.platform === "linux") {
    done(descendantsFromProc(pid));
    return;
  }
  const options = { timeout: listDeadlineMs, env: { ...process.env, LC_ALL: "C" } };
  execFile("ps", ["-axo", "pid=,ppid=,pgid=,lstart="], options, (error, stdout) => {
    const rows = error === null ? parsePs(stdout) : [];
    const below = (parent: number): number[] =>
      rows.filter((row) => row.parent === parent).flatMap((row) => [row.pid, ...below(row.pid)]);
    done(below(pid));
  });
}

function descendantsFromProc(pid: number): number[] {
  return childrenFromProc(pid).flatMap((child) => [child, ...descendantsFromProc(child)]);
}

/** Those of the family that still live, asked of the system again. */
export function listSurvivors(family: readonly Relative[], done: (survivors: readonly Relative[]) => void): void {
  if (family.length === 0) {
    done([]);
  } else if (process.platform === "linux") {
    done(family.filter(({ pid, started }) => readStat(pid)?.started === started));
  } else {
    execFile(
      "ps",
      ["-axo", "pid=,ppid=,pgid=,lstart="],
      { timeout: listDeadlineMs, env: { ...process.env, LC_ALL: "C" } },
      (error, stdout) => {
        const alive = new Map(parsePs(error === null ? stdout : "").map((row) => [row.pid, row.started]));
        done(family.filter(({ pid, started }) => alive.get(pid) === started));
      },
    );
  }
}

function familyFromProc(pid: number): Relative[] {
  return childrenFromProc(pid).flatMap((child) => {
    const stat = readStat(child);
    return stat === undefined || stat.group === child
      ? []
      : [{ pid: child, started: stat.started }, ...familyFromProc(child)];
  });
}

/** A child belongs to the thread that started it, so every thread is asked. */
function childrenFromProc(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    // The process or one of its threads ended meanwhile, or this kernel keeps no list of children.
    return [];
  }
}

/** Process group and start time (clock ticks since boot) of a process: fields 5 and 22 of proc_pid_stat(5). */
function readStat(pid: number): { readonly group: number; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold spaces and brackets; what follows its last bracket does not.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, , group] = fields;
    return state === "Z" ? undefined : { group: Number(group), started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

interface PsRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly started: string;
}

function parsePs(output: string): PsRow[] {
  return output.split("\n").flatMap((line) => {
    const [, pid, parent, group, started] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    return started === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), group: Number(group), started }];
  });
}

function familyFromPs(pid: number, output: string): Relative[] {
  const rows = parsePs(output);
  const below = (parent: number): Relative[] =>
    rows
      .filter((row) => row.parent === parent && row.group !== row.pid)
      .flatMap((row) => [{ pid: row.pid, started: row.started }, ...below(row.pid)]);
  return below(pid);
}
