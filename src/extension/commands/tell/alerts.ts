import { commands } from "vscode";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { Failure } from "../../../shared/failure.ts";
import { type AppView, type AppViewState, isActive, workerCounts } from "../../apps/appView.ts";
import { commandIds } from "../../ids.ts";
import { notificationsSetting, revealLogSetting } from "../../platform/settings.ts";
import { placeWord } from "../../presentation/stateWords.ts";
import { openFile } from "../open/openFile.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { MessageButton, Notifier } from "./notify.ts";

interface Told {
  readonly state: AppViewState;
  readonly settings: string | undefined;
  /** The kinds of crashes that were told since the last start or renewal. */
  readonly crashes: Set<string>;
}

/**
 * Shows, once each time, that an app crash-loops, could not start, or has wrong settings, and once for each kind that a
 * worker of it crashed, with the reason.
 */
export function alertOnFailure(context: CommandContext, notifier: Notifier): Disposable {
  const before = new Map<string, Told>();
  return context.apps.onDidChange(() => {
    for (const app of context.apps.apps) {
      const last = before.get(app.key);
      const settings = settingsProblem(app);
      const crashes = app.snapshot?.app.crashes === undefined ? new Set<string>() : (last?.crashes ?? new Set());
      before.set(app.key, { state: app.state, settings, crashes });
      if (settings !== undefined && settings !== last?.settings) {
        const run = () => commands.executeCommand(commandIds.configure, { app: app.key });
        notifier.message("error", settings, [{ title: context.t("Open Settings"), run }]);
      }
      // What failed before the window opened is in the tree and needs no message.
      if (last !== undefined && last.state !== app.state) {
        alertOnState(app, last.state, context, notifier);
      }
      alertOnCrash(app, { crashes, isNews: last !== undefined }, context, notifier);
    }
  });
}

function settingsProblem(app: AppView): string | undefined {
  return app.state === "invalid" || isActive(app) ? app.problem : undefined;
}

function alertOnCrash(
  app: AppView,
  { crashes, isNews }: { readonly crashes: Set<string>; readonly isNews: boolean },
  { t }: CommandContext,
  notifier: Notifier,
): void {
  const { failure } = app.snapshot?.app.crashes ?? {};
  if (failure === undefined) {
    return;
  }
  const kind = `${failure.code} ${failure.message} ${failure.location?.file}:${failure.location?.line}`;
  const isNew = !crashes.has(kind);
  crashes.add(kind);
  // What crash-loops or could not start is told by its state.
  if (isNew && isNews && (app.state === "running" || app.state === "degraded") && notificationsSetting() !== "none") {
    const place = failure.location === undefined ? "" : ` (${placeWord(failure.location)})`;
    const text = t("A worker of “{0}” crashed: {1}", app.name, `${failure.message}${place}`);
    notifier.message("error", text, fileAndLog(app, failure, t));
  }
}

function fileAndLog({ key, there }: AppView, failure: Failure, t: CommandContext["t"]): MessageButton[] {
  const showLog = () => commands.executeCommand(commandIds.showLog, { app: key });
  // A file of another machine can't be opened here.
  const location = there === undefined ? failure.location : undefined;
  return [
    ...(location === undefined ? [] : [{ title: t("Open File"), run: () => openFile(location) }]),
    { title: t("Show Log"), run: showLog },
  ];
}

function alertOnState(app: AppView, before: AppViewState, context: CommandContext, notifier: Notifier): void {
  const { apps, logs, t } = context;
  if (app.state === "starting" && app.death !== undefined) {
    if (notificationsSetting() !== "none") {
      notifier.message("warning", app.death, buttons(app, t).slice(0, 1));
    }
    return;
  }
  const text = alertText(app, before, t);
  if (text === undefined) {
    return;
  }
  if (notificationsSetting() !== "none") {
    notifier.message("error", text, buttons(app, t));
  }
  const session = revealLogSetting() === "never" ? undefined : apps.find(app.key);
  if (session?.client !== undefined) {
    logs.show(session, { quietly: true });
  }
}

function alertText(app: AppView, before: AppViewState, t: CommandContext["t"]): string | undefined {
  const { name, state, snapshot, problem, death } = app;
  const failure = snapshot?.app.failure;
  // A first start may be given up at once: nothing has crashed again and again then.
  const isVain = before === "starting" && workerCounts(app).ready === 0 && failure !== undefined;
  if (state === "crash-looping" && !isVain) {
    return t("“{0}” is crash-looping: {1}", name, failure?.message ?? "");
  }
  if (failure !== undefined && (state === "failed" || state === "crash-looping")) {
    return t("“{0}” could not start: {1}", name, failure.message);
  }
  // A start that failed without a supervisor is reported by its command, if there was one.
  return state === "failed" && (before !== "starting" || death !== undefined) ? problem : undefined;
}

function buttons(app: AppView, t: CommandContext["t"]): MessageButton[] {
  const { key, snapshot } = app;
  const { failure } = snapshot?.app ?? {};
  const retry = { title: t("Retry"), run: () => commands.executeCommand(commandIds.start, { app: key }) };
  const showLog = { title: t("Show Log"), run: () => commands.executeCommand(commandIds.showLog, { app: key }) };
  return failure === undefined ? [showLog, retry] : [...fileAndLog(app, failure, t), retry];
}
