import type { CollectedSample, LayerAnswer, LayerQuestion } from "../../shared/layers/collected.ts";
import type { Guard } from "../guard.ts";
import type { WarningLog } from "../process/warningLog.ts";
import { type OwnTimers, takeTimers } from "./givenTimers.ts";
import { createLoadedModules } from "./modules/loadedModules.ts";
import { createNativeList } from "./modules/nativeList.ts";
import { createPulse } from "./pulse.ts";
import { createRequestWatch } from "./requestWatch.ts";
import { createCpuSampler } from "./sample/cpuSampler.ts";
import { takeHeapSnapshot } from "./sample/takeHeapSnapshot.ts";
import { type ListeningServer, secureServers } from "./tlsWatch.ts";
import { collectFacts } from "./workerFacts.ts";

export interface CollectorParts {
  /** The folder of Hitless's own bundles. */
  readonly folder: string;
  /** `process.moduleLoadList` before the collector was loaded. */
  readonly loadedBefore: readonly string[];
  /** `NODE_OPTIONS` at the start of the process. */
  readonly nodeOptions: string;
  readonly warnings: WarningLog;
  readonly servers: () => readonly ListeningServer[];
  readonly guard: Guard;
  readonly timers: OwnTimers;
}

export interface Collector {
  /** Resolves with `undefined` for a question without answer. */
  answer(question: Exclude<LayerQuestion, { readonly kind: "servers" }>): Promise<LayerAnswer | undefined>;
}

/** Collects what is in the layers of this process; loaded with the first question. */
export function createCollector(parts: CollectorParts): Collector {
  const { folder, loadedBefore, nodeOptions, warnings, servers, guard, timers } = parts;
  takeTimers(timers);
  const natives = createNativeList(loadedBefore);
  const modules = createLoadedModules(folder);
  const pulse = createPulse({ modules, natives, warnings, servers, guard });
  const requests = createRequestWatch(guard);
  const sampler = createCpuSampler({ folder, nodeOptions });
  return {
    async answer(question) {
      switch (question.kind) {
        case "facts":
          return { kind: "facts", ...(await collectFacts({ modules, natives, warnings, nodeOptions, folder })) };
        case "pulse":
          return { kind: "pulse", ...pulse.take() };
        case "requests":
          return { kind: "requests", ...requests.take(question.after, question.slowMs) };
        case "sample":
          return {
            kind: "sample",
            ...(await pulse.during(() => sampler.sample(question.seconds, question.timeline))),
            tls: tlsOf(servers()),
            bindings: natives.bindings(),
            addons: modules.addons(),
            packages: modules.packages(),
          };
        case "heapSnapshot":
          return { kind: "heapSnapshot", ...takeHeapSnapshot(question.file) };
        case "endSample":
          sampler.end();
          return undefined;
      }
    },
  };
}

/** What the servers of the app speak; clients may speak anything. */
function tlsOf(servers: readonly ListeningServer[]): CollectedSample["tls"] {
  const secure = secureServers(servers).length;
  return secure === 0 ? "none" : secure === servers.length ? "all" : "some";
}
