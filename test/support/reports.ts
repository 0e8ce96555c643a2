import * as v from "valibot";

export interface LayerCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** Full titles of the tests that failed. */
  failures: string[];
}

const mochaSchema = v.object({
  stats: v.object({ passes: v.number(), pending: v.number(), failures: v.number() }),
  failures: v.array(v.object({ fullTitle: v.string() })),
});

const playwrightSchema = v.object({
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number(), skipped: v.number() }),
  errors: v.array(v.object({ message: v.optional(v.string()) })),
});

/**
 * Counts a report of mocha's or of Playwright's "json" reporter. A test that passed at the second try only is a
 * failure, and so is an error outside of any test, and a report without a single test.
 */
export function countReport(report: unknown): LayerCounts {
  const counts = countMocha(report) ?? countPlaywright(report);
  if (counts === null) {
    throw new Error("the report has an unknown form");
  }
  if (counts.passed + counts.failed + counts.skipped === 0) {
    return { ...counts, failed: 1, failures: ["no test was found"] };
  }
  return counts;
}

function countMocha(report: unknown): LayerCounts | null {
  const parsed = v.safeParse(mochaSchema, report);
  if (!parsed.success) {
    return null;
  }
  const { stats, failures } = parsed.output;
  return {
    passed: stats.passes,
    failed: stats.failures,
    skipped: stats.pending,
    failures: failures.map(({ fullTitle }) => fullTitle),
  };
}

function countPlaywright(report: unknown): LayerCounts | null {
  const parsed = v.safeParse(playwrightSchema, report);
  if (!parsed.success) {
    return null;
  }
  const { stats, errors } = parsed.output;
  const failedTests = stats.unexpected + stats.flaky;
  return {
    passed: stats.expected,
    failed: failedTests + errors.length,
    skipped: stats.skipped,
    failures: [
      ...(failedTests > 0 ? [`${failedTests} tests, shown above`] : []),
      ...errors.map(({ message }) => message ?? "an error outside of the tests"),
    ],
  };
}
