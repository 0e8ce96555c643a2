import type { ProcessSource } from "./processSource.ts";

/** A worker whose supervisor is gone. */
export interface Stray {
  readonly pid: number;
  /** Absent where the system does not tell. */
  readonly supervisor?: number;
}

/** What a worker had started, and has outlived it: the app made it independent. */
export interface Leftover {
  readonly pid: number;
  readonly supervisor: number;
  /** Its command line, cut at `longestCommand` characters. */
  readonly command: string;
}

const longestCommand = 80;

/**
 * The flag by which every worker is started, as it stands in its command line: between NUL characters on Linux, between spaces
 * elsewhere, and on Windows in quotes where its path holds some.
 */
const preloadFlag =
  /(?:^|\0)--require\0[^\0]*preload\.cjs(?:\0|$)|(?:^| )--require (?:"[^"\0]*preload\.cjs"|[^\s\0"]*preload\.cjs)(?: |$)/;

/** The workers of this user whose supervisor was killed together with its watcher. */
export async function findStrays(source: ProcessSource): Promise<Stray[]> {
  switch (source.platform) {
    case "linux":
      return readMarked(source).flatMap(({ pid, supervisor, isWorker, parent }) =>
        // Of a worker that lives, the parent is the supervisor that its environment names; a stray has been given another.
        isWorker && parent !== supervisor ? [{ pid, supervisor }] : [],
      );
    case "win32":
      return parseWindows(await source.windows(), source.pid);
    default:
      return parseStrays(await source.ps(), source.user);
  }
}

/**
 * Processes of this user that a worker had started and that live though neither it nor its supervisor is above them any more. None
 * where the system does not tell of environments (all but Linux).
 */
export function findLeftovers(source: ProcessSource): Leftover[] {
  return readMarked(source).flatMap(({ pid, supervisor, isWorker, command }) =>
    isWorker || isBelow(source, pid, supervisor) ? [] : [{ pid, supervisor, command }],
  );
}

interface Marked {
  readonly pid: number;
  readonly parent: number;
  /** Which its environment names. */
  readonly supervisor: number;
  readonly isWorker: boolean;
  readonly command: string;
}

/** All processes with the variable that workers get and pass on. */
function readMarked(source: ProcessSource): Marked[] {
  if (source.platform !== "linux") {
    return [];
  }
  const space = source.link("/proc/self/ns/pid");
  return source.names().flatMap((name) => {
    const mark =
      /^\d+$/.test(name) && /(?:^|\0)HITLESS_ID=(\d+)-\d+(?:\0|$)/.exec(source.read(`/proc/${name}/environ`));
    // One in another container counts pids anew.
    if (!mark || space === "" || source.link(`/proc/${name}/ns/pid`) !== space) {
      return [];
    }
    const parent = parentOf(source, Number(name));
    const line = source.read(`/proc/${name}/cmdline`);
    if (parent === undefined || line === "") {
      return [];
    }
    const command = line.replaceAll("\0", " ").trim().slice(0, longestCommand);
    return [{ pid: Number(name), parent, supervisor: Number(mark[1]), isWorker: preloadFlag.test(line), command }];
  });
}

/** Whether a process descends from this supervisor, or from a worker: then it is not left over, or will not be for long. */
function isBelow(source: ProcessSource, pid: number, supervisor: number): boolean {
  let above = parentOf(source, pid);
  while (above !== undefined && above > 1) {
    if (above === supervisor || preloadFlag.test(source.read(`/proc/${above}/cmdline`))) {
      return true;
    }
    above = parentOf(source, above);
  }
  return false;
}

/** `undefined` of one that has ended, as it is of a zombie, which has no command line either. */
function parentOf(source: ProcessSource, pid: number): number | undefined {
  const parent = /^PPid:\s+(\d+)$/m.exec(source.read(`/proc/${pid}/status`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Lines of `ps`. The first process takes in those whose parent has ended. */
function parseStrays(output: string, user: number | undefined): Stray[] {
  return output.split("\n").flatMap((line) => {
    const [pid, parent, uid] = line.trim().split(/\s+/, 3);
    return parent === "1" && Number(uid) === user && preloadFlag.test(line) ? [{ pid: Number(pid) }] : [];
  });
}

/** As `windowsProcesses` tells of one. */
interface WindowsProcess {
  readonly ProcessId: number;
  /** Stays when that process has ended, and may be another's by now. */
  readonly ParentProcessId: number;
  readonly SessionId: number;
  /** `null` of what belongs to others. */
  readonly CommandLine: string | null;
  /** 100 ns each; rounded, as JSON has it. */
  readonly Created: number;
}

/** @param own Whose session is looked at: other people's processes are not ours to end, even for an administrator. */
function parseWindows(output: string, own: number): Stray[] {
  const processes = parseRows(output);
  const byPid = new Map(processes.map((row) => [row.ProcessId, row]));
  const session = byPid.get(own)?.SessionId;
  return processes.flatMap(({ ProcessId, ParentProcessId, SessionId, CommandLine, Created }) => {
    const parent = byPid.get(ParentProcessId);
    const isOrphan = parent === undefined || parent.Created > Created;
    const isWorker = SessionId === session && typeof CommandLine === "string" && preloadFlag.test(CommandLine);
    return isWorker && isOrphan ? [{ pid: ProcessId, supervisor: ParentProcessId }] : [];
  });
}

/**
 * The children of each process by what PowerShell has told of all. Windows keeps the pid of a parent that has ended, which may
 * be another's by now: that one is younger than the child.
 */
export function windowsChildren(output: string): (pid: number) => number[] {
  const processes = parseRows(output);
  const created = new Map(processes.map(({ ProcessId, Created }) => [ProcessId, Created]));
  return (pid) =>
    processes
      .filter((row) => row.ParentProcessId === pid && row.ProcessId !== pid && (created.get(pid) ?? 0) <= row.Created)
      .map(({ ProcessId }) => ProcessId);
}

function parseRows(output: string): WindowsProcess[] {
  try {
    const rows: unknown = JSON.parse(output);
    return Array.isArray(rows) ? (rows as WindowsProcess[]) : [];
  } catch {
    // It took too long, or there is no such program.
    return [];
  }
}
