import { type ExtensionContext, l10n, Uri, window, workspace } from "vscode";
import { runtimeFolder } from "../client/launch/runtimeFolder.ts";
import { registerAgents } from "./agents/registerAgents.ts";
import type { AppDefinition } from "./apps/appDefinition.ts";
import { AppRegistry } from "./apps/appRegistry.ts";
import { watchEndpoints } from "./apps/endpointWatcher.ts";
import { appsEverywhere } from "./apps/machines/appsEverywhere.ts";
import { createFleetRuns } from "./apps/machines/fleetRuns.ts";
import { MachineRegistry } from "./apps/machines/machineRegistry.ts";
import type { SessionHost, SessionMemory } from "./apps/sessionHost.ts";
import { createWorkerFigures } from "./apps/workerFigures.ts";
import { autoStart } from "./commands/autoStart.ts";
import { provideDebugConfigurations } from "./commands/debugApp.ts";
import { offerPm2Import } from "./commands/pm2/offerPm2Import.ts";
import { registerCommands } from "./commands/registerCommands.ts";
import type { CommandContext } from "./commands/target/commandContext.ts";
import { alertOnFailure } from "./commands/tell/alerts.ts";
import { createNotifier } from "./commands/tell/notify.ts";
import { offerUpgrades } from "./commands/upgrade/offerUpgrade.ts";
import { registerDebugging } from "./debug/registerDebugging.ts";
import { LanguageFeatures } from "./language/languageFeatures.ts";
import { createSessionLog } from "./log/eventChannel.ts";
import { createLogTerminals } from "./log/logTerminals.ts";
import { createLayersPanels } from "./panel/layersPanels.ts";
import { coalesce } from "./platform/coalesce.ts";
import { createContextSetter } from "./platform/contextKeys.ts";
import { DisposableStore } from "./platform/disposableStore.ts";
import type { Localize } from "./platform/localize.ts";
import { graceSetting, nodeSetting, readFolders, timestampsSetting } from "./platform/settings.ts";
import { workspaceStorage } from "./platform/storage/keptFile.ts";
import { onDidChangeWorkspace } from "./platform/workspaceEvents.ts";
import { createReportDocuments } from "./presentation/reportDocuments.ts";
import { provideAppTasks } from "./tasks/appTasks.ts";
import { createAppTree } from "./views/appTree.ts";
import { followContext } from "./views/contextUpdater.ts";
import { showFailures } from "./views/failureDiagnostics.ts";
import { createFleetFindings } from "./views/fleetFindings.ts";
import { createRequestsView } from "./views/requests/requestsView.ts";
import { lookForStaleFiles } from "./views/staleLooks.ts";
import { createStatusBar } from "./views/statusBar.ts";

declare const __HITLESS_VERSION__: string;

/** A burst of changes (a checkout, a settings file being written) causes one search, after this many milliseconds. */
const settleMs = 300;

/** Makes all parts and connects them. Nothing here waits: slow work continues after the activation. */
export function compose(extension: ExtensionContext): DisposableStore {
  const store = new DisposableStore();
  const t: Localize = (text, ...args) => l10n.t(text, ...args);
  const channel = store.add(window.createOutputChannel("Hitless", { log: true }));
  const memory = workspaceMemory(extension);
  const host: SessionHost = {
    version: __HITLESS_VERSION__,
    supervisorFile: Uri.joinPath(extension.extensionUri, "dist", "supervisor.cjs").fsPath,
    runtimeFolder,
    graceMs: graceSetting,
    nodeProgram: nodeSetting,
    memory,
    log: createSessionLog(channel, t),
    t,
  };
  const registry = store.add(new AppRegistry({ host, define: () => define(t), folders: readFolders }));
  const machines = store.add(new MachineRegistry({ host, folders: () => readFolders().map(({ path }) => path) }));
  const apps = appsEverywhere(registry, machines);
  const fleetRuns = createFleetRuns();
  const logs = store.add(createLogTerminals(timestampsSetting, memory, t));
  const { extensionUri } = extension;
  const storageFolder = extension.storageUri && workspaceStorage(extension.storageUri.fsPath);
  const figures = store.add(createWorkerFigures(apps));
  const { version } = host;
  const layers = store.add(createLayersPanels({ apps, figures, extensionUri, storageFolder, channel, version, t }));
  const reports = store.add(createReportDocuments());
  const requests = store.add(createRequestsView(apps, t));
  const notifier = createNotifier(channel, t);
  const language = store.add(new LanguageFeatures({ registry, extensionUri, channel, message: notifier.message, t }));
  const fleetFindings = store.add(createFleetFindings(machines, t));
  const context: CommandContext = {
    ...{ registry, machines, apps, fleetRuns, fleetFindings, logs, layers, reports, requests, language },
    ...{ channel, memory, version, supervisorFile: host.supervisorFile, t },
    ...(storageFolder !== undefined && { storageFolder }),
  };

  store.add(createAppTree({ registry, machines, fleetRuns, watch: figures, t }));
  store.add(createStatusBar(registry, t));
  store.add(followContext(registry, machines, fleetRuns, createContextSetter()));
  store.add(showFailures(registry, t));
  store.add(lookForStaleFiles(registry));
  store.add(registerCommands(context, notifier));
  store.add(provideAppTasks({ registry, timestamps: timestampsSetting, t }));
  store.add(alertOnFailure(context, notifier));
  store.add(offerUpgrades(context, notifier));
  store.add(provideDebugConfigurations(context, notifier));
  store.add(registerDebugging({ apps, ownFolder: Uri.joinPath(extensionUri, "dist"), t }));
  store.add(registerAgents({ registry, host, extensionUri }));

  const refresh = store.add(coalesce(settleMs, () => void refreshOrLog([registry, machines], host)));
  store.add(onDidChangeWorkspace(refresh));
  if (readFolders().length > 0) {
    // Without a folder no app belongs to this window, and adding the first folder starts another extension host.
    watchRuntimeFolder(store, host, refresh);
  }
  const begin = async () => {
    await refreshOrLog([registry, machines], host);
    if (!store.disposed) {
      registry.sessions.forEach(logs.restore);
      await autoStart(context, notifier);
      await offerPm2Import(context, notifier).catch((error: unknown) => host.log.error(String(error)));
    }
  };
  store.add(workspace.onDidGrantWorkspaceTrust(() => void begin()));
  // VS Code waits for an activation before it continues with the next.
  const beginning = setImmediate(() => void begin());
  store.add({ dispose: () => clearImmediate(beginning) });
  return store;
}

/** Imported on first use, so that activation does not load the schemas of the settings. */
async function define(t: Localize): Promise<AppDefinition[]> {
  const folders = readFolders();
  const { defineApps } = await import("./apps/appDefinition.ts");
  return defineApps(folders, t);
}

async function refreshOrLog(registries: readonly { refresh(): Promise<void> }[], { log }: SessionHost): Promise<void> {
  for (const result of await Promise.allSettled(registries.map((registry) => registry.refresh()))) {
    if (result.status === "rejected") {
      const { reason } = result;
      log.error(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
    }
  }
}

function watchRuntimeFolder(store: DisposableStore, { log }: SessionHost, changed: () => void): void {
  try {
    store.add(watchEndpoints(runtimeFolder(), changed));
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
  }
}

function workspaceMemory({ workspaceState }: ExtensionContext): SessionMemory {
  return {
    get: (key) => workspaceState.get<string>(key),
    set: (key, value) => void workspaceState.update(key, value),
  };
}
