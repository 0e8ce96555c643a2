import type { Sample } from "./vitals.ts";

/** What a figure may grow by. */
interface Bound {
  readonly pattern: RegExp;
  /** By so much in 100 renewals … */
  readonly slope: number;
  /** … if that has come to so much in the time that was looked at: what is less is noise. */
  readonly least: number;
  /** Renewals after which it is judged. Memory grows at first: V8 compiles what runs often, and histories of bounded length fill up. */
  readonly settlesIn: number;
  readonly unit: "KiB" | "";
}

const kibibyte = 1_024;

const bounds: readonly Bound[] = [
  { pattern: /: heap$/, slope: 128 * kibibyte, least: 512 * kibibyte, settlesIn: 100, unit: "KiB" },
  { pattern: /: external$/, slope: 128 * kibibyte, least: 512 * kibibyte, settlesIn: 100, unit: "KiB" },
  { pattern: /: RSS$/, slope: 1_024 * kibibyte, least: 6_144 * kibibyte, settlesIn: 100, unit: "KiB" },
  { pattern: /: objects$/, slope: 300, least: 900, settlesIn: 60, unit: "" },
  // Each act leaves timers that run out within some seconds: from a few to eighty.
  { pattern: /^handles: Timeout$/, slope: 5, least: 50, settlesIn: 0, unit: "" },
  { pattern: /./, slope: 0.5, least: 1.5, settlesIn: 0, unit: "" },
];

/** The same for what one supervisor gives to the next, of which each has more or less: bytes of heap by upgrade. */
const givenBound = { slope: 24 * kibibyte, least: 512 * kibibyte, unit: "KiB" } as const;

/** Of a series the first part is left out. */
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
  /** Absent: there are too few samples from when it should have settled, so nothing is judged. */
  readonly bound?: number;
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
    found.push(...growthOf(reign, when, (what) => !isBeside(what) || isMemory(what)));
  }
  const [all] = samples;
  found.push(
    ...growthOf(
      samples,
      `renewals ${all?.renewals} to ${samples.at(-1)?.renewals}`,
      (what) => isBeside(what) && !isMemory(what),
    ),
  );
  const fresh = freshSamples(samples);
  for (const [node, some] of grouped(fresh, (sample) => sample.node)) {
    found.push(...growthByUpgrade("supervisor: heap", `just after an upgrade to Node.js ${node}, by upgrade`, some));
  }
  // With the first ones V8 compiles what they do in an upgrade.
  const later = fresh.slice(Math.floor(fresh.length / 2));
  for (const what of Object.keys(all?.figures ?? {}).filter((name) => isBeside(name) && /: heap$/.test(name))) {
    found.push(...growthByUpgrade(what, "just after upgrades, in the later half of them, by upgrade", later));
  }
  return found;
}

function growthByUpgrade(what: string, when: string, samples: readonly Sample[]): Growth[] {
  const points = samples.map(({ upgrades, figures }): Point => [upgrades, figures[what] ?? 0]);
  return points.length < leastUpgrades ? [] : [judge(what, when, points, givenBound, 1)];
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

/** Of a process, which has been compiled and filled up after some time with one supervisor, and once more after the first upgrades. */
function isMemory(what: string): boolean {
  return /: (?:heap|external|RSS|objects)$/.test(what);
}

/** Of what goes on whichever supervisor has the app. */
function isBeside(what: string): boolean {
  return !/^(?:supervisor|handles|descriptors):/.test(what);
}

function growthOf(samples: readonly Sample[], when: string, concerns: (what: string) => boolean): Growth[] {
  const began = samples[0]?.renewals ?? 0;
  const from = began + ((samples.at(-1)?.renewals ?? 0) - began) * warmUp;
  const late = samples.filter(({ renewals }) => renewals >= from);
  if (late.length < leastSamples) {
    return [];
  }
  const names = new Set(late.flatMap(({ figures }) => Object.keys(figures)).filter(concerns));
  return [...names].flatMap((what) => {
    const bound = bounds.find(({ pattern }) => pattern.test(what));
    if (bound === undefined) {
      return [];
    }
    const settled = late.filter(({ renewals }) => renewals >= began + bound.settlesIn);
    const isJudged = settled.length >= leastSamples;
    const points = (isJudged ? settled : late).map(({ renewals, figures }): Point => [renewals, figures[what] ?? 0]);
    const { bound: limit, isBeyond, ...growth } = judge(what, when, points, bound, 100);
    return [isJudged ? { ...growth, bound: limit, isBeyond } : { ...growth, isBeyond: false }];
  });
}

type Point = readonly [x: number, y: number];

function judge(
  what: string,
  when: string,
  points: readonly Point[],
  bound: Pick<Bound, "slope" | "least" | "unit">,
  per: number,
): Growth & { readonly bound: number } {
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
