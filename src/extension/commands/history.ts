import { type QuickPickItem, window, workspace } from "vscode";
import { droppedNothing } from "../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { AppSession } from "../apps/appSession.ts";
import { isActive } from "../apps/appView.ts";
import { outcomeWord, reportDocument, reportTitle, trafficFacts } from "../presentation/reportWords.ts";
import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

/** Shows the last renewals of an app; the one picked opens as a document. */
export async function showHistory(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: isActive,
    placeHolder: t("Select the app whose reload history to show"),
  });
  if (session === undefined) {
    return;
  }
  const reports = session.reports;
  if (target.report !== undefined) {
    const wanted = reports.find(({ startedAt }) => startedAt === target.report);
    return wanted && openReport(session, wanted, context);
  }
  const items = reports.map((report): QuickPickItem & { report: RenewalReport } => ({
    label: `$(${reportIcon(report)}) ${reportTitle(report, t)}`,
    description: `${outcomeWord(report, t)} · ${new Date(report.startedAt).toLocaleTimeString()}`,
    detail: report.reason ?? trafficFacts(report, t).join(" · "),
    report,
  }));
  const placeHolder =
    items.length === 0
      ? t("“{0}” has not been renewed yet.", session.name)
      : t("The last renewals of “{0}”", session.name);
  const picked = await window.showQuickPick(items, { placeHolder, matchOnDetail: true });
  if (picked !== undefined) {
    await openReport(session, picked.report, context);
  }
}

/** Name of the codicon for the outcome. */
function reportIcon(report: RenewalReport): string {
  if (report.outcome !== "completed") {
    return report.outcome === "failed" ? "error" : "discard";
  }
  return droppedNothing(report) || report.kind === "restart" ? "pass" : "warning";
}

async function openReport(session: AppSession, report: RenewalReport, { reports, t }: CommandContext): Promise<void> {
  const { name, machine } = session;
  const time = new Date(report.startedAt).toLocaleTimeString();
  const linkRoot = machine === undefined ? workspace.workspaceFolders?.[0]?.uri.path : undefined;
  const content = reportDocument(name, report, { t, linkRoot });
  await reports.open(`${name} ${reportTitle(report, t)}, ${time}`, content);
}
