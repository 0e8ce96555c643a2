import { window } from "vscode";
import type { AppSession } from "../apps/appSession.ts";
import { type AppView, isActive, isStartable } from "../apps/appView.ts";
import { needsEntryChoice } from "../apps/entryChoice.ts";
import { viewIds } from "../ids.ts";
import { revealLogSetting } from "../platform/settings.ts";
import { chooseEntry } from "./configure/pickEntry.ts";
import { isSureElsewhere } from "./target/askFirst.ts";
import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";
import type { Notifier } from "./tell/notify.ts";

/** Milliseconds beyond what a worker may take to become ready, after which the command stops waiting for a start. */
const startMarginMs = 30_000;

/** Starts an app. Resolves when it is running or has failed to start. */
export async function start(context: CommandContext, target: CommandTarget): Promise<void> {
  const { logs, memory, t } = context;
  const session = await chooseApp(context, target, {
    suits: isStartable,
    placeHolder: t("Select the app to start"),
  });
  const definition = session?.definition;
  if (session === undefined) {
    return;
  }
  if (definition !== undefined && isStartable(session.view) && needsEntryChoice(definition, memory)) {
    if (!(await chooseEntry(context, definition))) {
      return;
    }
  }
  await window.withProgress({ location: { viewId: viewIds.apps } }, async () => {
    await session.start();
    if (revealLogSetting() === "onStart") {
      logs.show(session, { quietly: true });
    }
    await untilStarted(session);
  });
}

/** Stops an app. Called again meanwhile, it offers to stop at once. */
export async function stop(context: CommandContext, target: CommandTarget, notifier: Notifier): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: isActive,
    placeHolder: t("Select the app to stop"),
  });
  if (session === undefined) {
    return;
  }
  if (session.view.state === "stopping") {
    notifier.message("info", t("“{0}” is already stopping. {1}", session.name, drainWords(session.view, t)), [
      { title: t("Stop Now"), run: () => session.stop(true).catch(() => undefined) },
    ]);
    return;
  }
  if (await isSureElsewhere(context, session, "stop")) {
    await window.withProgress({ location: { viewId: viewIds.apps } }, () => session.stop(false));
  }
}

function drainWords({ snapshot }: AppView, t: CommandContext["t"]): string {
  const count = snapshot?.workers.length ?? 0;
  return count === 1
    ? t("1 worker still finishes its requests.")
    : t("{0} workers still finish their requests.", count);
}

async function untilStarted(session: AppSession): Promise<void> {
  const { appDefaults } = await import("../../shared/appConfig.ts");
  const { longestReadyMs } = await import("../../shared/settings/readyTime.ts");
  const config = session.definition?.config;
  const readyMs = longestReadyMs({
    server: config?.server ?? appDefaults.server,
    waitReady: config?.waitReady ?? appDefaults.waitReady,
    readyTimeout: config?.readyTimeout ?? appDefaults.readyTimeout,
    minReady: config?.minReady ?? appDefaults.minReady,
    warmup: config?.warmup,
  });
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(deadline);
      listening.dispose();
      resolve();
    };
    const check = () => {
      if (session.view.state !== "starting") {
        finish();
      }
    };
    const deadline = setTimeout(finish, readyMs + startMarginMs);
    const listening = session.onDidChange(check);
    check();
  });
}
