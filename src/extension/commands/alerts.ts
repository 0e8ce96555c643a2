import { commands, Position, Range, Uri, window } from "vscode";
import type { Disposable } from "../../client/disposable.ts";
import type { Failure } from "../../shared/failure.ts";
import { type CommandId, commandIds } from "../ids.ts";
import { revealLogSetting } from "../platform/settings.ts";
import type { AppView, AppViewState } from "../supervisor/appView.ts";
import type { CommandContext } from "./commandContext.ts";
import type { MessageButton, Notifier } from "./notify.ts";

/** Tells, once each time, that an app crash-loops or could not start, with the reason. */
export function alertOnFailure({ registry, logs, t }: CommandContext, notifier: Notifier): Disposable {
  const states = new Map<string, AppViewState>();
  return registry.onDidChange(() => {
    for (const app of registry.apps) {
      const before = states.get(app.key);
      states.set(app.key, app.state);
      // What failed before the window opened is in the tree and no news; wrong settings stay in the way until mended.
      if (before !== app.state && (before !== undefined || app.state === "invalid")) {
        const text = alertText(app, before, t);
        if (text !== undefined) {
          notifier.message("error", text, buttons(app, t));
          const session = revealLogSetting() === "never" ? undefined : registry.find(app.key);
          if (session?.client !== undefined) {
            logs.show(session, { quietly: true });
          }
        }
      }
    }
  });
}

function alertText(app: AppView, before: AppViewState | undefined, t: CommandContext["t"]): string | undefined {
  const { name, state, snapshot, problem } = app;
  const failure = snapshot?.app.failure;
  if (state === "crash-looping") {
    return t("“{0}” is crash-looping: {1}", name, failure?.message ?? "");
  }
  if (state === "failed" && failure !== undefined) {
    return t("“{0}” could not start: {1}", name, failure.message);
  }
  // A start that failed without a supervisor is told by the command that asked for it.
  return state === "invalid" || (state === "failed" && before !== "starting") ? problem : undefined;
}

function buttons({ key, state, snapshot }: AppView, t: CommandContext["t"]): MessageButton[] {
  const run = (command: CommandId) => () => commands.executeCommand(command, { app: key });
  if (state === "invalid") {
    return [{ title: t("Open Settings"), run: run(commandIds.configure) }];
  }
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
