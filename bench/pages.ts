import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../test/support/paths.ts";
import { scenarios } from "./allScenarios.ts";
import type { Table } from "./figures.ts";
import { writePage } from "./page.ts";
import { keepResult, type Result, readResults } from "./results.ts";
import { soakTableNames } from "./soak/tables.ts";

/** Keeps tables in place of those of their names, and writes docs/benchmarks.md of all that are there. */
export function keepPage(
  tables: readonly (readonly [name: string, table: Table])[],
  circumstances: Omit<Result, "table">,
): void {
  for (const [name, table] of tables) {
    keepResult(name, { table, ...circumstances });
  }
  const results = readResults();
  const known = [...scenarios.map(({ name }) => name), ...soakTableNames].flatMap((name) => results[name] ?? []);
  writeFileSync(join(projectRoot, "docs", "benchmarks.md"), writePage(known));
}
