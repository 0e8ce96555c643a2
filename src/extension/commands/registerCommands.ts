import { commands, window, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { type CommandId, commandIds, viewIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { reloadAll, startAll, stopAll } from "./allApps.ts";
import { configure } from "./configure/configure.ts";
import { pickEntry } from "./configure/pickEntry.ts";
import { pickNode } from "./configure/pickNode.ts";
import { debugApp } from "./debugApp.ts";
import { cutNow, waitLonger } from "./drain.ts";
import { setWatch } from "./files/setWatch.ts";
import { showChanges } from "./files/showChanges.ts";
import { filterLog } from "./filter/filterLog.ts";
import { showHistory } from "./history.ts";
import { askToPrepare } from "./machines/askToPrepare.ts";
import { showMenu } from "./menu.ts";
import { goToEntry } from "./open/goToEntry.ts";
import { goToRoute } from "./open/goToRoute.ts";
import { openLogFile } from "./open/openLogFile.ts";
import { copyUrl, openInBrowser } from "./open/webAddress.ts";
import { importPm2 } from "./pm2/importPm2.ts";
import { cancelReload, reloadWorker, renewApp, rollBack } from "./renew.ts";
import { runFile } from "./runFile.ts";
import { scale } from "./scale.ts";
import { showLayers } from "./showLayers.ts";
import { showLog } from "./showLog.ts";
import { start, stop } from "./startStop.ts";
import type { CommandContext } from "./target/commandContext.ts";
import { type CommandTarget, readTarget } from "./target/commandTarget.ts";
import type { Notifier } from "./tell/notify.ts";
import { continueWorker, copyPid, killWorker } from "./workerCommands.ts";

type CommandHandler = (target: CommandTarget, ...args: unknown[]) => unknown;

async function fleets() {
  return (await import("./fleets/fleetCommands.ts")).fleetCommands;
}

/** Every command of Hitless. The type demands exactly one handler for each id. */
function commandHandlers(
  context: CommandContext,
  notifier: Notifier,
  ending: AbortSignal,
): Readonly<Record<CommandId, CommandHandler>> {
  return {
    [commandIds.start]: (target) => start(context, target),
    [commandIds.stop]: (target) => stop(context, target, notifier),
    [commandIds.startAll]: () => startAll(context, notifier),
    [commandIds.stopAll]: () => stopAll(context, notifier),
    [commandIds.reloadAll]: () => reloadAll(context, notifier),
    // The explorer names a file, and no app.
    [commandIds.runFile]: (_target, argument) => runFile(context, argument),
    [commandIds.restart]: (target) => renewApp(context, target, "restart", notifier),
    [commandIds.reload]: (target) => renewApp(context, target, "reload", notifier),
    [commandIds.gracefulReload]: (target) => renewApp(context, target, "gracefulReload", notifier),
    [commandIds.cancelReload]: (target) => cancelReload(context, target, notifier),
    [commandIds.showChanges]: (target) => showChanges(context, target, notifier),
    [commandIds.watch]: (target) => setWatch(context, target, true, notifier),
    [commandIds.unwatch]: (target) => setWatch(context, target, false, notifier),
    [commandIds.scale]: (target, workers) => scale(context, target, workers),
    [commandIds.rollback]: (target) => rollBack(context, target, notifier),
    [commandIds.rehearse]: async (target, ...args) =>
      (await import("./rehearsal/rehearseApp.ts")).rehearseApp({ context, notifier, ending }, target, args),
    [commandIds.renewSupervisor]: async (target, wish) =>
      (await import("./upgrade/renewSupervisor.ts")).renewSupervisor(context, target, { wish, notifier }),
    [commandIds.showHistory]: (target) => showHistory(context, target),
    [commandIds.debug]: (target) => debugApp(context, target),
    [commandIds.continueWorker]: (target) => continueWorker(context, target),
    [commandIds.reloadWorker]: (target) => reloadWorker(context, target, notifier),
    [commandIds.killWorker]: (target) => killWorker(context, target),
    [commandIds.waitLonger]: (target) => waitLonger(context, target),
    [commandIds.cutNow]: (target) => cutNow(context, target),
    [commandIds.copyPid]: (target) => copyPid(context, target),
    [commandIds.openInBrowser]: (target) => openInBrowser(context, target),
    [commandIds.copyUrl]: (target) => copyUrl(context, target),
    [commandIds.goToEntry]: (target) => goToEntry(context, target),
    [commandIds.goToRoute]: (target) => goToRoute(context, target),
    [commandIds.filterLog]: (target) => filterLog(context, target),
    [commandIds.openLogFile]: (target) => openLogFile(context, target),
    [commandIds.showLog]: (target) => showLog(context, target),
    [commandIds.showLayers]: (target) => showLayers(context, target),
    [commandIds.showEvents]: () => context.channel.show(),
    [commandIds.showMenu]: (target) => showMenu(context, target),
    [commandIds.pickNode]: () => pickNode(context),
    [commandIds.pickEntry]: (target) => pickEntry(context, target),
    [commandIds.requestsThreshold]: () => context.requests.chooseThreshold(),
    [commandIds.requestsFilter]: () => context.requests.chooseFilter(),
    [commandIds.requestsClear]: () => context.requests.clear(),
    [commandIds.configure]: (target) => configure(context, target),
    [commandIds.importPm2]: () => importPm2(context, notifier),
    [commandIds.refresh]: () => refresh(context),
    [commandIds.prepareMachine]: (target) => askToPrepare(context, target, notifier),
    [commandIds.reloadFleet]: async (target) => (await fleets()).renew(context, target, "reload", notifier),
    [commandIds.gracefulReloadFleet]: async (target) =>
      (await fleets()).renew(context, target, "gracefulReload", notifier),
    [commandIds.restartFleet]: async (target) => (await fleets()).renew(context, target, "restart", notifier),
    [commandIds.rollbackFleet]: async (target) => (await fleets()).renew(context, target, "rollback", notifier),
    [commandIds.cancelFleet]: async (target) => (await fleets()).cancel(context, target, notifier),
    [commandIds.checkFleet]: async (target) => (await fleets()).check(context, target, notifier),
    [commandIds.showFleetHistory]: async (target) => (await fleets()).showHistory(context, target, notifier),
  };
}

/** Searches for apps again, and asks other machines at once. */
async function refresh({ registry, machines }: CommandContext): Promise<void> {
  await Promise.all([registry.refresh(), machines.refresh()]);
  machines.look();
}

/** Those that neither run nor read anything of the workspace. */
const harmless: ReadonlySet<CommandId> = new Set<CommandId>([
  commandIds.showEvents,
  commandIds.configure,
  commandIds.showLayers,
]);

/** Registers all commands. Each shows its own errors, and never throws at its caller. */
export function registerCommands(context: CommandContext, notifier: Notifier): Disposable {
  const store = new DisposableStore();
  const ending = new AbortController();
  store.add({ dispose: () => ending.abort() });
  const handlers = commandHandlers(context, notifier, ending.signal);
  for (const [id, handler] of Object.entries(handlers) as [CommandId, CommandHandler][]) {
    const run = async (argument?: unknown, ...rest: unknown[]): Promise<unknown> => {
      const target = readTarget(argument);
      if (!workspace.isTrusted && !harmless.has(id)) {
        tellUntrusted(context, notifier);
        return undefined;
      }
      try {
        return await handler(target, ...(id === commandIds.runFile ? [argument] : rest));
      } catch (error) {
        notifier.error(error, { target, again: () => void run(argument, ...rest) });
        return undefined;
      }
    };
    store.add(commands.registerCommand(id, run));
  }
  store.add(
    window.registerWebviewPanelSerializer(viewIds.rehearsal, {
      async deserializeWebviewPanel(panel) {
        const { restoreRehearsal } = await import("./rehearsal/rehearseApp.ts");
        await restoreRehearsal({ context, notifier, ending: ending.signal }, panel);
      },
    }),
  );
  return store;
}

function tellUntrusted({ t }: CommandContext, notifier: Notifier): void {
  notifier.message("warning", t("Hitless runs nothing in a workspace that is not trusted."), [
    { title: t("Manage Workspace Trust"), run: () => commands.executeCommand("workbench.trust.manage") },
  ]);
}
