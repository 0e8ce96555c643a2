import { performance } from "node:perf_hooks";
import { type CancellationToken, type LogOutputChannel, l10n, type TextDocument, Uri, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LanguageOptions, LanguageState, RouteAnswer, RouteQuestion } from "../../shared/language.ts";
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
 * first such file until the window closes or the setting turns it off. All that is slow is loaded then.
 */
export class LanguageFeatures implements Disposable {
  readonly #host: LanguageHost;
  readonly #store = new DisposableStore();
  readonly #window = createRestartWindow({
    restarts,
    windowMs: windowMinutes * 60_000,
    now: () => performance.now(),
  });
  #client: RunningLanguageClient | undefined;
  /** The state last sent to the server, which it gets again after a restart. */
  #latest: LanguageState = { trusted: false, apps: [] };
  /** Each start and stop waits for the previous one. */
  #turn: Promise<void> = Promise.resolve();
  /** Set after too many crashes or a failed start, until the user tries again. */
  #givenUp = false;
  /** Set when something other than an open document has needed the server. */
  #needed = false;

  constructor(host: LanguageHost) {
    this.#host = host;
    const store = this.#store;
    store.add(
      workspace.onDidOpenTextDocument((document) => this.#client === undefined && isRead(document) && this.#settle()),
    );
    store.add(
      workspace.onDidChangeConfiguration(
        // Turning the setting off and on also starts anew.
        (event) => event.affectsConfiguration("hitless.language") && this.#begin(),
      ),
    );
    store.add(workspace.onDidGrantWorkspaceTrust(() => void this.#tell()));
    store.add(host.registry.onDidChange(() => void this.#tell()));
    // Documents that are already open are handled after the activation.
    const beginning = setImmediate(() => this.#settle());
    store.add({ dispose: () => clearImmediate(beginning) });
  }

  dispose(): void {
    this.#store.dispose();
    this.#settle();
  }

  /**
   * Which code of an app answers a request; starts the server if it does not run.
   *
   * @returns `undefined` if there is no server: the setting turns it off, or it could not be started, which has been said.
   */
  async routes(question: RouteQuestion, token: CancellationToken): Promise<RouteAnswer | undefined> {
    this.#needed = true;
    this.#settle();
    await this.#turn;
    await this.#tell();
    return this.#client?.routes(question, token);
  }

  /** Which paths of an app, by its key, can be asked as they are written in its code; none if there is no server. */
  async paths(app: string, token: CancellationToken): Promise<readonly string[]> {
    this.#needed = true;
    this.#settle();
    await this.#turn;
    await this.#tell();
    return (await this.#client?.paths(app, token)) ?? [];
  }

  /** The user has requested it, possibly again. */
  #begin(): void {
    this.#givenUp = false;
    this.#window.forget();
    this.#settle();
  }

  /** Starts or stops the server as needed. */
  #settle(): void {
    this.#turn = this.#turn.then(async () => {
      const isOff = this.#store.disposed || !languageSetting();
      try {
        if (this.#client === undefined) {
          if (!isOff && !this.#givenUp && (this.#needed || workspace.textDocuments.some(isRead))) {
            await this.#start();
          }
        } else if (isOff) {
          const ending = this.#client;
          this.#client = undefined;
          await ending.stop();
        }
      } catch (error) {
        this.#giveUp(this.#host.t("The language server of Hitless could not be started: {0}", errorMessage(error)));
      }
    });
  }

  async #start(): Promise<void> {
    const { registry, extensionUri, channel, t } = this.#host;
    const { startLanguageClient } = await import("./languageClient.ts");
    const serverFile = Uri.joinPath(extensionUri, "dist", "server.cjs").fsPath;
    this.#latest = await stateOf(registry, t);
    const options = (): LanguageOptions => ({
      state: this.#latest,
      texts: l10n.bundle ?? {},
      ruleDocs: rulePages(extensionUri),
    });
    const crashed = () => this.#crashed();
    const started = await startLanguageClient({ serverFile, channel, options, crashed });
    if (this.#givenUp) {
      await started.stop();
      return;
    }
    this.#client = started;
    await this.#tell();
  }

  /** Sends the apps to the server, if anything has changed. */
  async #tell(): Promise<void> {
    if (this.#client !== undefined) {
      const { registry, t } = this.#host;
      const state = await stateOf(registry, t);
      if (JSON.stringify(state) !== JSON.stringify(this.#latest)) {
        this.#latest = state;
        this.#client?.update(state);
      }
    }
  }

  /** Returns whether to start the server again. */
  #crashed(): boolean {
    // A first start that fails is reported separately.
    if (this.#store.disposed || this.#client === undefined) {
      return false;
    }
    if (this.#window.crashed()) {
      return true;
    }
    this.#client = undefined;
    this.#giveUp(
      this.#host.t(
        "The language server of Hitless crashed {0} times within {1} minutes. Hovers, lenses and hints in JavaScript and TypeScript files are missing until you start it again.",
        restarts + 1,
        windowMinutes,
      ),
    );
    return false;
  }

  #giveUp(text: string): void {
    const { channel, message, t } = this.#host;
    this.#givenUp = true;
    const startAgain = { title: t("Start Again"), run: () => this.#begin() };
    const showLog = () => {
      channel.show();
      // A button closes the message, and after reading the log the user may want the other one.
      message("error", text, [startAgain]);
    };
    message("error", text, [{ title: t("Show Log"), run: showLog }, startAgain]);
  }
}

async function stateOf({ sessions }: AppRegistry, t: Localize): Promise<LanguageState> {
  // Contains the defaults of the settings, which activation should not load.
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
