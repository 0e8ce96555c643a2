import { DebugAdapterInlineImplementation, type DebugSession, debug, type Uri } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { AppSession } from "../apps/appSession.ts";
import type { AppsEverywhere } from "../apps/machines/appsEverywhere.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { AppDebugAdapter } from "./appDebugAdapter.ts";
import { debugType, type HitlessConfiguration } from "./debugConfiguration.ts";
import { tellsOfPause } from "./debugMessages.ts";

export interface DebuggingOptions {
  readonly apps: AppsEverywhere;
  /** Folder of what Hitless itself runs in a worker. */
  readonly ownFolder: Uri;
  readonly t: Localize;
}

/** The type by which VS Code's debugger of JavaScript calls itself, whatever a configuration calls it. */
const nodeType = "pwa-node";

/** Lets VS Code debug apps. */
export function registerDebugging({ apps, ownFolder, t }: DebuggingOptions): Disposable {
  const store = new DisposableStore();
  const adapters = new Map<string, AppDebugAdapter>();
  const find = (configuration: HitlessConfiguration): AppSession => {
    const { app = "" } = configuration;
    const session = apps.find(app) ?? apps.sessions.find(({ name }) => name === app);
    if (session === undefined) {
      throw new HitlessError("appNotFound", t("There is no app “{0}” in this workspace.", app));
    }
    return session;
  };
  store.add(
    debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor(session) {
        const adapter = new AppDebugAdapter({ session, find, apps, ownFolder: ownFolder.fsPath, t });
        adapters.set(session.id, adapter);
        return new DebugAdapterInlineImplementation(adapter);
      },
    }),
  );
  store.add(debug.onDidTerminateDebugSession(({ id }) => void adapters.delete(id)));
  store.add(
    debug.registerDebugAdapterTrackerFactory(nodeType, {
      createDebugAdapterTracker(session) {
        const worker = workerSession(session);
        const adapter = adapters.get(worker?.parentSession?.id ?? "");
        const url: unknown = worker?.configuration.websocketAddress;
        if (adapter === undefined || typeof url !== "string") {
          return undefined;
        }
        return {
          onDidSendMessage(message: unknown) {
            if (tellsOfPause(message)) {
              adapter.look(url);
            }
          },
        };
      },
    }),
  );
  return store;
}

/** The session of the worker to which this one belongs: the debugger of JavaScript has one more below for the process. */
function workerSession(session: DebugSession): DebugSession | undefined {
  let worker: DebugSession | undefined = session;
  while (worker !== undefined && worker.parentSession?.type !== debugType) {
    worker = worker.parentSession;
  }
  return worker;
}
