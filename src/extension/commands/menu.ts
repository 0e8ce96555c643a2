import { commands, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import type { AppSession } from "../apps/appSession.ts";
import {
  type AppView,
  hasPrevious,
  isActive,
  isRenewable,
  isStartable,
  isWatched,
  webAddresses,
  workerCounts,
} from "../apps/appView.ts";
import { type CommandId, commandIds } from "../ids.ts";
import { appWord, renewalWord } from "../presentation/stateWords.ts";
import { outdatedWords } from "../presentation/supervisorWords.ts";
import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

interface MenuItem extends QuickPickItem {
  readonly command?: CommandId;
}

/** Offers what can be done with an app now. */
export async function showMenu(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: () => true,
    placeHolder: t("Which app?"),
    onlyHere: true,
  });
  if (session === undefined) {
    return;
  }
  const picked = await window.showQuickPick(menuItems(session, t), {
    title: menuTitle(session.view, t),
    placeHolder: t("What do you want to do?"),
  });
  if (picked?.command !== undefined) {
    await commands.executeCommand(picked.command, { app: session.key });
  }
}

function menuTitle(view: AppView, t: CommandContext["t"]): string {
  const { ready, desired } = workerCounts(view);
  const renewal = view.snapshot?.renewal;
  return [
    view.name,
    appWord(view, t),
    ...(isActive(view) && desired > 0 ? [`${ready}/${desired}`] : []),
    ...(renewal === undefined ? [] : [renewalWord(renewal, t)]),
  ].join(" · ");
}

function menuItems({ view, definition }: AppSession, t: CommandContext["t"]): MenuItem[] {
  const item = (shown: boolean, command: CommandId, icon: string, label: string, description = ""): MenuItem[] =>
    shown ? [{ label: `$(${icon}) ${label}`, description, command }] : [];
  const renewable = isRenewable(view);
  const separator: MenuItem = { label: "", kind: QuickPickItemKind.Separator };
  return [
    ...item(isStartable(view), commandIds.start, "play", t("Start")),
    ...item(view.snapshot?.renewal?.cancellable === true, commandIds.cancelReload, "discard", t("Cancel Reload")),
    ...item(renewable, commandIds.reload, "sync", t("Reload"), t("new workers first, no request is lost")),
    ...item(
      renewable,
      commandIds.gracefulReload,
      "heart",
      t("Graceful Reload"),
      t("as Reload, and the app is asked to finish in its own way"),
    ),
    ...item(
      hasPrevious(view),
      commandIds.rollback,
      "discard",
      t("Reload with Previous Settings"),
      t("those of the generation before"),
    ),
    ...item(
      isStartable(view) || renewable,
      commandIds.debug,
      "debug-alt",
      t("Debug"),
      t("breakpoints hold in all workers, across reloads"),
    ),
    ...item(
      renewable,
      commandIds.rehearse,
      "beaker",
      t("Rehearse a Reload…"),
      t("strict clients ask it meanwhile, and tell what they saw"),
    ),
    ...item(
      renewable,
      commandIds.renewSupervisor,
      "versions",
      t("Renew Supervisor…"),
      view.outdated === undefined ? t("another Node.js, this Hitless") : outdatedWords(view.outdated),
    ),
    separator,
    ...item(renewable, commandIds.restart, "stop-circle", t("Restart"), t("old workers stop first: there is a gap")),
    ...item(isActive(view), commandIds.stop, "debug-stop", t("Stop")),
    separator,
    ...item(
      renewable && !isWatched(view),
      commandIds.watch,
      "eye",
      t("Watch Files"),
      t("reload whenever a file of the app is saved"),
    ),
    ...item(isWatched(view), commandIds.unwatch, "eye-closed", t("Stop Watching Files")),
    ...item(renewable, commandIds.scale, "arrow-both", t("Scale…")),
    ...item(
      webAddresses(view).length > 0,
      commandIds.openInBrowser,
      "globe",
      t("Open in Browser"),
      webAddresses(view)[0],
    ),
    ...item(
      isActive(view),
      commandIds.showLayers,
      "layers",
      t("Show Runtime Layers"),
      t("what each layer is doing now, and where the time goes"),
    ),
    ...item(true, commandIds.showLog, "output", t("Show Log")),
    ...item(view.reports.length > 0, commandIds.showHistory, "history", t("Show Reload History")),
    ...item(true, commandIds.showEvents, "list-flat", t("Show Hitless Events")),
    separator,
    ...item(
      definition?.config.entry === undefined && (definition?.entries.length ?? 0) > 1,
      commandIds.pickEntry,
      "file-code",
      t("Pick Entry…"),
    ),
    ...item(true, commandIds.pickNode, "versions", t("Pick Node.js…"), view.snapshot?.supervisor.nodeVersion),
    ...item(true, commandIds.configure, "gear", t("Configure Apps…")),
  ];
}
