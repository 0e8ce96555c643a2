import * as v from "valibot";

export interface LayerCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** Full titles of the tests that failed. */
  failures: string[];
  /** What passed, but at the second try only: a race of the test's or, worse, of the product's. */
  secondTries: string[];
}

const mochaSchema = v.object({
  stats: v.object({ passes: v.number(), pending: v.number(), failures: v.number() }),
  passes: v.optional(v.array(v.object({ fullTitle: v.string(), currentRetry: v.optional(v.number()) })), []),
  failures: v.array(v.object({ fullTitle: v.string() })),
});

const playwrightSchema = v.object({
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number(), skipped: v.number() }),
  errors: v.array(v.object({ message: v.optional(v.string()) })),
});

/**
 * Counts a report of mocha's or of Playwright's "json" reporter. A test that passed at the second try only is named
 * apart. An error outside of any test is a failure, and so is a report without a single test.
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
  const { stats, passes, failures } = parsed.output;
  return {
    passed: stats.passes,
    failed: stats.failures,
    skipped: stats.pending,
    failures: failures.map(({ fullTitle }) => fullTitle),
    secondTries: passes.filter(({ currentRetry = 0 }) => currentRetry > 0).map(({ fullTitle }) => fullTitle),
  };
}

function countPlaywright(report: unknown): LayerCounts | null {
  const parsed = v.safeParse(playwrightSchema, report);
  if (!parsed.success) {
    return null;
  }
  const { stats, errors } = parsed.output;
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    failures: [
      ...(stats.unexpected > 0 ? [`${stats.unexpected} tests, shown above`] : []),
      ...errors.map(({ message }) => message ?? "an error outside of the tests"),
    ],
    secondTries: stats.flaky > 0 ? [`${stats.flaky} tests, shown above as flaky`] : [],
  };
}
