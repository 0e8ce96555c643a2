import { usageError } from "./parseCommand.ts";

/** Parses a whole number. @throws HitlessError `usage`, which names the flag or operand. */
export function wholeNumber(
  command: string,
  what: string,
  written: string,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const number = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN;
  if (!(number >= least && number <= most)) {
    const to = most === Number.POSITIVE_INFINITY ? "" : ` to ${most}`;
    throw usageError(command, `${what} must be a whole number from ${least}${to}, not "${written}"`);
  }
  return number;
}
