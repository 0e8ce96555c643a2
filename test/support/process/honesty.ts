import assert from "node:assert/strict";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";

/** A request that got no whole and right answer. Times are epoch milliseconds. */
export interface Loss {
  readonly begunAt: number;
  readonly lostAt: number;
  readonly message: string;
  /** The request, and the number of the client's connection, where there was one. */
  readonly asked?: string;
  readonly connection?: number;
}

/**
 * A report must not be better than what the clients saw: where one of them lost a request, it can't say "0 dropped".
 * @param failed Requests that strict clients lost while it ran; see `StrictCounts` and `NewcomerCounts`.
 */
export function assertHonest(report: RenewalReport, failed: number): void {
  assert.ok(
    failed === 0 || !droppedNothing(report),
    `clients lost ${failed} requests, and the report says that none was dropped: ${JSON.stringify(report.traffic)}`,
  );
}

/**
 * The report says as many requests were cut off as the clients have lost, neither fewer nor more. For renewals in which these
 * clients are all that there are, and no worker dies: what that had in hand is not known.
 */
export function assertExact(report: RenewalReport, failed: number): void {
  assertHonest(report, failed);
  assert.equal(report.traffic?.failed, failed, `the report's number, and the clients': ${JSON.stringify(report)}`);
}

/** No request was asked and lost while a renewal ran that says "0 dropped". */
export function assertHonestMeanwhile(reports: readonly RenewalReport[], losses: readonly Loss[], what = ""): void {
  assertNothingLostMeanwhile(
    reports.filter(droppedNothing),
    losses,
    `the report says that nothing was dropped\n${what}`,
  );
}

/** No request was asked and lost while these renewals ran. */
export function assertNothingLostMeanwhile(
  reports: readonly RenewalReport[],
  losses: readonly Loss[],
  why: string,
): void {
  for (const report of reports) {
    const { startedAt, durationMs } = report;
    const lost = losses.filter(({ begunAt, lostAt }) => begunAt > startedAt && lostAt < startedAt + durationMs);
    assert.deepEqual(lost, [], `lost in ${JSON.stringify(report)}: ${why}`);
  }
}
