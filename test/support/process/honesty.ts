import assert from "node:assert/strict";
import { droppedNothing, type RenewalReport } from "../../../src/shared/report.ts";

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
