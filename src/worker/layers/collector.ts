import type { LayerAnswer, LayerQuestion } from "../../shared/layers/collected.ts";
import { createCpuSampler } from "./cpuSampler.ts";
import { collectFacts } from "./facts.ts";
import { createLoadedModules } from "./loadedModules.ts";
import { createNativeList } from "./nativeList.ts";
import { createPulse } from "./pulse.ts";
import { watchWarnings } from "./warnings.ts";

export interface CollectorParts {
  /** Where Hitless's own bundles are. */
  readonly folder: string;
  /** `process.moduleLoadList` before the collector was loaded. */
  readonly loadedBefore: readonly string[];
  readonly servesHttp: () => boolean;
}

export interface Collector {
  /** Resolves with `undefined` for what has no answer of its own. */
  answer(question: LayerQuestion): Promise<LayerAnswer | undefined>;
}

/** Tells what is in the layers of this process; loaded with the first question. */
export function createCollector({ folder, loadedBefore, servesHttp }: CollectorParts): Collector {
  const warnings = watchWarnings(folder);
  const natives = createNativeList(loadedBefore);
  const modules = createLoadedModules(folder);
  const pulse = createPulse({ modules, natives, warnings, servesHttp });
  const sampler = createCpuSampler(folder);
  return {
    async answer(question) {
      switch (question.kind) {
        case "facts":
          return { kind: "facts", ...(await collectFacts({ modules, natives, warnings })) };
        case "pulse":
          return { kind: "pulse", ...pulse.take() };
        case "sample":
          return { kind: "sample", ...(await sampler.sample(question.seconds)) };
        case "endSample":
          sampler.end();
          return undefined;
      }
    },
  };
}
