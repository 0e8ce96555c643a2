import { gapMs, historyMs } from "./histories.ts";

/** Size of the picture in its own units. */
export const trendBox = { width: 100, height: 18 } as const;

export interface TrendValue {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Absent when it could not be measured. */
  readonly value: number | undefined;
}

/**
 * The last ten minutes until `end` as the `d` of an SVG path: a time is at the same place in every line. It begins at 0,
 * or no lower than needed for values that never come near it, and is interrupted where nothing is known.
 * @param values Oldest first.
 */
export function trendPath(values: readonly TrendValue[], end: number): string {
  const known = values.filter((each): each is TrendValue & { value: number } => each.value !== undefined);
  const numbers = known.map(({ value }) => value);
  const top = Math.max(...numbers);
  const low = Math.min(...numbers);
  const base = low > top / 2 ? low - (top - low) : 0;
  const range = top - base || 1;
  let before = Number.NEGATIVE_INFINITY;
  const steps = known.map(({ at, value }) => {
    const x = (trendBox.width * (historyMs - (end - at))) / historyMs;
    const y = trendBox.height - 1.5 - ((value - base) / range) * (trendBox.height - 3);
    const place = `${x.toFixed(2)},${y.toFixed(1)}`;
    // A line to where it begins is a dot: a point that stands alone is seen too.
    const step = at - before > gapMs ? `M${place}L${place}` : `L${place}`;
    before = at;
    return step;
  });
  return steps.join("");
}
