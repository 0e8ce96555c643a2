import { outcomeNames, renewalName } from "../../shared/facts/reportFacts.ts";
import { withPlace } from "../../shared/failure.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { placeText } from "../../shared/text/placeText.ts";
import type { Paint, Style } from "../terminal/paint.ts";
import { type Cell, table } from "../terminal/table.ts";
import { duration, localTime, printable } from "../terminal/units.ts";
import { generations } from "./reportLines.ts";

const outcomeStyles: Readonly<Record<RenewalReport["outcome"], Style>> = {
  completed: "green",
  rolledBack: "red",
  cancelled: "yellow",
  failed: "red",
};

const headings = [
  "WHEN",
  "KIND",
  "GEN",
  "OUTCOME",
  "TOOK",
  "SERVED",
  "FAILED",
  "HANDED OVER",
  "CLOSED",
  "CUT",
  "STALL",
  "REASON",
];

/** Past renewals, one per row; `–` for unknown values. */
export function historyTable(reports: readonly RenewalReport[], paint: Paint): string {
  return table(headings, reports.map(row), paint);
}

function row(report: RenewalReport): Cell[] {
  const { startedAt, outcome, durationMs, traffic, reason = "", location } = report;
  const why = reason.split("\n", 1)[0] ?? "";
  const number = (value: number | undefined): Cell => ({ text: value === undefined ? "–" : String(value) });
  const loss = (value: number | undefined): Cell =>
    value === undefined || value === 0 ? number(value) : { ...number(value), style: "red" };
  return [
    { text: localTime(startedAt) },
    { text: renewalName(report) },
    { text: generations(report) },
    { text: outcomeNames[outcome], style: outcomeStyles[outcome] },
    { text: duration(durationMs) },
    number(traffic?.served),
    loss(traffic?.failed),
    number(traffic?.handedOver),
    number(traffic?.closed),
    loss(traffic?.cut),
    { text: traffic === undefined || traffic.handedOver === 0 ? "–" : duration(traffic.longestStallMs) },
    { text: printable(withPlace(why, location, placeText)) },
  ];
}
