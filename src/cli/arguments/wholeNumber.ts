import { usageError } from "./parseCommand.ts";

/** Parses a whole number. @throws HitlessError `usage`, which names the flag or operand. */
export function wholeNumber(command: string, what: string, written: string, least: number): number {
  const number = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN;
  if (!(number >= least)) {
    throw usageError(command, `${what} must be a whole number from ${least}, not "${written}"`);
  }
  return number;
}
