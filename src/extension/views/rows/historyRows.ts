import { droppedNothing } from "../../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../../shared/report.ts";
import type { AppView } from "../../apps/appView.ts";
import type { Localize } from "../../platform/localize.ts";
import { escapeMarkdown } from "../../presentation/markdown.ts";
import { cutFacts, outcomeWord, reportTitle, shortTitle, trafficFacts } from "../../presentation/reportWords.ts";
import { durationWord } from "../../presentation/stateWords.ts";
import { busy, good, type TreeRow } from "./treeRow.ts";

/** The last renewals, in a row of their own that is initially collapsed; none if there were none. */
export function historyRows(app: AppView, now: number, t: Localize): TreeRow[] {
  if (app.reports.length === 0) {
    return [];
  }
  const label = t("Reload history");
  return [
    {
      id: `${app.key}#history`,
      app: app.key,
      label,
      description: `${app.reports.length}`,
      tooltip: "",
      icon: { name: "history" },
      contextValue: "history",
      accessibilityLabel: `${label}, ${app.reports.length}`,
      expandable: true,
      collapsed: true,
      children: app.reports.map((report) => reportRow(app, report, now, t)),
    },
  ];
}

function reportRow(app: AppView, report: RenewalReport, now: number, t: Localize): TreeRow {
  const outcome = outcomeWord(report, t);
  const ago = t("{0} ago", durationWord(now - report.startedAt, t));
  const cut = report.traffic === undefined ? [] : cutFacts(report.traffic, t);
  const well = report.outcome === "completed" && cut.length === 0;
  return {
    id: `${app.key}#report#${report.startedAt}`,
    app: app.key,
    report: report.startedAt,
    opens: "report",
    label: shortTitle(report, t),
    // What a narrow side bar cuts off is in the tooltip, and of what went well the icon tells enough.
    description: [
      durationWord(now - report.startedAt, t),
      ...(report.outcome === "completed" ? cut.slice(0, 1) : [outcome]),
      ...(droppedNothing(report) ? trafficFacts(report, t).slice(0, 1) : []),
    ].join(" · "),
    tooltip: [reportTitle(report, t), report.reason ?? "", ...trafficFacts(report, t)]
      .filter(Boolean)
      .map(escapeMarkdown)
      .join("  \n"),
    icon: well
      ? { name: "pass", color: good }
      : { name: report.outcome === "completed" ? "warning" : "discard", color: busy },
    contextValue: `report.${report.outcome}`,
    accessibilityLabel: [reportTitle(report, t), outcome, ago].join(", "),
    expandable: false,
    children: [],
  };
}
