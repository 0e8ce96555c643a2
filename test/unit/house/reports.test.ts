import assert from "node:assert/strict";
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
    const counts = { passed: 3, failed: 1, skipped: 1, failures: ["a b"], secondTries: [] };
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
