import type { Server } from "node:net";
import { performance } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { CollectedPulse } from "../../shared/layers/collected.ts";
import { isHttpServer } from "../connections/servers.ts";
import type { Guard } from "../guard.ts";
import type { WarningLog } from "../process/warningLog.ts";
import { type AnswerTimes, watchAnswers } from "./answerTimes.ts";
import { type GcWatch, watchGc } from "./gcWatch.ts";
import { clearTimeout, setTimeout, steadyNow } from "./givenTimers.ts";
import { type DelayWatch, watchDelay } from "./loopDelay.ts";
import type { LoadedModules } from "./modules/loadedModules.ts";
import type { NativeList } from "./modules/nativeList.ts";
import { connectionsOf, type ListeningServer, secureServers, type TlsWatch, watchTls } from "./tlsWatch.ts";

/** Milliseconds after the last request when observation ends. */
const usualLookingMs = 5_000;

export interface PulseParts {
  readonly modules: LoadedModules;
  readonly natives: NativeList;
  readonly warnings: Pick<WarningLog, "count">;
  readonly servers: () => readonly ListeningServer[];
  readonly guard: Guard;
  /** Milliseconds after the last request for which observation continues; default 5,000. */
  readonly lookingMs?: number;
}

export interface Pulse {
  /** The figures since the last call. The first time, and after a pause, rates are over the life of the process. */
  take(): CollectedPulse;
  /**
   * Continues observing until a CPU sample is over, however long it takes. The event loop's figures from that time are
   * left out: each tick of the profiler wakes it, so that it seems busy while it waits.
   */
  during<Result>(sample: () => Promise<Result>): Promise<Result>;
}

/** The observers of an observation. */
interface Look {
  readonly gc: GcWatch;
  readonly delay: DelayWatch;
  readonly tls: TlsWatch;
  readonly answers: AnswerTimes;
  loop: ReturnType<typeof performance.eventLoopUtilization>;
  cpu: NodeJS.CpuUsage;
  cpuAt: number;
  stop(): void;
}

export function createPulse(parts: PulseParts): Pulse {
  const { modules, natives, warnings, servers, guard, lookingMs = usualLookingMs } = parts;
  let look: Look | undefined;
  let timer: NodeJS.Timeout | undefined;
  let samples = 0;
  /** Whether there was a sample since the process started, and since the previous pulse. */
  let disturbed = { ever: false, lately: false };
  const lookAway = guard("layers", () => {
    look?.stop();
    look = undefined;
  });
  const lookAwayLater = (): void => {
    clearTimeout(timer);
    timer = samples > 0 ? undefined : setTimeout(lookAway, lookingMs).unref();
  };
  return {
    take() {
      lookAwayLater();
      const secure = secureServers(servers());
      const servesHttp = look?.answers.seesHttp2 === true || servers().some(({ server }) => isHttpServer(server));
      const answers = servesHttp ? look?.answers.take() : undefined;
      const gc = look?.gc.take() ?? [];
      const delay = look?.delay.take();
      const moved = ratesSince(look);
      const isMeasured = !(look === undefined ? disturbed.ever : disturbed.lately);
      disturbed = { ...disturbed, lately: samples > 0 };
      const sessions = look?.tls.sessions();
      look ??= startLooking(guard);
      look.tls.follow(secure);
      Object.assign(look, moved.base);
      return {
        code: modules.count(),
        api: {
          builtins: natives.builtins().length,
          ...answers,
          warnings: warnings.count(),
        },
        bindings: { internal: natives.bindings().length, addons: modules.addons().length },
        v8: { ...heap(), gc },
        uv: {
          ...(isMeasured ? { utilisation: moved.utilisation } : {}),
          ...iterations(),
          ...delay,
          active: activeByType(),
        },
        openssl: openTls(secure, sessions),
        os: { ...moved.cpu, ...usage() },
      };
    },
    async during(sample) {
      samples += 1;
      disturbed = { ever: true, lately: true };
      clearTimeout(timer);
      try {
        return await sample();
      } finally {
        samples -= 1;
        lookAwayLater();
      }
    },
  };
}

function startLooking(guard: Guard): Look {
  const answers = watchAnswers(guard);
  const gc = watchGc(guard);
  const delay = watchDelay();
  const tls = watchTls(guard);
  return {
    gc,
    delay,
    tls,
    answers,
    loop: performance.eventLoopUtilization(),
    cpu: process.cpuUsage(),
    cpuAt: steadyNow(),
    stop() {
      answers.stop();
      gc.stop();
      delay.stop();
      tls.stop();
    },
  };
}

function ratesSince(look: Pick<Look, "loop" | "cpu" | "cpuAt"> | undefined): {
  readonly utilisation: number;
  readonly cpu: { readonly cpuUser: number; readonly cpuSystem: number };
  readonly base: Pick<Look, "loop" | "cpu" | "cpuAt">;
} {
  const base = { loop: performance.eventLoopUtilization(), cpu: process.cpuUsage(), cpuAt: steadyNow() };
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

function openTls(
  servers: readonly Server[],
  sessions: CollectedPulse["openssl"]["sessions"],
): CollectedPulse["openssl"] {
  const tlsSockets = connectionsOf(servers);
  return {
    ...(tlsSockets === undefined ? {} : { tlsSockets }),
    ...(servers.length === 0 || sessions === undefined ? {} : { sessions }),
  };
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
