import * as v from "valibot";
import { namesNoTest, whyNotHere } from "../../test/support/process/notHere/notHereTable.ts";
import { countReport } from "../../test/support/reports.ts";

export interface WindowsCounts {
  passed: number;
  readonly failures: string[];
  readonly notHere: { readonly test: string; readonly why: string }[];
  readonly secondTries: string[];
}

const titles = v.array(v.object({ fullTitle: v.string() }));
const reportSchema = v.object({ tests: titles, pending: titles });

/**
 * Counts a report of mocha's. A test that was left out without a reason in the table is a failure; so is, in a whole run, a
 * row of the table that names no test.
 * @param wine Its version, where it ran the tests.
 */
export function countWindowsReport(report: unknown, wine: string | undefined, isWhole: boolean): WindowsCounts {
  const { passed, failures, secondTries } = countReport(report);
  const counts: WindowsCounts = { passed, failures: [...failures], notHere: [], secondTries };
  const { tests, pending } = v.parse(reportSchema, report);
  for (const { fullTitle } of pending) {
    const why = whyNotHere(fullTitle, wine);
    if (why === undefined) {
      counts.failures.push(`${fullTitle}: left out, and notHereTable.ts says nothing of it`);
    } else {
      counts.notHere.push({ test: fullTitle, why });
    }
  }
  if (isWhole) {
    const known = tests.map(({ fullTitle }) => fullTitle);
    counts.failures.push(
      ...namesNoTest(known, wine).map((row) => `${row}: notHereTable.ts names it, and no test is called so`),
    );
  }
  return counts;
}
