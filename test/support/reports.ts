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

/** The tests of a file, or of a `describe` in it. */
interface PlaywrightSuite {
  readonly title: string;
  readonly specs: readonly { readonly title: string; readonly tests: readonly { readonly status: string }[] }[];
  readonly suites?: readonly PlaywrightSuite[] | undefined;
}

const suiteSchema: v.GenericSchema<PlaywrightSuite> = v.object({
  title: v.string(),
  specs: v.array(v.object({ title: v.string(), tests: v.array(v.object({ status: v.string() })) })),
  suites: v.optional(v.array(v.lazy(() => suiteSchema))),
});

const playwrightSchema = v.object({
  suites: v.array(suiteSchema),
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

const titlesSchema = v.object({ tests: v.array(v.object({ fullTitle: v.string() })) });

/**
 * The tests of `defined` that did not run, by their full titles. Where files run beside each other, a test that is given to another
 * file's `it` is lost without a word.
 * @param defined A report of mocha's `--dry-run` without `--parallel`.
 */
export function missingTests(defined: unknown, report: unknown): string[] {
  const ran = new Set(v.parse(titlesSchema, report).tests.map(({ fullTitle }) => fullTitle));
  return v
    .parse(titlesSchema, defined)
    .tests.map(({ fullTitle }) => fullTitle)
    .filter((title) => !ran.has(title));
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
  const { suites, stats, errors } = parsed.output;
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    failures: [
      ...suites.flatMap((suite) => titlesOf(suite, "unexpected")),
      ...errors.map(({ message }) => message ?? "an error outside of the tests"),
    ],
    secondTries: suites.flatMap((suite) => titlesOf(suite, "flaky")),
  };
}

/** Full titles of the tests that ended so, with their file. */
function titlesOf({ title, specs, suites = [] }: PlaywrightSuite, status: string): string[] {
  const own = specs.filter(({ tests }) => tests.some((test) => test.status === status)).map((spec) => spec.title);
  return [...own, ...suites.flatMap((suite) => titlesOf(suite, status))].map((test) => `${title} › ${test}`);
}
