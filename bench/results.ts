import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Table } from "./figures.ts";

/** What one scenario found out, with all that is needed to judge it and to get it again. */
export interface Result {
  readonly table: Table;
  /** Day, such as `2026-11-23`. */
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  /** Each peer with its version, or why it was not measured. */
  readonly versions: readonly string[];
  /** The load average of the minute before it began, to tell a quiet machine. */
  readonly load: number;
}

/** By the scenarios' names. */
export type Results = Readonly<Record<string, Result>>;

const file = fileURLToPath(new URL("results.json", import.meta.url));

/** The results kept so far: a whole run takes most of an hour, so it may be done in pieces. */
export function readResults(): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : {};
}

/** Keeps a result in place of the one that was there. */
export function keepResult(name: string, result: Result): void {
  const results = { ...readResults(), [name]: result };
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
