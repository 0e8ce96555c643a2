import { performance } from "node:perf_hooks";
import { type LogOutputChannel, l10n, type TextDocument, Uri, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LanguageOptions, LanguageState } from "../../shared/language.ts";
import { languageIds } from "../../shared/languageNames.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { languageSetting } from "../platform/settings.ts";
import type { RunningLanguageClient } from "./languageClient.ts";
import { createRestartWindow } from "./restartWindow.ts";

export interface LanguageHost {
  readonly registry: AppRegistry;
  readonly extensionUri: Uri;
  readonly channel: LogOutputChannel;
  /** Shows a message with buttons and waits for nothing. */
  readonly message: (
    level: "error",
    text: string,
    buttons: readonly { readonly title: string; readonly run: () => unknown }[],
  ) => void;
  readonly t: Localize;
}

const restarts = 4;
const windowMinutes = 3;

/**
 * Hovers, lenses, diagnostics and actions in JavaScript and TypeScript files, by a language server that runs from the
 * first such file on until the window closes or the setting says no. All that costs time is loaded then.
 */
export function createLanguageFeatures(host: LanguageHost): Disposable {
  const { registry, channel, t } = host;
  const store = new DisposableStore();
  const window = createRestartWindow({ restarts, windowMs: windowMinutes * 60_000, now: () => performance.now() });
  let client: RunningLanguageClient | undefined;
  /** The apps as the server was last told of them, or is told when it starts again. */
  let latest: LanguageState = { trusted: false, apps: [] };
  /** Each start and stop waits for the one before. */
  let turn: Promise<void> = Promise.resolve();
  /** Given up after too many crashes, or a start that failed, until a person asks again. */
  let givenUp = false;

  const startAgain = { title: t("Start Again"), run: () => begin() };
  const giveUp = (text: string) => {
    givenUp = true;
    const showLog = () => {
      channel.show();
      // A button closes the message, and who has read the log may want the other one.
      host.message("error", text, [startAgain]);
    };
    host.message("error", text, [{ title: t("Show Log"), run: showLog }, startAgain]);
  };
  const begin = () => {
    givenUp = false;
    window.forget();
    settle();
  };
  const crashed = (): boolean => {
    // A first start that fails is told of by itself.
    if (store.disposed || client === undefined) {
      return false;
    }
    if (window.crashed()) {
      return true;
    }
    client = undefined;
    giveUp(
      t(
        "The language server of Hitless crashed {0} times within {1} minutes. Hovers, lenses and hints in JavaScript and TypeScript files are missing until you start it again.",
        restarts + 1,
        windowMinutes,
      ),
    );
    return false;
  };
  const start = async (): Promise<void> => {
    const { startLanguageClient } = await import("./languageClient.ts");
    const serverFile = Uri.joinPath(host.extensionUri, "dist", "server.cjs").fsPath;
    latest = await stateOf(registry, t);
    const options = (): LanguageOptions => ({
      state: latest,
      texts: l10n.bundle ?? {},
      ruleDocs: rulePages(host.extensionUri),
    });
    const started = await startLanguageClient({ serverFile, channel, options, crashed });
    if (givenUp) {
      await started.stop();
      return;
    }
    client = started;
    await tell();
  };
  const tell = async (): Promise<void> => {
    if (client !== undefined) {
      const state = await stateOf(registry, t);
      if (JSON.stringify(state) !== JSON.stringify(latest)) {
        latest = state;
        client?.update(state);
      }
    }
  };
  /** Makes what runs what should run. */
  const settle = () => {
    turn = turn.then(async () => {
      const wanted = !store.disposed && !givenUp && languageSetting() && workspace.textDocuments.some(isRead);
      try {
        if (wanted && client === undefined) {
          await start();
        } else if (client !== undefined && (store.disposed || !languageSetting())) {
          const ending = client;
          client = undefined;
          await ending.stop();
        }
      } catch (error) {
        giveUp(t("The language server of Hitless could not be started: {0}", errorMessage(error)));
      }
    });
  };

  store.add(workspace.onDidOpenTextDocument((document) => client === undefined && isRead(document) && settle()));
  // Switched off and on again, it begins anew too.
  store.add(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("hitless.language") && begin()));
  store.add(workspace.onDidGrantWorkspaceTrust(() => void tell()));
  store.add(registry.onDidChange(() => void tell()));
  // What is open already is looked at after the activation.
  const beginning = setImmediate(settle);
  store.add({ dispose: () => clearImmediate(beginning) });
  return {
    dispose() {
      store.dispose();
      settle();
    },
  };
}

async function stateOf({ sessions }: AppRegistry, t: Localize): Promise<LanguageState> {
  // Has the defaults of the settings in it, which are no part of the activation.
  const { languageApp } = await import("./languageState.ts");
  const apps = sessions.map(({ view, definition }) => languageApp(view, definition, t));
  return { trusted: workspace.isTrusted, apps };
}

function isRead({ languageId, uri }: TextDocument): boolean {
  return languageIds.includes(languageId) && (uri.scheme === "file" || uri.scheme === "untitled");
}

function rulePages(extensionUri: Uri): string {
  return `${Uri.joinPath(extensionUri, "docs", "rules").toString()}/`;
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
