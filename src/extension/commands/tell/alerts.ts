import { commands, Position, Range, Uri, window } from "vscode";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { Failure } from "../../../shared/failure.ts";
import { type AppView, type AppViewState, isActive } from "../../apps/appView.ts";
import { type CommandId, commandIds } from "../../ids.ts";
import { revealLogSetting } from "../../platform/settings.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { MessageButton, Notifier } from "./notify.ts";

/** Shows, once each time, that an app crash-loops, could not start, or has wrong settings, with the reason. */
export function alertOnFailure(context: CommandContext, notifier: Notifier): Disposable {
  const { registry } = context;
  const before = new Map<string, { readonly state: AppViewState; readonly settings: string | undefined }>();
  return registry.onDidChange(() => {
    for (const app of registry.apps) {
      const last = before.get(app.key);
      const settings = settingsProblem(app);
      before.set(app.key, { state: app.state, settings });
      if (settings !== undefined && settings !== last?.settings) {
        const run = () => commands.executeCommand(commandIds.configure, { app: app.key });
        notifier.message("error", settings, [{ title: context.t("Open Settings"), run }]);
      }
      // What failed before the window opened is in the tree and needs no message.
      if (last !== undefined && last.state !== app.state) {
        alertOnState(app, last.state, context, notifier);
      }
    }
  });
}

function settingsProblem(app: AppView): string | undefined {
  return app.state === "invalid" || isActive(app) ? app.problem : undefined;
}

function alertOnState(app: AppView, before: AppViewState, context: CommandContext, notifier: Notifier): void {
  const { registry, logs, t } = context;
  const text = alertText(app, before, t);
  if (text === undefined) {
    return;
  }
  notifier.message("error", text, buttons(app, t));
  const session = revealLogSetting() === "never" ? undefined : registry.find(app.key);
  if (session?.client !== undefined) {
    logs.show(session, { quietly: true });
  }
}

function alertText(
  { name, state, snapshot, problem }: AppView,
  before: AppViewState,
  t: CommandContext["t"],
): string | undefined {
  const failure = snapshot?.app.failure;
  if (state === "crash-looping") {
    return t("“{0}” is crash-looping: {1}", name, failure?.message ?? "");
  }
  if (state === "failed" && failure !== undefined) {
    return t("“{0}” could not start: {1}", name, failure.message);
  }
  // A start that failed without a supervisor is reported by its command.
  return state === "failed" && before !== "starting" ? problem : undefined;
}

function buttons({ key, snapshot }: AppView, t: CommandContext["t"]): MessageButton[] {
  const run = (command: CommandId) => () => commands.executeCommand(command, { app: key });
  const { location } = snapshot?.app.failure ?? {};
  return [
    { title: t("Show Log"), run: run(commandIds.showLog) },
    { title: t("Retry"), run: run(commandIds.start) },
    ...(location === undefined ? [] : [{ title: t("Open File"), run: () => open(location) }]),
  ];
}

async function open({ file, line }: NonNullable<Failure["location"]>): Promise<void> {
  const place = new Position(Math.max(0, line - 1), 0);
  await window.showTextDocument(Uri.file(file), { selection: new Range(place, place) });
}
