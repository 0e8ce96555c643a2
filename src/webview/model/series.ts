import type { LayerPulse } from "../../shared/layers/facts.ts";

/** What is drawn as a line over the last minute. */
export const seriesNames = ["requests", "utilisation", "delay", "heap", "cpu", "rss"] as const;
export type SeriesName = (typeof seriesNames)[number];

/** The last values, oldest first. */
export type Series = Readonly<Record<SeriesName, readonly number[]>>;

const most = 60;
/** After a longer gap the line starts anew: nothing is known about the seconds between. */
const gapMs = 5_000;

export const noSeries: Series = { requests: [], utilisation: [], delay: [], heap: [], cpu: [], rss: [] };

export function addToSeries(series: Series, pulse: LayerPulse, previous: LayerPulse | undefined): Series {
  const isNext =
    previous !== undefined &&
    previous.worker.id === pulse.worker.id &&
    pulse.takenAt - previous.takenAt <= gapMs &&
    pulse.takenAt > previous.takenAt;
  const values: Readonly<Record<SeriesName, number | undefined>> = {
    requests: pulse.api.requestsPerSecond,
    utilisation: pulse.uv.utilisation,
    delay: pulse.uv.delayP99,
    heap: pulse.v8.heapUsed,
    cpu: pulse.os.cpuUser + pulse.os.cpuSystem,
    rss: pulse.os.rss,
  };
  const add = (name: SeriesName): readonly number[] => {
    const value = values[name];
    return value === undefined ? [] : [...(isNext ? series[name] : []), value].slice(-most);
  };
  return {
    requests: add("requests"),
    utilisation: add("utilisation"),
    delay: add("delay"),
    heap: add("heap"),
    cpu: add("cpu"),
    rss: add("rss"),
  };
}
