export interface LayerCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** Full titles of the tests that failed. */
  failures: string[];
}
/**
 * Counts a report of mocha's or of Playwright's "json" reporter. A test that passed at the second try only is a
 * failure, and so is an error outside of any test, and a report without a single test.
 */
export declare function countReport(report: unknown): LayerCounts;
