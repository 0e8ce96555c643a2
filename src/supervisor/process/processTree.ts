import { execFile } from "node:child_process";
import fs, { readdirSync, readFileSync } from "node:fs";
import { processSource } from "../../shared/basics/processSource.ts";
import { windowsChildren } from "../../shared/basics/strays.ts";

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
  askSystem((childrenOf) => {
    const below = (parent: number): Relative[] =>
      childrenOf(parent).flatMap(({ pid: child, group, started }) =>
        started === undefined || group === child ? [] : [{ pid: child, started }, ...below(child)],
      );
    done(below(pid));
  });
}

/**
 * All descendants of a process, those that were made independent included. Empty where the system can't tell. On Windows it takes
 * PowerShell half a second and more.
 */
export function listDescendants(pid: number, done: (pids: readonly number[]) => void): void {
  if (process.platform === "win32") {
    void processSource({ process, fs, execFile })
      .windows()
      .then((output) => {
        const childrenOf = windowsChildren(output);
        const below = (parent: number): number[] => childrenOf(parent).flatMap((child) => [child, ...below(child)]);
        done(below(pid));
      });
    return;
  }
  askSystem((childrenOf) => {
    const below = (parent: number): number[] =>
      childrenOf(parent).flatMap(({ pid: child }) => [child, ...below(child)]);
    done(below(pid));
  });
}

/** Those of the family that still live, asked of the system again. */
export function listSurvivors(family: readonly Relative[], done: (survivors: readonly Relative[]) => void): void {
  if (process.platform === "linux" || family.length === 0) {
    done(family.filter(({ pid, started }) => readStat(pid)?.started === started));
  } else {
    runPs((rows) => {
      const alive = new Map(rows.map((row) => [row.pid, row.started]));
      done(family.filter(({ pid, started }) => alive.get(pid) === started));
    });
  }
}

/**
 * Processes of a process group, by default this one's, that carry a mark (`NAME=value`) in the environment they were started with. Empty where
 * the system does not tell (all but Linux).
 */
export function listMarked(mark: string, group = ownGroup()): Relative[] {
  if (process.platform !== "linux") {
    return [];
  }
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !environmentOf(pid).includes(`${mark}\0`)) {
      return [];
    }
    const stat = readStat(pid);
    return stat !== undefined && stat.group === group ? [{ pid, started: stat.started }] : [];
  });
}

/** The group of this process; `undefined` where the system does not tell (all but Linux). */
export function ownGroup(): number | undefined {
  return process.platform === "linux" ? readStat(process.pid)?.group : undefined;
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // It ended meanwhile, or belongs to another user.
    return "";
  }
}

interface Child {
  readonly pid: number;
  /** Missing of one that has ended. */
  readonly group?: number;
  readonly started?: string;
}

type ChildrenOf = (pid: number) => readonly Child[];

/** Hands over how to ask for a process's children: of Linux one by one, elsewhere of what `ps` has told of all. */
function askSystem(done: (childrenOf: ChildrenOf) => void): void {
  if (process.platform === "linux") {
    done(childrenFromProc);
  } else {
    runPs((rows) => done((pid) => rows.filter(({ parent }) => parent === pid)));
  }
}

/** A child belongs to the thread that started it, so every thread is asked. */
function childrenFromProc(pid: number): Child[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter(Boolean)
        .map((child) => ({ pid: Number(child), ...readStat(Number(child)) })),
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

/** All processes of the machine; none on Windows, without `ps`, or when it takes too long. */
function runPs(done: (rows: readonly (Required<Child> & { readonly parent: number })[]) => void): void {
  if (process.platform === "win32") {
    done([]);
    return;
  }
  const options = { timeout: listDeadlineMs, env: { ...process.env, LC_ALL: "C" } };
  execFile("ps", ["-axo", "pid=,ppid=,pgid=,lstart="], options, (error, stdout) => {
    const lines = error === null ? stdout.split("\n") : [];
    done(
      lines.flatMap((line) => {
        const [pid, parent, group, ...rest] = line.trim().split(/\s+/);
        const started = rest.join(" ");
        return started === "" ? [] : [{ pid: Number(pid), parent: Number(parent), group: Number(group), started }];
      }),
    );
  });
}
