/** So many answers of each worker are timed: those before a renewal, and the first ones of a new worker. */
export const answersTimed = 20;

/** With fewer answers of a generation nothing is said: a few slow ones may be slow by nature. */
const leastAnswers = 20;

/** Slow at first is what takes so many times as long as before, and so many milliseconds longer. */
const slowFactor = 5;
const slowMs = 100;

/**
 * Whether the first answers of new workers were far slower than those of the old ones.
 * @param old Milliseconds that answers of the old workers took.
 * @param fresh The same of the new ones.
 * @returns The medians, if so.
 */
export function slowAtFirst(
  old: readonly number[],
  fresh: readonly number[],
): { readonly oldMs: number; readonly freshMs: number } | undefined {
  if (old.length < leastAnswers || fresh.length < leastAnswers) {
    return undefined;
  }
  const oldMs = median(old);
  const freshMs = median(fresh);
  return freshMs >= oldMs * slowFactor && freshMs >= oldMs + slowMs ? { oldMs, freshMs } : undefined;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
