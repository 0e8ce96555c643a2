import { type QuickPickItem, QuickPickItemKind, window } from "vscode";
import type { LogLevel } from "../../../client/logs/jsonLine.ts";
import { type LogView, wholeLog } from "../../log/logView.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

/** Chooses what of an app's log is shown, and how, and shows it. */
export async function filterLog(context: CommandContext, target: CommandTarget): Promise<void> {
  const { logs, t } = context;
  const session = await chooseApp(context, target, {
    suits: ({ snapshot }) => snapshot !== undefined,
    placeHolder: t("Select the app whose log to filter"),
  });
  if (session === undefined) {
    return;
  }
  const now = logs.viewOf(session) ?? wholeLog;
  const slots = session.view.snapshot?.workers.map(({ slot }) => slot) ?? [];
  const picked = await window.showQuickPick(viewItems(now, [...new Set(slots)], t), {
    title: t("Log of {0}", session.name),
    placeHolder: t("What to show (Ctrl+F in the log searches it)"),
  });
  if (picked?.view !== undefined) {
    logs.show(session);
    logs.setView(session, picked.view);
  }
}

interface ViewItem extends QuickPickItem {
  readonly view?: LogView;
}

function viewItems(now: LogView, slots: readonly number[], t: CommandContext["t"]): ViewItem[] {
  const item = (label: string, isNow: boolean, view: LogView): ViewItem => ({
    label: `${isNow ? "$(check) " : ""}${label}`,
    view,
  });
  const { slot: _, ...ofAll } = now;
  const levels: readonly (readonly [LogLevel, string])[] = [
    ["trace", t("All levels")],
    ["info", t("Info and above")],
    ["warn", t("Warnings and errors")],
    ["error", t("Errors only (and stderr)")],
  ];
  return [
    item(t("Lines of JSON made readable"), !now.raw, { ...now, raw: false }),
    item(t("Lines of JSON as they were written"), now.raw, { ...now, raw: true }),
    { label: t("Level"), kind: QuickPickItemKind.Separator },
    ...levels.map(([level, label]) => item(label, now.level === level, { ...now, level })),
    { label: t("Worker"), kind: QuickPickItemKind.Separator },
    item(t("All workers"), now.slot === undefined, ofAll),
    ...slots.map((slot) => item(t("worker {0}", slot), now.slot === slot, { ...now, slot })),
  ];
}
