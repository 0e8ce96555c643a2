import { commands } from "vscode";
import { stoppedReason } from "../../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../../shared/report.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { type CommandId, commandIds } from "../../ids.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";
import { notificationsSetting } from "../../platform/settings.ts";
import { cutFacts, isNoteworthy, trafficFacts } from "../../presentation/reportWords.ts";
import { placeWord } from "../../presentation/stateWords.ts";
import { supervisorChange } from "../../presentation/supervisorWords.ts";
import { openFile } from "../open/openFile.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "./notify.ts";

export interface ReportToTell {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  readonly session: AppSession;
  readonly report: RenewalReport;
  /** What the only one that was replaced is called. */
  readonly worker: string | undefined;
  /** Whether the user pressed Cancel. */
  readonly wasCancelled: boolean;
}

/**
 * Tells the outcome of a renewal, as far as the setting wants it: its effect on clients if it completed, the reason and
 * what helps if not. What went well and is not told is in the status bar and the tree.
 */
export function tellReport(told: ReportToTell): void {
  const { context, session, report, wasCancelled } = told;
  if (report.stderr !== undefined && report.stderr.length > 0) {
    context.channel.error(`[${session.name}] ${report.reason ?? ""}\n${report.stderr.join("\n")}`);
  }
  const which = notificationsSetting();
  if (which === "none") {
    return;
  }
  if (report.outcome === "completed") {
    if (which === "all" || isNoteworthy(report) || wasCancelled) {
      tellCompleted(told);
    }
  } else if (report.outcome === "cancelled" && wasCancelled) {
    tellCancelled(told);
  } else if (report.reason === stoppedReason) {
    // Somebody wanted that: it is no fault, and nothing to retry.
    told.notifier.message("info", failureText(session.name, report, context.t), []);
  } else {
    tellFailed(told);
  }
}

function tellCompleted({ context, notifier, session, report, worker, wasCancelled }: ReportToTell): void {
  const { t } = context;
  const { name, key } = session;
  const { to, durationMs, traffic, notes = [], killed } = report;
  const seconds = (durationMs / 1000).toFixed(1);
  const done =
    report.supervisor !== undefined
      ? t("{0}: the supervisor was renewed in {1} s ({2})", name, seconds, supervisorChange(report.supervisor))
      : worker === undefined
        ? t("{0}: generation {1} runs after {2} s", name, to, seconds)
        : t("{0}: worker {1} was replaced in {2} s", name, worker, seconds);
  const cut = traffic === undefined ? [] : cutFacts(traffic, t);
  const late = wasCancelled ? [t("it was too late to cancel")] : [];
  const ended = killed === 0 ? [] : [t("Old workers killed: {0}", killed)];
  const facts = cut.length > 0 ? cut : trafficFacts(report, t);
  const text = [done, ...late, ...facts, ...ended, ...notes.map((note) => engineSentence(note, t))].join(" · ");
  const target: CommandTarget = { app: key, report: report.startedAt };
  notifier.message(cut.length > 0 || killed > 0 ? "warning" : "info", text, [
    { title: t("Show Report"), run: () => commands.executeCommand(commandIds.showHistory, target) },
  ]);
}

function tellCancelled({ context: { t }, notifier, session, report }: ReportToTell): void {
  const text = report.stoppedFirst
    ? t("The reload of “{0}” was cancelled. Generation {1} is started again.", session.name, report.from)
    : t("The reload of “{0}” was cancelled. Generation {1} keeps serving.", session.name, report.from);
  notifier.message("info", text, []);
}

function tellFailed({ context: { t }, notifier, session, report }: ReportToTell): void {
  const { name, key } = session;
  const run = (command: CommandId, target: CommandTarget) => () => commands.executeCommand(command, target);
  // A file of another machine can't be opened here.
  const location = session.machine === undefined ? report.location : undefined;
  notifier.message("error", failureText(name, report, t), [
    ...(location === undefined ? [] : [{ title: t("Open File"), run: () => openFile(location) }]),
    { title: t("Show Log"), run: run(commandIds.showLog, { app: key }) },
    { title: t("Retry"), run: run(commandOf(report), { app: key }) },
  ]);
}

function failureText(name: string, report: RenewalReport, t: Localize): string {
  const said = report.reason === undefined ? t("no reason was given") : engineSentence(report.reason, t);
  const reason = report.location === undefined ? said : `${said} (${placeWord(report.location)})`;
  if (report.supervisor !== undefined && report.outcome !== "cancelled") {
    const change = supervisorChange(report.supervisor);
    return report.outcome === "rolledBack"
      ? t("The supervisor of “{0}” was not renewed ({1}), the old one keeps serving: {2}", name, change, reason)
      : t("The renewal of the supervisor of “{0}” failed ({1}): {2}", name, change, reason);
  }
  switch (report.outcome) {
    case "rolledBack":
      return report.stoppedFirst === true
        ? t("The reload of “{0}” was rolled back, generation {1} is started again: {2}", name, report.from, reason)
        : t("The reload of “{0}” was rolled back, generation {1} keeps serving: {2}", name, report.from, reason);
    case "cancelled":
      return t("The reload of “{0}” was cancelled elsewhere: {1}", name, reason);
    default:
      return report.kind === "restart"
        ? t("The restart of “{0}” failed: {1}", name, reason)
        : t("The reload of “{0}” failed: {1}", name, reason);
  }
}

function commandOf({ kind, supervisor }: RenewalReport): CommandId {
  return supervisor === undefined ? commandIds[kind] : commandIds.renewSupervisor;
}
