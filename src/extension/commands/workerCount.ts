/**
 * Parses a number of workers as the user types it.
 * @param most What `max` stands for; `undefined` where that is not known.
 * @returns `undefined` if it is none.
 */
export function readWorkerCount(text: string, most: number | undefined): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "max") {
    return most;
  }
  const count = /^\d{1,4}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return count >= 1 && count <= 1024 ? count : undefined;
}
