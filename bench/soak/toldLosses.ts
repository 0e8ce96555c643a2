import { droppedCount } from "../../src/shared/facts/reportFacts.ts";
import type { SupervisorEvent } from "../../src/shared/logs.ts";
import type { RenewalReport } from "../../src/shared/report.ts";
import type { Loss } from "../../test/support/process/honesty.ts";

/** A time, in epoch milliseconds, in which clients may have lost something, as Hitless has told. */
export interface ToldLoss {
  readonly from: number;
  readonly to: number;
}

/** What is told of a crash, and how much later clients notice it or have noticed it before: the process is dead first. */
const crashMs = 1_000;

/** By a report; `undefined` when it says that nobody has lost anything. */
export function toldByReport(report: RenewalReport): ToldLoss | undefined {
  const { kind, startedAt, durationMs, supervisor, outcome } = report;
  // Of one that was undone nothing of the app has been touched.
  const isUndone = supervisor !== undefined && (outcome === "rolledBack" || outcome === "cancelled");
  const tells = kind === "restart" || (!isUndone && droppedCount(report) !== 0);
  return tells ? { from: startedAt - crashMs, to: startedAt + durationMs } : undefined;
}

/** By an event: that a worker has died, until its slot was filled again. @param restAt When the app was at rest again. */
export function toldByEvent({ code, time }: SupervisorEvent, restAt: number): ToldLoss | undefined {
  return code === "workerDied" ? { from: time - crashMs, to: Math.max(restAt, time + crashMs) } : undefined;
}

/** Losses of which nothing that Hitless has told says that there may have been any. */
export function untold(losses: readonly Loss[], told: readonly ToldLoss[]): Loss[] {
  return losses.filter(({ begunAt, lostAt }) => !told.some(({ from, to }) => begunAt <= to && lostAt >= from));
}
