import * as v from "valibot";
import { namesNoTest, whyNotHere } from "../../test/support/process/notHere/notHereTable.ts";
import { countReport } from "../../test/support/reports.ts";
import type { MochaReports } from "./runMocha.ts";

export interface WindowsCounts {
  passed: number;
  readonly failures: string[];
  readonly notHere: { readonly test: string; readonly why: string }[];
  readonly secondTries: string[];
}

const titles = v.array(v.object({ fullTitle: v.string() }));
const reportSchema = v.object({ tests: titles, pending: titles });

/**
 * Counts what mocha wrote of each file. A file without a report is a failure, and so is a test that was left out without a
 * reason in the table, and in a whole run a row of the table that names no test.
 * @param wine Its version, where it ran the tests.
 */
export function countWindowsReports(
  files: MochaReports["files"],
  wine: string | undefined,
  isWhole: boolean,
): WindowsCounts {
  const counts: WindowsCounts = { passed: 0, failures: [], notHere: [], secondTries: [] };
  const known: string[] = [];
  for (const { file, report, shown } of files) {
    if (report === undefined) {
      counts.failures.push(`${file}: mocha wrote no report; what it said is in ${shown}`);
      continue;
    }
    const { passed, failures, secondTries } = countReport(report);
    const { tests, pending } = v.parse(reportSchema, report);
    known.push(...tests.map(({ fullTitle }) => fullTitle));
    counts.passed += passed;
    counts.failures.push(...failures.map((title) => `${title} (${shown})`));
    counts.secondTries.push(...secondTries);
    for (const { fullTitle } of pending) {
      const why = whyNotHere(fullTitle, wine);
      if (why === undefined) {
        counts.failures.push(`${fullTitle}: left out, and notHereTable.ts says nothing of it`);
      } else {
        counts.notHere.push({ test: fullTitle, why });
      }
    }
  }
  if (isWhole) {
    const nameless = namesNoTest(known, wine);
    counts.failures.push(...nameless.map((row) => `${row}: notHereTable.ts names it, and no test is called so`));
  }
  return counts;
}
