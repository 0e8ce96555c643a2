import { type Profiler, Session, url } from "node:inspector";
import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { CollectedSample } from "../../../shared/layers/collected.ts";
import { clearTimeout, epochNow, setTimeout, steadyNow } from "../givenTimers.ts";
import { tellsBuiltins, withBuiltins } from "./builtinFrames.ts";
import { condense, intervalUs } from "./condense.ts";
import { withoutInlining } from "./inlining.ts";
import { loadedMaps } from "./loadedMaps.ts";
import { type ThreadTime, threadTime } from "./threadTime.ts";

/** Milliseconds for V8 to optimize hot code again. */
const usualSettlingMs = 250;

/** Without what is known of the process beside it. */
type TakenSample = Omit<CollectedSample, "bindings" | "addons" | "packages" | "tls">;

export interface CpuSampler {
  /** @throws Error when a sample is already running, or this Node has no profiler. */
  sample(seconds: number, timeline: boolean): Promise<TakenSample>;
  /** Ends the running sample, if there is one. */
  end(): void;
}

export interface CpuSamplerParts {
  /** The folder of Hitless's own bundles. */
  readonly folder: string;
  /** `NODE_OPTIONS` at the start of the process. */
  readonly nodeOptions: string;
}

/** Takes CPU profiles with V8's profiler, in a separate session: other profilers and debuggers are not touched. */
export function createCpuSampler({ folder, nodeOptions }: CpuSamplerParts): CpuSampler {
  let running: AbortController | undefined;
  /** Left open, since closing it would end coverage for others. */
  let kept: Session | undefined;
  return {
    async sample(seconds, timeline) {
      if (running !== undefined) {
        throw new Error("a sample is being taken already");
      }
      const controller = new AbortController();
      running = controller;
      const session = kept ?? new Session();
      let inlineAgain: (() => void) | undefined;
      try {
        await begin(session, session === kept, nodeOptions);
        const settles = !mayBeCovered();
        if (settles) {
          inlineAgain = withoutInlining(nodeOptions);
          forgetOptimizedCode(session);
        } else {
          kept = session;
        }
        await wait(settles ? usualSettlingMs : 0, controller.signal);
        const startedAt = epochNow();
        const from = steadyNow();
        const before = threadTime();
        const processBefore = process.cpuUsage();
        const looped = performance.eventLoopUtilization();
        await wait(seconds * 1_000, controller.signal);
        const counted = steadyNow() - from;
        const { idle } = performance.eventLoopUtilization(looped);
        const used = usedBetween(before, threadTime());
        const { user, system } = process.cpuUsage(processBefore);
        const profile = await stop(session);
        const settlingUs = settles ? profile.endTime - profile.startTime - counted * 1_000 : 0;
        const waitedUs = (used.thread?.waitedMs ?? 0) * 1_000;
        const condensed = condense(profile, { folder, settlingUs, waitedUs, timeline, builtins: tellsBuiltins() });
        return {
          startedAt,
          cancelled: controller.signal.aborted,
          ...condensed,
          inlined: !settles,
          builtins: tellsBuiltins(),
          maps: loadedMaps(condensed, session),
          ...(isLoopKnown(looped, used) ? { loopIdleMs: idle } : {}),
          ...(used.thread === undefined ? { processMs: (user + system) / 1_000 } : used),
        };
      } finally {
        running = undefined;
        if (inlineAgain !== undefined) {
          inlineAgain();
          // What was optimized meanwhile is slower than it need be.
          forgetOptimizedCode(session);
        }
        if (session !== kept) {
          session.disconnect();
        }
      }
    },
    end: () => running?.abort(),
  };
}

/**
 * Before its loop has begun, Node.js has no figures of it. Where the profiler interrupts a thread by a signal they are too low, and
 * say nothing without the thread's own. On Windows they are at most the time in which it waited for work.
 */
function isLoopKnown(looped: EventLoopUtilization, used: Pick<CollectedSample, "thread">): boolean {
  return looped.idle + looped.active > 0 && (process.platform === "win32" || used.thread !== undefined);
}

function usedBetween(before: ThreadTime | undefined, after: ThreadTime | undefined): Pick<CollectedSample, "thread"> {
  if (before === undefined || after === undefined) {
    return {};
  }
  const usedMs = after.usedMs - before.usedMs;
  if (before.waitedMs === undefined || after.waitedMs === undefined) {
    return { thread: { usedMs } };
  }
  const waitedMs = after.waitedMs - before.waitedMs;
  const [given, taken] = (["given", "taken"] as const).map(
    (kind) => (after.switches?.[kind] ?? 0) - (before.switches?.[kind] ?? 0),
  );
  const all = (given ?? 0) + (taken ?? 0);
  return { thread: { usedMs, waitedMs, ...(all === 0 ? {} : { interruptedMs: (waitedMs * (taken ?? 0)) / all }) } };
}

async function begin(session: Session, connected: boolean, nodeOptions: string): Promise<void> {
  if (!connected) {
    session.connect();
    await post(session, "Profiler.enable");
  }
  session.post("Profiler.setSamplingInterval", { interval: intervalUs });
  let begun = Promise.resolve();
  // The session is this thread's own, so that the profile has begun when the call returns.
  withBuiltins(nodeOptions, () => {
    begun = post(session, "Profiler.start");
  });
  await begun;
}

/** Whether coverage may be in use: a process has one mode, which any ending profiler session turns off for all. */
function mayBeCovered(): boolean {
  return url() !== undefined || process.env.NODE_V8_COVERAGE !== undefined;
}

/** Until then, or until it is aborted. The app may exit at any time. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) {
      end();
    } else {
      signal.addEventListener("abort", end, { once: true });
    }
  });
}

function post(session: Session, method: "Profiler.enable" | "Profiler.start"): Promise<void> {
  return new Promise((resolve, reject) => {
    session.post(method, (error) => (error === null ? resolve() : reject(new Error(`${method}: ${error.message}`))));
  });
}

/**
 * In code that V8 optimized before a profiler ran, the functions inlined into it can't be told apart, so a package's
 * time would be its caller's. Starting precise coverage makes V8 drop all optimized code, and ending it changes nothing
 * more; hot code is optimized again within some milliseconds, now with all that a profiler needs.
 */
function forgetOptimizedCode(session: Session): void {
  session.post("Profiler.startPreciseCoverage", { callCount: false, detailed: false });
  session.post("Profiler.stopPreciseCoverage");
}

function stop(session: Session): Promise<Profiler.Profile> {
  return new Promise((resolve, reject) => {
    session.post("Profiler.stop", (error, result) =>
      error === null ? resolve(result.profile) : reject(new Error(`Profiler.stop: ${error.message}`)),
    );
  });
}
