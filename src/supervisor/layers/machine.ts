import { readdir, readFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import type { LayerFacts } from "../../shared/layers/facts.ts";
import { mostOpenFiles } from "../traffic/openFileLimit.ts";

const cgroupRoot = "/sys/fs/cgroup";

/** Control groups of version 1 write "no limit" as a number near 2⁶³. */
const mostMemory = 2 ** 60;

/** Describes the machine and its limits, as they apply to a process. */
export async function describeMachine(pid: number): Promise<LayerFacts["os"]> {
  const processors = cpus();
  const [memoryLimit, cpuLimit, fileLimit] = await Promise.all([
    controlGroupMemory(pid),
    controlGroupCpus(pid),
    fileLimitOf(pid),
  ]);
  return {
    platform: platform(),
    release: release(),
    arch: arch(),
    cpuModel: processors[0]?.model.trim() ?? "",
    cpus: processors.length,
    availableCpus: availableParallelism(),
    memoryTotal: totalmem(),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(cpuLimit === undefined ? {} : { cpuLimit }),
    ...(fileLimit === undefined ? {} : { fileLimit }),
  };
}

/** Number of open file descriptors of a process; `undefined` where unknown (all but Linux). */
export async function openFiles(pid: number): Promise<number | undefined> {
  if (process.platform !== "linux") {
    return undefined;
  }
  return (await readdir(`/proc/${pid}/fd`).catch(() => undefined))?.length;
}

/** Linux reports it for any process; elsewhere a worker inherits this process's limit, which Node's report contains. */
async function fileLimitOf(pid: number): Promise<number | undefined> {
  if (process.platform === "linux") {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(await text(`/proc/${pid}/limits`)) ?? [];
    return soft === undefined ? undefined : Number(soft);
  }
  // Without `excludeNetwork` (Node.js 20) a report resolves the names of all peers, which may take seconds.
  knownLimit ??= "excludeNetwork" in process.report ? mostOpenFiles() : Number.POSITIVE_INFINITY;
  return Number.isFinite(knownLimit) ? knownLimit : undefined;
}

let knownLimit: number | undefined;

async function controlGroupMemory(pid: number): Promise<number | undefined> {
  return leastOf(pid, async (folder) => {
    const written = (await text(join(folder, "memory.max"))) || (await text(join(folder, "memory.limit_in_bytes")));
    const bytes = Number.parseInt(written, 10);
    return bytes < mostMemory ? bytes : undefined;
  });
}

async function controlGroupCpus(pid: number): Promise<number | undefined> {
  return leastOf(pid, async (folder) => {
    const [quota, period] = ((await text(join(folder, "cpu.max"))) || (await versionOneCpu(folder))).split(/\s+/);
    const limit = Number(quota) / Number(period);
    return limit > 0 ? limit : undefined;
  });
}

async function versionOneCpu(folder: string): Promise<string> {
  return `${(await text(join(folder, "cpu.cfs_quota_us"))).trim()} ${await text(join(folder, "cpu.cfs_period_us"))}`;
}

/** The lowest limit among a process's control groups, each of which applies to all below it. */
async function leastOf(
  pid: number,
  read: (folder: string) => Promise<number | undefined>,
): Promise<number | undefined> {
  if (process.platform !== "linux") {
    return undefined;
  }
  const limits = await Promise.all((await controlGroups(pid)).map(read));
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Folders of a process's control groups and their parents. See cgroups(7). */
async function controlGroups(pid: number): Promise<string[]> {
  const folders = new Set<string>();
  for (const line of (await text(`/proc/${pid}/cgroup`)).split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined || !/^$|\b(memory|cpu)\b/.test(controllers)) {
      continue;
    }
    const root = controllers === "" ? cgroupRoot : join(cgroupRoot, controllers);
    const names = path.split("/").filter((name) => name !== "");
    for (let depth = names.length; depth >= 0; depth -= 1) {
      folders.add(join(root, ...names.slice(0, depth)));
    }
  }
  return [...folders];
}

async function text(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
