import type { RenewalReport } from "../../../shared/report.ts";

/** The supervisor keeps as many. */
const reportsKept = 50;

/** The known reports with those told now, newest first; one that is told again replaces what was known of it. */
export function latestReports(known: readonly RenewalReport[], told: readonly RenewalReport[]): RenewalReport[] {
  const byStart = new Map([...told, ...known].map((report) => [report.startedAt, report]));
  return [...byStart.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, reportsKept);
}
