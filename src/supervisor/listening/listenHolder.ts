import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { listDescendants } from "../process/processTree.ts";

/** Milliseconds for the system's own program to list listening sockets. */
const listDeadlineMs = 3_000;

/** Bytes of such a list at most. */
const longestList = 8 * 1_048_576;

/** A TCP port on which a process listens. */
export interface ListeningProcess {
  readonly pid: number;
  readonly port: number;
}

/**
 * The TCP ports on which a process and its descendants listen, in any thread: the preload sees the servers of a
 * worker's main thread only. Empty where unknown.
 */
export function listListening(pid: number, done: (found: readonly ListeningProcess[]) => void): void {
  if (process.platform === "win32") {
    listByNetstat(pid, done);
    return;
  }
  listDescendants(pid, (descendants) => {
    const pids = new Set([pid, ...descendants]);
    if (process.platform === "linux") {
      done(listFromProc(pids));
    } else {
      const args = ["-nP", "-a", "-iTCP", "-sTCP:LISTEN", "-p", [...pids].join(","), "-Fpn"];
      run("lsof", args, (output) => done(parseLsof(output)));
    }
  });
}

/** Descendants of a process that listens itself are left out: on Windows they take a second to be found. */
function listByNetstat(pid: number, done: (found: readonly ListeningProcess[]) => void): void {
  run("netstat", ["-ano", "-p", "TCP"], (output) => {
    const own = parseNetstat(output, new Set([pid]));
    if (own.length > 0) {
      done(own);
    } else {
      listDescendants(pid, (descendants) => done(parseNetstat(output, new Set(descendants))));
    }
  });
}

function run(program: string, args: readonly string[], done: (output: string) => void): void {
  const options = { timeout: listDeadlineMs, maxBuffer: longestList, windowsHide: true };
  // `lsof` exits with 1 when some information was unavailable.
  execFile(program, args, options, (_error, stdout) => done(stdout));
}

function listFromProc(pids: ReadonlySet<number>): ListeningProcess[] {
  const ports = new Map<string, number>();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of read(`/proc/self/net/${table}`).split("\n").slice(1)) {
      // Local address, remote address and state are fields 2 to 4, the inode is the 10th; 0A is LISTEN.
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === "0A" && local !== undefined && inode !== undefined) {
        ports.set(inode, Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16));
      }
    }
  }
  return [...pids].flatMap((pid) =>
    descriptors(pid).flatMap((target) => {
      const port = ports.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
      return port === undefined ? [] : [{ pid, port }];
    }),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // No IPv6 on this machine.
    return "";
  }
}

function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => link(`/proc/${pid}/fd/${name}`));
  } catch {
    // It has ended, or belongs to another user.
    return [];
  }
}

function link(file: string): string[] {
  try {
    return [readlinkSync(file)];
  } catch {
    // It was closed after the folder was listed.
    return [];
  }
}

/** Lines such as `p4711` for a process and `n*:3000` for each of its sockets. */
export function parseLsof(output: string): ListeningProcess[] {
  let pid = 0;
  return output.split("\n").flatMap((line) => {
    if (line.startsWith("p")) {
      pid = Number(line.slice(1));
    }
    const port = line.startsWith("n") ? Number(/:(\d+)$/.exec(line)?.[1]) : Number.NaN;
    return Number.isNaN(port) ? [] : [{ pid, port }];
  });
}

/** Lines such as `TCP    0.0.0.0:3000    0.0.0.0:0    LISTENING    4711`; the state is in the system's language. */
export function parseNetstat(output: string, pids: ReadonlySet<number>): ListeningProcess[] {
  return output.split("\n").flatMap((line) => {
    const [protocol, local = "", remote, , pid] = line.trim().split(/\s+/);
    const port = Number(/:(\d+)$/.exec(local)?.[1]);
    const listens = protocol === "TCP" && (remote === "0.0.0.0:0" || remote === "[::]:0");
    return listens && pids.has(Number(pid)) ? [{ pid: Number(pid), port }] : [];
  });
}
