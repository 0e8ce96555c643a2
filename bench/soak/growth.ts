import type { Sample } from "./vitals.ts";

/** What a figure may grow by. */
interface Bound {
  readonly pattern: RegExp;
  /** By so much in 100 renewals … */
  readonly slope: number;
  /** … if that has come to so much in the time that was looked at: what is less is noise. */
  readonly least: number;
  readonly unit: "KiB" | "";
}

const kibibyte = 1_024;

const bounds: readonly Bound[] = [
  { pattern: /: heap$/, slope: 128 * kibibyte, least: 512 * kibibyte, unit: "KiB" },
  { pattern: /: external$/, slope: 128 * kibibyte, least: 512 * kibibyte, unit: "KiB" },
  { pattern: /: RSS$/, slope: 1_024 * kibibyte, least: 6_144 * kibibyte, unit: "KiB" },
  { pattern: /./, slope: 0.5, least: 1.5, unit: "" },
];

/** The same for what one supervisor gives to the next, of which each has more or less: bytes of heap by upgrade. */
const givenBound: Bound = { pattern: /: heap$/, slope: 24 * kibibyte, least: 512 * kibibyte, unit: "KiB" };

/** Of a series the first part is left out: what is kept in bounded numbers has to fill up, and code to be compiled. */
const warmUp = 1 / 3;

const leastSamples = 5;
const leastUpgrades = 4;

export interface Growth {
  readonly what: string;
  /** During which part of the run. */
  readonly when: string;
  readonly samples: number;
  readonly first: number;
  readonly last: number;
  /** Median of the slopes between any two samples (Theil–Sen), in 100 renewals or in one upgrade. */
  readonly slope: number;
  readonly bound: number;
  readonly unit: "KiB" | "";
  readonly isBeyond: boolean;
}

/** How everything has grown: with each supervisor that reigned long enough, over all, and from one supervisor to the next. */
export function growths(samples: readonly Sample[]): Growth[] {
  const reigns = grouped(samples, ({ pid }) => pid);
  const found: Growth[] = [];
  for (const reign of reigns.values()) {
    const [first] = reign;
    const last = reign.at(-1);
    const when = `renewals ${first?.renewals} to ${last?.renewals}, one supervisor, Node.js ${first?.node}`;
    found.push(...growthOf(reign, when, (what) => !isBeside(what)));
  }
  const [all] = samples;
  found.push(...growthOf(samples, `renewals ${all?.renewals} to ${samples.at(-1)?.renewals}`, isBeside));
  for (const [node, some] of grouped(freshSamples(samples), (sample) => sample.node)) {
    const what = "supervisor: heap";
    const points = some.map(({ upgrades, figures }): Point => [upgrades, figures[what] ?? 0]);
    if (points.length >= leastUpgrades) {
      found.push(judge(what, `just after an upgrade to Node.js ${node}, by upgrade`, points, givenBound, 1));
    }
  }
  return found;
}

function grouped<Key>(samples: readonly Sample[], keyOf: (sample: Sample) => Key): Map<Key, Sample[]> {
  const groups = new Map<Key, Sample[]>();
  for (const sample of samples) {
    groups.set(keyOf(sample), [...(groups.get(keyOf(sample)) ?? []), sample]);
  }
  return groups;
}

/** Of each supervisor the first sample, while none has lived long. */
function freshSamples(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ pid, upgrades }, index) => upgrades > 0 && samples[index - 1]?.pid !== pid);
}

/** Of what goes on whichever supervisor has the app. */
function isBeside(what: string): boolean {
  return !/^(?:supervisor|handles|descriptors):/.test(what);
}

function growthOf(samples: readonly Sample[], when: string, concerns: (what: string) => boolean): Growth[] {
  const from = (samples[0]?.renewals ?? 0) * (1 - warmUp) + (samples.at(-1)?.renewals ?? 0) * warmUp;
  const settled = samples.filter(({ renewals }) => renewals >= from);
  if (settled.length < leastSamples) {
    return [];
  }
  const names = new Set(settled.flatMap(({ figures }) => Object.keys(figures)).filter(concerns));
  return [...names].flatMap((what) => {
    const bound = bounds.find(({ pattern }) => pattern.test(what));
    const points = settled.map(({ renewals, figures }): Point => [renewals, figures[what] ?? 0]);
    return bound === undefined ? [] : [judge(what, when, points, bound, 100)];
  });
}

type Point = readonly [x: number, y: number];

function judge(what: string, when: string, points: readonly Point[], bound: Bound, per: number): Growth {
  const slope = theilSen(points) * per;
  const [[firstX, first] = [0, 0]] = points;
  const [lastX, last] = points.at(-1) ?? [0, 0];
  const grown = (slope / per) * (lastX - firstX);
  const isBeyond = slope > bound.slope && grown > bound.least;
  return { what, when, samples: points.length, first, last, slope, bound: bound.slope, unit: bound.unit, isBeyond };
}

/** The median of the slopes between any two points: one that is far off changes nothing. */
function theilSen(points: readonly Point[]): number {
  const slopes = points
    .flatMap(([x, y], index) => points.slice(index + 1).map(([otherX, otherY]) => (otherY - y) / (otherX - x)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const upper = slopes[middle] ?? 0;
  return slopes.length % 2 === 0 ? ((slopes[middle - 1] ?? upper) + upper) / 2 : upper;
}
