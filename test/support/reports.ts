import { stripVTControlCharacters } from "node:util";
import * as v from "valibot";
import { projectRoot } from "./paths.ts";

/** Lines of an error that are shown, and characters of each. */
const linesShown = 15;
const lineShown = 300;

export interface LayerCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** Full titles of the tests that failed. */
  failures: string[];
  /** What passed, but at the second try only: a race of the test's or, worse, of the product's. */
  secondTries: string[];
  /** Why the tests of both failed, at their first try where there were two, by what they are called there. */
  readonly reasons: ReadonlyMap<string, string>;
}

const errorSchema = v.object({
  message: v.fallback(v.optional(v.string(), ""), ""),
  stack: v.fallback(v.optional(v.string(), ""), ""),
  expected: v.optional(v.unknown()),
  actual: v.optional(v.unknown()),
});
type TestError = v.InferOutput<typeof errorSchema>;

const mochaTest = { fullTitle: v.string(), err: v.optional(errorSchema) };

const mochaSchema = v.object({
  stats: v.object({ passes: v.number(), pending: v.number(), failures: v.number() }),
  passes: v.optional(v.array(v.object({ ...mochaTest, currentRetry: v.optional(v.number()) })), []),
  failures: v.array(v.object(mochaTest)),
});

const playwrightTestSchema = v.object({
  status: v.string(),
  results: v.optional(v.array(v.object({ errors: v.optional(v.array(errorSchema), []) })), []),
});
type PlaywrightTest = v.InferOutput<typeof playwrightTestSchema>;

/** The tests of a file, or of a `describe` in it. */
interface PlaywrightSuite {
  readonly title: string;
  readonly specs: readonly { readonly title: string; readonly tests: readonly PlaywrightTest[] }[];
  readonly suites?: readonly PlaywrightSuite[] | undefined;
}

const suiteSchema: v.GenericSchema<unknown, PlaywrightSuite> = v.object({
  title: v.string(),
  specs: v.array(v.object({ title: v.string(), tests: v.array(playwrightTestSchema) })),
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
  const late = passes.filter(({ currentRetry = 0 }) => currentRetry > 0);
  return {
    passed: stats.passes,
    failed: stats.failures,
    skipped: stats.pending,
    failures: failures.map(({ fullTitle }) => fullTitle),
    secondTries: late.map(({ fullTitle }) => fullTitle),
    reasons: reasonsOf([...failures, ...late].map(({ fullTitle, err }) => [fullTitle, err])),
  };
}

function countPlaywright(report: unknown): LayerCounts | null {
  const parsed = v.safeParse(playwrightSchema, report);
  if (!parsed.success) {
    return null;
  }
  const { suites, stats, errors } = parsed.output;
  const [failed, late] = (["unexpected", "flaky"] as const).map((status) =>
    suites.flatMap((suite) => endedSo(suite, status)),
  );
  const titles = (tests: typeof failed = []) => tests.map(({ title }) => title);
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    failures: [...titles(failed), ...errors.map(({ message }) => message ?? "an error outside of the tests")],
    secondTries: titles(late),
    reasons: reasonsOf([...(failed ?? []), ...(late ?? [])].map(({ title, error }) => [title, error])),
  };
}

/** Full titles of the tests that ended so, with their file, and how each failed first. */
function endedSo(
  { title, specs, suites = [] }: PlaywrightSuite,
  status: string,
): { readonly title: string; readonly error: TestError | undefined }[] {
  const own = specs
    .filter(({ tests }) => tests.some((test) => test.status === status))
    .map((spec) => ({
      title: spec.title,
      error: spec.tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors))[0],
    }));
  return [...own, ...suites.flatMap((suite) => endedSo(suite, status))].map((test) => ({
    ...test,
    title: `${title} › ${test.title}`,
  }));
}

function reasonsOf(tests: readonly (readonly [string, TestError | undefined])[]): Map<string, string> {
  return new Map(
    tests.flatMap(([title, error]) => {
      const reason = error === undefined ? "" : reasonOf(error);
      return reason === "" ? [] : [[title, reason]];
    }),
  );
}

/** The message, what was expected where that does not say so, and the first line of ours in the stack. */
function reasonOf({ message, stack, expected, actual }: TestError): string {
  const said = stripVTControlCharacters(message === "" ? stack : message);
  // A message of more than one line tells them.
  const told = said.trim().includes("\n") ? {} : { expected, actual };
  const values = Object.entries(told).flatMap(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text === undefined ? [] : [`${name}: ${text.replaceAll(/\s+/g, " ")}`];
  });
  const frames = stripVTControlCharacters(stack)
    .split("\n")
    .map((line) => line.trim());
  const frame = frames.find(
    (line) => line.startsWith("at ") && line.includes(projectRoot) && !line.includes("node_modules"),
  );
  const whole = said.split("\n").filter((line) => line.trim() !== "");
  const end = [...values, ...(frame === undefined ? [] : [frame])];
  return [...whole.slice(0, linesShown - end.length), ...end].map((line) => line.slice(0, lineShown)).join("\n");
}
