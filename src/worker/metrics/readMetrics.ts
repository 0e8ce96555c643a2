import { performance } from "node:perf_hooks";
import type { AppMetric, MetricValue, WorkerMetrics } from "../../shared/workerMessages.ts";
import { findRegistries, type ModuleCache, type Registry } from "./findRegistries.ts";

/** A registry whose metrics have not been collected after so many milliseconds is left out. */
const collectDeadlineMs = 1_000;

/** Values of one worker; what is beyond is left out, metric by metric. */
const mostValues = 20_000;

/** Characters of names, helps and labels of one worker. */
const mostCharacters = 4 * 1_048_576;

const types: readonly AppMetric["type"][] = ["counter", "gauge", "histogram", "summary"];

/** Timers that the app has not replaced. */
type Timers = Pick<typeof import("../ownTimers.ts"), "setTimeout" | "clearTimeout">;

/**
 * Reads the metrics of this process, and those of the app's prom-client, if it has loaded one.
 * @param cache The modules that the app has loaded.
 */
export function createMetricsReader(timers: Timers, cache: ModuleCache): () => Promise<WorkerMetrics> {
  let before = performance.eventLoopUtilization();
  return async () => {
    const { user, system } = process.cpuUsage();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const told = await Promise.all(findRegistries(cache).map((registry) => collect(registry, timers)));
    return { cpuSeconds: (user + system) / 1e6, loopUtilization: utilization, ...sortOut(told) };
  };
}

/** What a registry tells; `undefined` if it can't, or not in time: its metrics may ask other machines. */
async function collect(
  registry: Registry,
  { setTimeout, clearTimeout }: Timers,
): Promise<readonly unknown[] | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), collectDeadlineMs);
  });
  try {
    const told = await Promise.race([registry.getMetricsAsJSON(), late]);
    return Array.isArray(told) ? told : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The metrics of all registries, each name once, as many as there may be. */
function sortOut(told: readonly (readonly unknown[] | undefined)[]): Pick<WorkerMetrics, "metrics" | "leftOut"> {
  const metrics = new Map<string, AppMetric>();
  let leftOut = 0;
  let values = 0;
  let characters = 0;
  for (const raw of told.flatMap((registry) => registry ?? [undefined])) {
    const metric = readMetric(raw);
    const size = metric === undefined ? 0 : sizeOf(metric);
    const count = metric?.values.length ?? 0;
    const fits = values + count <= mostValues && characters + size <= mostCharacters;
    if (metric === undefined || metrics.has(metric.name) || !fits) {
      leftOut += 1;
      continue;
    }
    metrics.set(metric.name, metric);
    values += count;
    characters += size;
  }
  return { metrics: [...metrics.values()], leftOut };
}

function readMetric(raw: unknown): AppMetric | undefined {
  const { name, help, type, aggregator, values } = (raw ?? {}) as Record<string, unknown>;
  const known = types.find((candidate) => candidate === type);
  if (typeof name !== "string" || known === undefined || !Array.isArray(values)) {
    return undefined;
  }
  return {
    name,
    help: String(help ?? ""),
    type: known,
    aggregator: String(aggregator ?? "sum"),
    values: values.map((value) => readValue(value, name)),
  };
}

function readValue(raw: unknown, name: string): MetricValue {
  const { labels, value, metricName } = raw as Record<string, unknown>;
  const entries = Object.entries((labels ?? {}) as Record<string, unknown>);
  return {
    labels: Object.fromEntries(entries.map(([label, text]) => [label, String(text)])),
    value: plainNumber(Number(value)),
    ...(typeof metricName === "string" && metricName !== name && { name: metricName }),
  };
}

function plainNumber(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function sizeOf({ name, help, values }: AppMetric): number {
  const labels = values.map((value) =>
    Object.entries(value.labels).reduce((sum, [label, text]) => sum + label.length + text.length, 0),
  );
  return labels.reduce((sum, size) => sum + size, name.length + help.length);
}
