import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../support/paths.ts";
import { countReport, missingTests } from "../../support/reports.ts";

const mocha = (passes: number, pending: number, failed: readonly string[]) => ({
  stats: { passes, pending, failures: failed.length },
  failures: failed.map((fullTitle) => ({ fullTitle })),
});

const ended = (title: string, status: string) => ({ title, tests: [{ status }] });

const playwright = (counts: object, errors: readonly object[] = []) => ({
  suites: [
    {
      title: "a.test.ts",
      specs: [ended("fine", "expected"), ended("late", "flaky")],
      suites: [{ title: "group", specs: [ended("broken", "unexpected")] }],
    },
  ],
  stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...counts },
  errors,
});

describe("countReport", () => {
  it("counts a report of mocha's", () => {
    const counts = { passed: 3, failed: 1, skipped: 1, failures: ["a b"], secondTries: [], reasons: new Map() };
    assert.deepEqual(countReport(mocha(3, 1, ["a b"])), counts);
  });

  it("counts a report of Playwright's", () => {
    const { passed, failed, skipped, failures } = countReport(playwright({ expected: 5, unexpected: 1, skipped: 2 }));
    assert.deepEqual([passed, failed, skipped, failures], [5, 1, 2, ["a.test.ts › group › broken"]]);
  });

  it("names a test that needed a second try", () => {
    const { passed, failed, secondTries } = countReport(playwright({ expected: 5, flaky: 1 }));
    assert.deepEqual([passed, failed, secondTries], [6, 0, ["a.test.ts › late"]]);
    const passes = [{ fullTitle: "a b", currentRetry: 1 }, { fullTitle: "a c" }];
    assert.deepEqual(countReport({ ...mocha(2, 0, []), passes }).secondTries, ["a b"]);
  });

  it("tells why tests failed, and why others needed a second try, with the line of ours", () => {
    const file = join(projectRoot, "test", "a.test.ts");
    const stack = `Error: x\n    at assert (node:assert:1:1)\n    at own (file://${file}:7:3)\n    at later (${file}:9:3)`;
    const err = { message: "\u001B[31mnot the same\u001B[39m", stack, expected: 1, actual: { a: 2 } };
    const report = {
      ...mocha(1, 0, []),
      failures: [{ fullTitle: "a b", err }],
      passes: [
        { fullTitle: "a c", currentRetry: 1, err: { message: `one\n\n${"two\n".repeat(30)}`, expected: 1 } },
        { fullTitle: "a d", err: {} },
      ],
    };
    const lines = ["not the same", "expected: 1", 'actual: {"a":2}', `at own (file://${file}:7:3)`];
    assert.deepEqual(
      [...countReport(report).reasons],
      [
        ["a b", lines.join("\n")],
        ["a c", `one\n${"two\n".repeat(14)}`.trim()],
      ],
    );
    const spec = { title: "late", tests: [{ status: "flaky", results: [{ errors: [{ message: "why" }] }, {}] }] };
    const shown = { ...playwright({ expected: 1 }), suites: [{ title: "a.test.ts", specs: [spec] }] };
    assert.deepEqual([...countReport(shown).reasons], [["a.test.ts › late", "why"]]);
  });

  it("takes an error outside of the tests for a failure", () => {
    const report = { ...playwright({ expected: 5 }, [{ message: "globalSetup threw" }]), suites: [] };
    const { failed, failures } = countReport(report);
    assert.deepEqual([failed, failures], [1, ["globalSetup threw"]]);
  });

  it("takes a report without tests for a failure", () => {
    assert.equal(countReport(mocha(0, 0, [])).failed, 1);
  });

  it("refuses what is no report", () => {
    assert.throws(() => countReport({}), /unknown form/);
  });

  it("names the tests that were defined and did not run", () => {
    const titled = (...titles: readonly string[]) => ({ tests: titles.map((fullTitle) => ({ fullTitle })) });
    assert.deepEqual(missingTests(titled("a", "b", "c"), titled("c", "a")), ["b"]);
    assert.deepEqual(missingTests(titled("a"), titled("a")), []);
  });
});
