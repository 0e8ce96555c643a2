import { readFileSync } from "node:fs";

/** What the calling thread has had of the CPU since it began. */
export interface ThreadTime {
  /** Milliseconds of CPU time. */
  readonly usedMs: number;
  /** Milliseconds in which it could have run and had no CPU; absent where unknown (all but Linux). */
  readonly waitedMs?: number;
  /** Times that it gave its CPU up, and that it was taken away; absent where unknown. */
  readonly switches?: { readonly given: number; readonly taken: number };
}

/** Clock tick of `/proc/…/stat` in milliseconds: Linux has 100 a second on all platforms of Node.js. */
const tickMs = 10;

/**
 * `undefined` where it is unknown: Node.js tells of threads since 22.19 and 24, Linux always, unless the permission
 * model keeps `/proc` closed.
 */
export function threadTime(): ThreadTime | undefined {
  const [used, waited] = scheduled();
  const usedMs = toldByNode() ?? used ?? counted();
  if (usedMs === undefined) {
    return undefined;
  }
  const switches = switched();
  return {
    usedMs,
    ...(waited === undefined ? {} : { waitedMs: waited }),
    ...(switches === undefined ? {} : { switches }),
  };
}

function toldByNode(): number | undefined {
  const measure: unknown = Reflect.get(process, "threadCpuUsage");
  if (typeof measure !== "function") {
    return undefined;
  }
  try {
    const { user, system }: { user: number; system: number } = measure.call(process);
    return (user + system) / 1_000;
  } catch {
    return undefined;
  }
}

/** Milliseconds on and waiting for a CPU: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
function scheduled(): readonly number[] {
  const times = read("schedstat").split(" ").slice(0, 2).map(Number);
  return times.length === 2 && times[0] !== 0 ? times.map((ns) => ns / 1e6) : [];
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function switched(): ThreadTime["switches"] {
  const text = read("status");
  const [, given] = /^voluntary_ctxt_switches:\s(\d+)/m.exec(text) ?? [];
  const [, taken] = /^nonvoluntary_ctxt_switches:\s(\d+)/m.exec(text) ?? [];
  return given === undefined || taken === undefined ? undefined : { given: Number(given), taken: Number(taken) };
}

/** Fields 14 and 15 (time in user and kernel mode) of proc_pid_stat(5), for a kernel without the statistics above. */
function counted(): number | undefined {
  const text = read("stat");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return text === "" || Number.isNaN(ticks) ? undefined : ticks * tickMs;
}

function read(name: "schedstat" | "stat" | "status"): string {
  if (process.platform !== "linux") {
    return "";
  }
  try {
    return readFileSync(`/proc/thread-self/${name}`, "utf8");
  } catch {
    return "";
  }
}
