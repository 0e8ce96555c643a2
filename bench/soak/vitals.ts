import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../src/shared/snapshot.ts";
import { processesWithEnvironment, residentBytes } from "../../test/support/process/processes.ts";
import { type Innards, lookInside } from "./inspected.ts";
import { type Companion, inspectorOf } from "./programs.ts";

/** All that could grow, at one moment in which nothing is renewed. */
export interface Sample {
  /** How many renewals there had been. */
  readonly renewals: number;
  /** How many of them had renewed the supervisor. */
  readonly upgrades: number;
  /** The supervisor. */
  readonly pid: number;
  /** Its Node.js, such as `v24.21.0`. */
  readonly node: string;
  /** Numbers by what they are of, such as `supervisor heap` (bytes) or `descriptors: socket`. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface SampleOptions {
  readonly snapshot: Snapshot;
  readonly renewals: number;
  readonly upgrades: number;
  /** Of the app, of its supervisor's files, and where the inspectors' addresses are. */
  readonly folders: { readonly app: string; readonly runtime: string; readonly inspectors: string };
  /** The supervisor's control socket. */
  readonly socket: string;
  /** In the environment of every process of the soak. */
  readonly marker: string;
  readonly companions: readonly Companion[];
}

export async function takeSample(options: SampleOptions): Promise<Sample> {
  const { snapshot, renewals, upgrades, folders, socket, marker, companions } = options;
  const { pid, nodeVersion } = snapshot.supervisor;
  const innards = await lookInside(inspectorOf(folders.inspectors, pid));
  const figures: Record<string, number> = {
    "supervisor: RSS": residentBytes(pid) ?? 0,
    ...innardsFigures("supervisor", innards),
    "supervisor: descriptors": 0,
    "control connections": connectionsOf(socket),
    "files in the runtime folder": readdirSync(folders.runtime).length,
    "files in the app's folder": readdirSync(folders.app).length,
  };
  for (const [kind, count] of descriptorKinds(pid)) {
    figures[`descriptors: ${kind}`] = count;
    figures["supervisor: descriptors"] = (figures["supervisor: descriptors"] ?? 0) + count;
  }
  // Each worker has its own, which come and go with scaling.
  const known = new Set([pid, ...snapshot.workers.map((worker) => worker.pid), ...companions.map((each) => each.pid)]);
  const marked = await processesWithEnvironment(`${marker}\0`);
  figures["processes beside workers"] = marked.filter((each) => !known.has(each)).length;
  figures.zombies = zombiesOf(known);
  for (const { name, pid: own, inspector } of companions) {
    figures[`${name}: RSS`] = residentBytes(own) ?? 0;
    Object.assign(figures, innardsFigures(name, await lookInside(inspector)));
  }
  return { renewals, upgrades, pid, node: nodeVersion, figures };
}

function innardsFigures(
  who: string,
  { heap, external, resources, listeners, workers = 0, objects }: Innards,
): Record<string, number> {
  const figures: Record<string, number> = {
    [`${who}: heap`]: heap,
    [`${who}: external`]: external,
    ...(objects !== undefined && { [`${who}: objects`]: objects }),
    [`${who}: active handles`]: Object.entries(resources).reduce(
      (sum, [type, count]) => (type === "Timeout" ? sum : sum + count),
      0,
    ),
    [`${who}: listeners of process`]: listeners,
  };
  if (who === "supervisor") {
    figures["supervisor: workers in node:cluster"] = workers;
    for (const [type, count] of Object.entries(resources)) {
      figures[`handles: ${type}`] = count;
    }
  }
  return figures;
}

/** Open descriptors by what they are: `socket`, `pipe`, `eventpoll`, `file` … */
function descriptorKinds(pid: number): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${name}`);
      const kind = target.startsWith("/") ? "file" : target.replace(/^anon_inode:/, "").replace(/:?\[(.*)\]$/, "");
      const short = kind === "" ? target.replace(/^anon_inode:\[(.*)\]$/, "$1") : kind;
      kinds.set(short, (kinds.get(short) ?? 0) + 1);
    } catch {
      // It was closed meanwhile.
    }
  }
  return kinds;
}

/** Connections that were accepted at a Unix socket. */
function connectionsOf(path: string): number {
  const connected = /^\S+ \S+ \S+ \S+ \S+ 03 /;
  return readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .filter((line) => line.endsWith(` ${path}`) && connected.test(line)).length;
}

/** Children of these processes that are dead and that nobody has asked the exit code of. */
function zombiesOf(parents: ReadonlySet<number>): number {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) {
      return false;
    }
    try {
      const stat = readFileSync(join("/proc", name, "stat"), "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" && parents.has(Number(parent));
    } catch {
      return false;
    }
  }).length;
}
