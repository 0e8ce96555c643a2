import { constants, PerformanceObserver, type PerformanceObserverEntryList } from "node:perf_hooks";
import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { Guard } from "../guard.ts";

type Collections = LayerPulse["v8"]["gc"];

/** Counts garbage collections. */
export interface GcWatch {
  /** Those since the last call, by kind. */
  take(): Collections;
  stop(): void;
}

/** The kinds of `performance.constants`; the last is a young generation collected by the newer minor mark-sweep. */
const kinds: Readonly<Record<number, Collections[number]["kind"]>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakCallbacks",
  2: "minor",
};

export function watchGc(guard: Guard): GcWatch {
  const sums = new Map<Collections[number]["kind"], { count: number; ms: number }>();
  const add = (list: PerformanceObserverEntryList): void => {
    for (const entry of list.getEntries()) {
      const detail: unknown = Reflect.get(entry, "detail");
      const kind = kinds[(detail as { readonly kind?: number } | undefined)?.kind ?? 0];
      if (kind !== undefined) {
        const sum = sums.get(kind) ?? { count: 0, ms: 0 };
        sum.count += 1;
        sum.ms += entry.duration;
        sums.set(kind, sum);
      }
    }
  };
  const observer = new PerformanceObserver(guard("garbage collections", add));
  observer.observe({ entryTypes: ["gc"] });
  return {
    take() {
      const taken = [...sums].map(([kind, sum]) => ({ kind, ...sum }));
      sums.clear();
      return taken;
    },
    stop: () => observer.disconnect(),
  };
}
