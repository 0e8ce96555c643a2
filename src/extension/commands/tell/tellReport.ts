import { commands } from "vscode";
import type { RenewalReport } from "../../../shared/report.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { type CommandId, commandIds } from "../../ids.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";
import { cutFacts, trafficFacts } from "../../presentation/reportWords.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "./notify.ts";

export interface ReportToTell {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  readonly session: AppSession;
  readonly report: RenewalReport;
  readonly worker: number | undefined;
  /** Whether the user pressed Cancel. */
  readonly wasCancelled: boolean;
}

/** Shows the outcome of a renewal: its effect on clients if completed, reason and buttons if not. */
export function tellReport({ context, notifier, session, report, worker, wasCancelled }: ReportToTell): void {
  const { t, channel } = context;
  const { name, key } = session;
  const { outcome, to, durationMs } = report;
  if (outcome === "completed") {
    const seconds = (durationMs / 1000).toFixed(1);
    const done =
      worker === undefined
        ? t("{0}: generation {1} runs after {2} s", name, to, seconds)
        : t("{0}: worker {1} was replaced in {2} s", name, worker, seconds);
    const cut = report.traffic === undefined ? [] : cutFacts(report.traffic, t);
    const facts = cut.length > 0 ? cut : trafficFacts(report, t);
    notifier.message(cut.length > 0 ? "warning" : "info", [done, ...facts].join(" · "), [
      {
        title: t("Show Report"),
        run: () => commands.executeCommand(commandIds.showHistory, { app: key, report: report.startedAt }),
      },
    ]);
    if (wasCancelled) {
      notifier.message("info", t("It was too late to cancel: “{0}” has been reloaded.", name), []);
    }
    return;
  }
  if (outcome === "cancelled" && wasCancelled) {
    notifier.message(
      "info",
      t("The reload of “{0}” was cancelled. Generation {1} keeps serving.", name, report.from),
      [],
    );
    return;
  }
  if (report.stderr !== undefined && report.stderr.length > 0) {
    channel.error(`[${name}] ${report.reason ?? ""}\n${report.stderr.join("\n")}`);
  }
  const target: CommandTarget = { app: key };
  const run = (command: CommandId) => () => commands.executeCommand(command, target);
  notifier.message("error", failureText(name, report, t), [
    { title: t("Show Log"), run: run(commandIds.showLog) },
    { title: t("Retry"), run: run(commandOf(report)) },
  ]);
}

function failureText(name: string, report: RenewalReport, t: Localize): string {
  const reason = report.reason === undefined ? t("no reason was given") : engineSentence(report.reason, t);
  switch (report.outcome) {
    case "rolledBack":
      return t("The reload of “{0}” was rolled back, generation {1} keeps serving: {2}", name, report.from, reason);
    case "cancelled":
      return t("The reload of “{0}” was cancelled elsewhere: {1}", name, reason);
    default:
      return report.kind === "restart"
        ? t("The restart of “{0}” failed: {1}", name, reason)
        : t("The reload of “{0}” failed: {1}", name, reason);
  }
}

function commandOf({ kind }: RenewalReport): CommandId {
  return commandIds[kind];
}
