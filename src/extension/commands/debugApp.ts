import {
  type CancellationToken,
  commands,
  type DebugConfiguration,
  DebugConfigurationProviderTriggerKind,
  type DebugSession,
  debug,
  Uri,
  type WorkspaceFolder,
  workspace,
} from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker, isRenewable, isStartable } from "../apps/appView.ts";
import { needsEntryChoice } from "../apps/entryChoice.ts";
import { debugType, type HitlessConfiguration } from "../debug/debugConfiguration.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { chooseEntry } from "./configure/pickEntry.ts";
import { isSureElsewhere } from "./target/askFirst.ts";
import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";
import type { Notifier } from "./tell/notify.ts";

/** Debugs an app, which is started if it does not run, or one worker of it. */
export async function debugApp(context: CommandContext, target: CommandTarget): Promise<void> {
  const session = await chooseDebugged(context, target);
  if (session === undefined) {
    return;
  }
  const configuration = configurationFor(session, slotOf(session, target));
  const key = keyOf(configuration);
  if (debugged.has(key) || debugged.has(keyOf({ app: session.key }))) {
    // A second debugger of the same workers would only have to be stopped too.
    await commands.executeCommand("workbench.view.debug");
    return;
  }
  debugged.add(key);
  const started = await debug.startDebugging(folderOf(session), configuration).then(
    (yes) => yes,
    () => false,
  );
  if (!started) {
    debugged.delete(key);
  }
}

/** What is debugged, or about to be, by `keyOf`. */
const debugged = new Set<string>();

function keyOf({ app = "", worker }: Pick<HitlessConfiguration, "app" | "worker">): string {
  return `${app}#${worker ?? ""}`;
}

/** Completes debug configurations, and offers one for each app. */
export function provideDebugConfigurations(context: CommandContext, notifier: Notifier): Disposable {
  const store = new DisposableStore();
  const { registry } = context;
  const isOurs = ({ type }: DebugSession) => type === debugType;
  store.add(
    debug.onDidStartDebugSession(
      (session) => void (isOurs(session) && debugged.add(keyOf(session.configuration as HitlessConfiguration))),
    ),
  );
  store.add(
    debug.onDidTerminateDebugSession(
      (session) => void (isOurs(session) && debugged.delete(keyOf(session.configuration as HitlessConfiguration))),
    ),
  );
  store.add(
    debug.registerDebugConfigurationProvider(debugType, {
      async resolveDebugConfiguration(
        _folder: WorkspaceFolder | undefined,
        written: DebugConfiguration,
        _token?: CancellationToken,
      ): Promise<DebugConfiguration | undefined> {
        const { app, worker } = written as HitlessConfiguration;
        const target: CommandTarget = { ...(app !== undefined && { app }) };
        try {
          const session = await chooseDebugged(context, target);
          if (session === undefined || !(await isSureElsewhere(context, session, "debug"))) {
            return undefined;
          }
          return { ...configurationFor(session, worker), ...withoutEmpty(written), app: session.key };
        } catch (thrown) {
          notifier.error(toHitlessError(thrown), { target });
          return undefined;
        }
      },
    }),
  );
  const offered = { provideDebugConfigurations: () => registry.sessions.map((session) => offer(session)) };
  store.add(
    debug.registerDebugConfigurationProvider(debugType, offered, DebugConfigurationProviderTriggerKind.Dynamic),
  );
  store.add(
    debug.registerDebugConfigurationProvider(debugType, offered, DebugConfigurationProviderTriggerKind.Initial),
  );
  return store;
}

/** `undefined` if the user picked none. */
async function chooseDebugged(context: CommandContext, target: CommandTarget): Promise<AppSession | undefined> {
  const session = await chooseApp(context, target, {
    suits: (app) => isStartable(app) || isRenewable(app),
    placeHolder: context.t("Select the app to debug"),
  });
  const definition = session?.definition;
  if (
    definition !== undefined &&
    session &&
    isStartable(session.view) &&
    needsEntryChoice(definition, context.memory)
  ) {
    return (await chooseEntry(context, definition)) ? session : undefined;
  }
  return session;
}

/** A worker is named by its slot, since those that take its place are debugged too. */
function slotOf({ view }: AppSession, { worker }: CommandTarget): number | undefined {
  return worker === undefined ? undefined : findWorker(view, worker)?.slot;
}

function configurationFor(session: AppSession, worker?: number): HitlessConfiguration {
  return {
    type: debugType,
    request: worker === undefined ? "launch" : "attach",
    name: session.name,
    app: session.key,
    ...(worker !== undefined && { worker }),
  };
}

/** As it is written into launch.json: by name, which holds on other machines too. */
function offer(session: AppSession): DebugConfiguration {
  return { type: debugType, request: "launch", name: `Hitless: ${session.name}`, app: session.name };
}

/** F5 without a launch.json gives a configuration of empty texts. */
function withoutEmpty(written: DebugConfiguration): Partial<DebugConfiguration> {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== "" && value !== undefined));
}

function folderOf({ root, machine }: AppSession): WorkspaceFolder | undefined {
  return machine !== undefined ? workspace.workspaceFolders?.[0] : workspace.getWorkspaceFolder(Uri.file(root));
}
