/** A worker whose supervisor is gone. */
export interface Stray {
  readonly pid: number;
  /** Absent where the system does not tell. */
  readonly supervisor?: number;
}

/** What tells of the processes of a machine. Whatever can't be read is empty: it has ended, or belongs to another user. */
export interface ProcessSource {
  /** As `process.platform`. */
  readonly platform: string;
  /** Id of the user whose workers are looked for. */
  readonly user: number | undefined;
  /** Names in `/proc`; asked on Linux. */
  names(): readonly string[];
  /** Content of a file of `/proc`; asked on Linux. */
  read(file: string): string;
  /** Where a link of `/proc` leads; asked on Linux. */
  link(file: string): string;
  /** What `ps -axww` says of all processes: pid, parent, user and command line. Asked on other systems. */
  ps(): Promise<string>;
}

/** The flag by which every worker is started, as it stands in its command line. */
const preloadFlag = /(?:^|\0| )--require(?:\0| )\S*preload\.cjs(?:\0| |$)/;

/**
 * The workers of this user whose supervisor was killed together with its watcher. Where the system does not tell (Windows),
 * none are found.
 */
export async function findStrays(source: ProcessSource): Promise<Stray[]> {
  if (source.platform === "win32") {
    return [];
  }
  if (source.platform !== "linux") {
    return parseStrays(await source.ps(), source.user);
  }
  const space = source.link("/proc/self/ns/pid");
  return source.names().flatMap((name) => {
    const stray = /^\d+$/.test(name) ? strayOf(source, name, space) : undefined;
    return stray === undefined ? [] : [stray];
  });
}

/** Of a worker that lives, the parent is the supervisor that its environment names; a stray has been given another. */
function strayOf(source: ProcessSource, pid: string, space: string): Stray | undefined {
  if (!preloadFlag.test(source.read(`/proc/${pid}/cmdline`))) {
    return undefined;
  }
  const supervisor = /(?:^|\0)HITLESS_ID=(\d+)-\d+(?:\0|$)/.exec(source.read(`/proc/${pid}/environ`))?.[1];
  const parent = /^PPid:\s+(\d+)$/m.exec(source.read(`/proc/${pid}/status`))?.[1];
  // One in another container counts pids anew.
  const isHere = space !== "" && source.link(`/proc/${pid}/ns/pid`) === space;
  return isHere && supervisor !== undefined && parent !== undefined && parent !== supervisor
    ? { pid: Number(pid), supervisor: Number(supervisor) }
    : undefined;
}

/** Lines of `ps`. The first process takes in those whose parent has ended. */
function parseStrays(output: string, user: number | undefined): Stray[] {
  return output.split("\n").flatMap((line) => {
    const [pid, parent, uid] = line.trim().split(/\s+/, 3);
    return parent === "1" && Number(uid) === user && preloadFlag.test(line) ? [{ pid: Number(pid) }] : [];
  });
}
