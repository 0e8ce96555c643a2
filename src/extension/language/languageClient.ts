import { type Diagnostic, type LogOutputChannel, Uri } from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
} from "vscode-languageclient/node";
import type { LanguageOptions, LanguageState } from "../../shared/language.ts";
import { languageCommands, languageIds, languageNotifications } from "../../shared/languageNames.ts";

export interface LanguageClientHost {
  /** Absolute path of the language server's bundle. */
  readonly serverFile: string;
  readonly channel: LogOutputChannel;
  /** Asked at each start. */
  readonly options: () => LanguageOptions;
  /** The server ended by itself. `true`: start it again. */
  readonly crashed: () => boolean;
}

export interface RunningLanguageClient {
  /** Tells the server what the apps are like now. */
  update(state: LanguageState): void;
  /** Resolves when the server has ended, at the latest after two seconds. */
  stop(): Promise<void>;
}

/** Milliseconds for which the server may end by itself. */
const stopMs = 2_000;

/**
 * Starts the language server in a process of its own, on the Node.js of the extension host. A bundle of its own, which is
 * loaded when the first JavaScript or TypeScript file is open.
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
      // The one command that a hover links to; any other link in it stays dead.
      markdown: { isTrusted: { enabledCommands: [languageCommands.showLayers] } },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => ({
          action: host.crashed() ? CloseAction.Restart : CloseAction.DoNotRestart,
          handled: true,
        }),
      },
      middleware: {
        handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(withReadablePage)),
      },
    },
  );
  await client.start();
  return {
    update(state) {
      client.sendNotification(languageNotifications.apps, state).catch((error: unknown) => {
        host.channel.debug(`Telling the language server of the apps: ${String(error)}`);
      });
    },
    async stop() {
      await client.dispose(stopMs).catch((error: unknown) => host.channel.debug(String(error)));
    },
  };
}

/** Shows nothing by itself: the host tells a person once, with buttons that help, what this would tell at each crash. */
class LoggingClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The page of a rule is a Markdown file of the extension, which is to be read and not edited. */
function withReadablePage(diagnostic: Diagnostic): Diagnostic {
  const { code } = diagnostic;
  if (typeof code === "object" && code.target.scheme === "file") {
    const argument = encodeURIComponent(JSON.stringify([code.target]));
    diagnostic.code = { value: code.value, target: Uri.parse(`command:markdown.showPreview?${argument}`) };
  }
  return diagnostic;
}
