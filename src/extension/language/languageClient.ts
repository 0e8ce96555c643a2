import {
  type CancellationToken,
  type Diagnostic,
  type DocumentSelector,
  type LogOutputChannel,
  languages,
  Uri,
} from "vscode";
import {
  CloseAction,
  ErrorAction,
  HoverRequest,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
} from "vscode-languageclient/node";
import {
  type LanguageOptions,
  type LanguageState,
  parsePathsAnswer,
  parseRouteAnswer,
  type RouteAnswer,
  type RouteQuestion,
} from "../../shared/language.ts";
import { languageCommands, languageIds, languageNotifications, languageRequests } from "../../shared/languageNames.ts";

export interface LanguageClientHost {
  /** Absolute path of the language server's bundle. */
  readonly serverFile: string;
  readonly channel: LogOutputChannel;
  readonly options: () => LanguageOptions;
  /** The server exited unexpectedly. `true`: start it again. */
  readonly crashed: () => boolean;
}

export interface RunningLanguageClient {
  /** Sends the current apps to the server. */
  update(state: LanguageState): void;
  /** Which code answers a request. */
  routes(question: RouteQuestion, token: CancellationToken): Promise<RouteAnswer>;
  /** Which paths of an app, by its key, can be asked as they are written in its code. */
  paths(app: string, token: CancellationToken): Promise<readonly string[]>;
  /** Resolves when the server has ended, after two seconds at the latest. */
  stop(): Promise<void>;
}

/** Milliseconds for the server to exit by itself. */
const stopMs = 2_000;

/**
 * Starts the language server in its own process, on the Node.js of the extension host. It is a separate bundle, loaded
 * when the first JavaScript or TypeScript file is open.
 */
export async function startLanguageClient(host: LanguageClientHost): Promise<RunningLanguageClient> {
  const client = new LoggingClient(
    "hitless.language",
    "Hitless",
    { module: host.serverFile, transport: TransportKind.ipc },
    {
      documentSelector: languageIds.flatMap((language) => ["file", "untitled"].map((scheme) => ({ scheme, language }))),
      diagnosticCollectionName: "hitless",
      outputChannel: host.channel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: host.options,
      initializationFailedHandler: () => false,
      textSynchronization: { delayOpenNotifications: true },
      // The one command that hovers link to; any other command link stays inactive.
      markdown: { isTrusted: { enabledCommands: [languageCommands.showLayers] } },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => ({
          action: host.crashed() ? CloseAction.Restart : CloseAction.DoNotRestart,
          handled: true,
        }),
      },
      middleware: {
        // What the language itself has to say of a call comes first: see `belowOthers`.
        provideHover: () => null,
        handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(withReadablePage)),
      },
    },
  );
  await client.start();
  const hovers = languages.registerHoverProvider(belowOthers, {
    async provideHover(document, position, token) {
      if (!languageIds.includes(document.languageId) || !["file", "untitled"].includes(document.uri.scheme)) {
        return undefined;
      }
      const params = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
      const hover = await client.sendRequest(HoverRequest.type, params, token).catch(() => null);
      return client.protocol2CodeConverter.asHover(hover);
    },
  });
  return {
    update(state) {
      client.sendNotification(languageNotifications.apps, state).catch((error: unknown) => {
        host.channel.debug(`Telling the language server of the apps: ${String(error)}`);
      });
    },
    async routes(question, token) {
      return parseRouteAnswer(await client.sendRequest(languageRequests.routes, question, token));
    },
    async paths(app, token) {
      return parsePathsAnswer(await client.sendRequest(languageRequests.paths, { app }, token)).paths;
    },
    async stop() {
      hovers.dispose();
      await client.dispose(stopMs).catch((error: unknown) => host.channel.debug(String(error)));
    },
  };
}

/**
 * VS Code puts the hovers of providers for any language below those for one. Those for one are in the order in which they
 * were registered, and ours come after TypeScript's, so that they would stand above.
 */
const belowOthers: DocumentSelector = { language: "*" };

/** Shows nothing itself: the host shows one message with buttons, where this would show one for each crash. */
class LoggingClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The page of a rule is a Markdown file of the extension, to be read and not edited. */
function withReadablePage(diagnostic: Diagnostic): Diagnostic {
  const { code } = diagnostic;
  if (typeof code === "object" && code.target.scheme === "file") {
    const argument = encodeURIComponent(JSON.stringify([code.target]));
    diagnostic.code = { value: code.value, target: Uri.parse(`command:markdown.showPreview?${argument}`) };
  }
  return diagnostic;
}
