import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { performance } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { CollectedPulse } from "../../shared/layers/collected.ts";
import { type GcWatch, watchGc } from "./gcWatch.ts";
import type { LoadedModules } from "./loadedModules.ts";
import { type DelayWatch, watchDelay } from "./loopDelay.ts";
import type { NativeList } from "./nativeList.ts";
import type { Warnings } from "./warnings.ts";

/** Nobody looks any more when nobody has asked for so long, in milliseconds. */
const usualLookingMs = 5_000;

export interface PulseParts {
  readonly modules: LoadedModules;
  readonly natives: NativeList;
  readonly warnings: Warnings;
  readonly servesHttp: () => boolean;
  /** Milliseconds after the last time for which it goes on watching; default 5,000. */
  readonly lookingMs?: number;
}

export interface Pulse {
  /** What moved since the last time. The first time, and after a pause, rates are over the life of the process. */
  take(): CollectedPulse;
}

/** What is watched while somebody looks. */
interface Look {
  readonly gc: GcWatch;
  readonly delay: DelayWatch;
  /** Requests answered, and when that was last told. */
  readonly requests: { answered: number; since: number };
  loop: ReturnType<typeof performance.eventLoopUtilization>;
  cpu: NodeJS.CpuUsage;
  cpuAt: number;
  stop(): void;
}

export function createPulse(parts: PulseParts): Pulse {
  const { modules, natives, warnings, servesHttp, lookingMs = usualLookingMs } = parts;
  let look: Look | undefined;
  let timer: NodeJS.Timeout | undefined;
  const lookAway = (): void => {
    look?.stop();
    look = undefined;
  };
  return {
    take() {
      clearTimeout(timer);
      timer = setTimeout(lookAway, lookingMs).unref();
      const requestsPerSecond = look === undefined || !servesHttp() ? undefined : rateOf(look.requests);
      const gc = look?.gc.take() ?? [];
      const delay = look?.delay.take();
      const moved = ratesSince(look);
      look ??= startLooking();
      Object.assign(look, moved.base);
      return {
        code: modules.count(),
        api: {
          builtins: natives.builtins().length,
          ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
          warnings: warnings.count(),
        },
        bindings: { internal: natives.bindings().length, addons: modules.addons().length },
        v8: { ...heap(), gc },
        uv: { utilisation: moved.utilisation, ...iterations(), ...delay, active: activeByType() },
        openssl: tlsSockets(),
        os: { ...moved.cpu, ...usage() },
      };
    },
  };
}

function startLooking(): Look {
  const requests = { answered: 0, since: performance.now() };
  const countOne = (): void => {
    requests.answered += 1;
  };
  subscribe("http.server.response.finish", countOne);
  const gc = watchGc();
  const delay = watchDelay();
  return {
    gc,
    delay,
    requests,
    loop: performance.eventLoopUtilization(),
    cpu: process.cpuUsage(),
    cpuAt: performance.now(),
    stop() {
      unsubscribe("http.server.response.finish", countOne);
      gc.stop();
      delay.stop();
    },
  };
}

function rateOf(requests: Look["requests"]): number {
  const now = performance.now();
  const rate = (requests.answered * 1_000) / Math.max(1, now - requests.since);
  requests.answered = 0;
  requests.since = now;
  return rate;
}

function ratesSince(look: Pick<Look, "loop" | "cpu" | "cpuAt"> | undefined): {
  readonly utilisation: number;
  readonly cpu: { readonly cpuUser: number; readonly cpuSystem: number };
  readonly base: Pick<Look, "loop" | "cpu" | "cpuAt">;
} {
  const base = { loop: performance.eventLoopUtilization(), cpu: process.cpuUsage(), cpuAt: performance.now() };
  const utilisation =
    look === undefined ? base.loop.utilization : performance.eventLoopUtilization(base.loop, look.loop).utilization;
  const ms = Math.max(1, base.cpuAt - (look?.cpuAt ?? 0));
  const share = (now: number, before: number | undefined): number => (now - (before ?? 0)) / 1_000 / ms;
  return {
    utilisation,
    cpu: { cpuUser: share(base.cpu.user, look?.cpu.user), cpuSystem: share(base.cpu.system, look?.cpu.system) },
    base,
  };
}

function heap(): Omit<CollectedPulse["v8"], "gc"> {
  const { used_heap_size, total_heap_size, heap_size_limit, external_memory } = getHeapStatistics();
  return {
    heapUsed: used_heap_size,
    heapTotal: total_heap_size,
    heapLimit: heap_size_limit,
    external: external_memory ?? process.memoryUsage().external,
    spaces: getHeapSpaceStatistics().map(({ space_name, space_used_size, space_size }) => ({
      name: space_name,
      used: space_used_size,
      size: space_size,
    })),
  };
}

/** Since Node 20.18 and 22.8. */
function iterations(): { readonly iterations?: number } {
  const metrics: unknown = Reflect.get(performance.nodeTiming, "uvMetricsInfo");
  const loops: unknown = typeof metrics === "object" && metrics !== null && Reflect.get(metrics, "loopCount");
  return typeof loops === "number" ? { iterations: loops } : {};
}

function activeByType(): CollectedPulse["uv"]["active"] {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count);
}

/** Told by the handles that are active; a socket of TLS has one of its own. */
function tlsSockets(): { readonly tlsSockets: number } {
  return { tlsSockets: process.getActiveResourcesInfo().filter((type) => /^TLS/.test(type)).length };
}

function usage(): Omit<CollectedPulse["os"], "cpuUser" | "cpuSystem"> {
  const used = process.resourceUsage();
  return {
    rss: process.memoryUsage.rss(),
    voluntarySwitches: used.voluntaryContextSwitches,
    involuntarySwitches: used.involuntaryContextSwitches,
    fsReads: used.fsRead,
    fsWrites: used.fsWrite,
    minorFaults: used.minorPageFault,
    majorFaults: used.majorPageFault,
  };
}
