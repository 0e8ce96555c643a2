import { commands } from "vscode";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { AppView } from "../../apps/appView.ts";
import { differenceMark, type Outdated } from "../../apps/outdated.ts";
import { commandIds } from "../../ids.ts";
import type { Localize } from "../../platform/localize.ts";
import { notificationsSetting } from "../../platform/settings.ts";
import { outdatedText } from "../../presentation/supervisorWords.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { Notifier } from "../tell/notify.ts";

/** Offers, once for an app and a difference, to renew its supervisor: another Node.js is named, or this Hitless is newer. */
export function offerUpgrades({ registry, memory, t }: CommandContext, notifier: Notifier): Disposable {
  // There it is refused.
  if (process.platform === "win32") {
    return { dispose: () => undefined };
  }
  return registry.onDidChange(() => {
    for (const app of registry.apps) {
      const { key, state, outdated } = app;
      // What starts, reloads or fails has other things to tell.
      if (outdated === undefined || state !== "running" || notificationsSetting() === "none") {
        continue;
      }
      const mark = differenceMark(outdated);
      if (memory.get(`upgradeOffered:${key}`) !== mark) {
        memory.set(`upgradeOffered:${key}`, mark);
        offer(app, outdated, notifier, t);
      }
    }
  });
}

function offer(app: AppView, outdated: Outdated, notifier: Notifier, t: Localize): void {
  const node = outdated.node?.path;
  const run = () =>
    commands.executeCommand(commandIds.renewSupervisor, { app: app.key }, node === undefined ? {} : { node });
  notifier.message("info", outdatedText(app, outdated, t), [{ title: t("Renew Supervisor"), run }]);
}
