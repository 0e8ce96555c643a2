import type { AppMetric, MetricValue } from "../../../shared/workerMessages.ts";
import type { MetricFamily, Sample } from "./metricFamily.ts";

/** Series of workers that have ended are kept, at most so many: an app whose labels never repeat would fill the memory. */
const mostRetired = 50_000;

/** What a worker has told. */
interface Told {
  readonly metrics: readonly AppMetric[];
  /** The scrape in which it did. */
  readonly scrape: number;
}

/** Adds up the same series of several workers. */
interface Series {
  readonly sample: Omit<Sample, "value">;
  readonly values: number[];
}

/**
 * The metrics of the app over all its workers. What only grows (counters, the buckets, sums and counts of histograms and
 * summaries) goes on from what workers had that have ended, so that it never goes back in a reload; everything else is of
 * the workers that have answered just now.
 */
export class AppMetrics {
  readonly #told = new Map<number, Told>();
  /** By name, what ended workers have counted. */
  readonly #retired = new Map<string, { readonly metric: AppMetric; readonly series: Map<string, Series> }>();
  #retiredSeries = 0;

  /** Series that were given up when their worker ended, since too many are kept: their counts go back. */
  givenUp = 0;

  /** A worker has told its metrics, in this scrape. */
  heard(worker: number, metrics: readonly AppMetric[], scrape: number): void {
    this.#told.set(worker, { metrics, scrape });
  }

  /** A worker has ended: what it has counted stays. */
  retire(worker: number): void {
    const told = this.#told.get(worker);
    this.#told.delete(worker);
    for (const metric of told?.metrics ?? []) {
      if (!isCumulative(metric)) {
        continue;
      }
      const kept = this.#retired.get(metric.name) ?? { metric, series: new Map<string, Series>() };
      this.#retired.set(metric.name, kept);
      for (const value of metric.values.filter((value) => grows(metric, value))) {
        this.#keep(kept.series, value);
      }
    }
  }

  /** @param scrape Of workers that did not answer in it, only what grows counts, as they last told it. */
  families(scrape: number): MetricFamily[] {
    const metrics = new Map<string, AppMetric>();
    const series = new Map<string, Map<string, Series>>();
    const seriesOf = (metric: AppMetric): Map<string, Series> => {
      const known = series.get(metric.name) ?? new Map<string, Series>();
      series.set(metric.name, known);
      if (!metrics.has(metric.name)) {
        metrics.set(metric.name, metric);
      }
      return known;
    };
    for (const told of this.#told.values()) {
      for (const metric of told.metrics.filter(({ aggregator }) => aggregator !== "omit")) {
        const known = metrics.get(metric.name);
        // Two builds may mean different things by one name: the first one counts.
        if (known !== undefined && known.type !== metric.type) {
          continue;
        }
        for (const value of metric.values) {
          if (grows(metric, value) || (told.scrape === scrape && !isQuantile(metric, value))) {
            add(seriesOf(metric), value);
          }
        }
      }
    }
    for (const { metric, series: kept } of this.#retired.values()) {
      const known = metrics.get(metric.name);
      if (known === undefined || known.type === metric.type) {
        const all = seriesOf(metric);
        for (const [key, { sample, values }] of kept) {
          const one = all.get(key) ?? { sample, values: [] };
          one.values.push(...values);
          all.set(key, one);
        }
      }
    }
    return [...metrics.values()].map(({ name, help, type, aggregator }) => ({
      name,
      help,
      type,
      samples: [...(series.get(name)?.values() ?? [])].map(({ sample, values }) => ({
        ...sample,
        value: combine(values, aggregator),
      })),
    }));
  }

  #keep(series: Map<string, Series>, value: MetricValue): void {
    const key = keyOf(value);
    const known = series.get(key);
    if (known !== undefined) {
      known.values[0] = (known.values[0] ?? 0) + numberOf(value);
    } else if (this.#retiredSeries < mostRetired) {
      this.#retiredSeries += 1;
      add(series, value);
    } else {
      this.givenUp += 1;
    }
  }
}

/** What is added up over processes; another way of putting them together is the app's wish. */
function isCumulative({ type, aggregator }: AppMetric): boolean {
  return type !== "gauge" && aggregator === "sum";
}

function grows(metric: AppMetric, value: MetricValue): boolean {
  return isCumulative(metric) && !isQuantile(metric, value);
}

/** The quantiles of several processes say nothing of all of them together. */
function isQuantile({ type }: AppMetric, value: MetricValue): boolean {
  return type === "summary" && value.name === undefined;
}

function add(series: Map<string, Series>, value: MetricValue): void {
  const key = keyOf(value);
  const { name, labels } = value;
  const one = series.get(key) ?? { sample: { labels, ...(name !== undefined && { name }) }, values: [] };
  one.values.push(numberOf(value));
  series.set(key, one);
}

function keyOf({ name = "", labels }: MetricValue): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function numberOf({ value }: MetricValue): number {
  return typeof value === "number" ? value : Number(value.replace("Inf", "Infinity"));
}

/** In prom-client's words (`aggregator` of a metric); what it does not know is added up. */
function combine(values: readonly number[], aggregator: string): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (aggregator) {
    case "first":
      return values[0] ?? Number.NaN;
    case "min":
      return Math.min(...values);
    case "max":
      return Math.max(...values);
    case "average":
      return sum / values.length;
    default:
      return sum;
  }
}
