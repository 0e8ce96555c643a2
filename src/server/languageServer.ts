import {
  type CancellationToken,
  CodeLensRefreshRequest,
  type Connection,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
  type LanguageOptions,
  type LanguageState,
  parseLanguageOptions,
  parseLanguageState,
  parsePathsQuestion,
  parseRouteQuestion,
} from "../shared/language.ts";
import { languageNotifications, languageRequests } from "../shared/languageNames.ts";
import { setTranslations } from "../shared/translate.ts";
import { errorText } from "./errorText.ts";
import { codeActions } from "./features/codeActions.ts";
import { codeLenses } from "./features/codeLenses.ts";
import { createDiagnostics } from "./features/diagnostics.ts";
import { hoverAt } from "./features/hover.ts";
import { createParsedDocuments } from "./features/parsedDocuments.ts";
import { lookUpPaths, lookUpRoutes } from "./features/routeLookup.ts";
import { createRuleSettings } from "./features/ruleSettings.ts";
import { pathOf } from "./features/workspaceState.ts";
import { createOpenPackages } from "./package/openPackages.ts";
import type { Analysis, PackageFiles } from "./source/scopes.ts";

/** The client's capabilities that matter here. */
interface Abilities {
  readonly configuration: boolean;
  readonly refreshLenses: boolean;
}

/**
 * Answers an editor. In a workspace that is trusted it also reads the sources of the packages whose files are open, as far as
 * they lie in its folders; it writes and runs nothing. A request that fails is logged and answered with nothing.
 */
export function serveEditor(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const parsed = createParsedDocuments();
  let abilities: Abilities = { configuration: false, refreshLenses: false };
  let options: LanguageOptions = { state: { trusted: false, apps: [] }, texts: {} };
  let state: LanguageState = options.state;
  const settings = createRuleSettings(connection, () => abilities.configuration);
  let folders: readonly string[] = [];
  const packages = createOpenPackages({
    roots: () => (state.trusted ? [...folders, ...state.apps.map(({ root }) => root)] : []),
    opened: () =>
      documents.all().flatMap((document) => {
        const path = pathOf(document.uri);
        return path === undefined ? [] : [[path, document.getText()] as const];
      }),
    changed: () => documents.all().forEach(diagnostics.schedule),
  });
  const diagnostics = createDiagnostics({
    connection,
    documents,
    parsed,
    settings,
    packages,
    state: () => state,
    docsOf: (ruleId) => options.ruleDocs && `${options.ruleDocs}${ruleId}.md`,
  });
  const guarded = <Result>(answer: () => Result): Result | null => {
    try {
      return answer();
    } catch (error) {
      connection.console.error(errorText(error));
      return null;
    }
  };

  connection.onInitialize(({ capabilities, initializationOptions, workspaceFolders }): InitializeResult => {
    folders = (workspaceFolders ?? []).flatMap(({ uri }) => pathOf(uri) ?? []);
    options = parseLanguageOptions(initializationOptions);
    state = options.state;
    setTranslations(options.texts);
    abilities = {
      configuration: capabilities.workspace?.configuration === true,
      refreshLenses: capabilities.workspace?.codeLens?.refreshSupport === true,
    };
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        hoverProvider: true,
        codeLensProvider: { resolveProvider: false },
        codeActionProvider: { codeActionKinds: ["quickfix", "refactor"] },
      },
      serverInfo: { name: "hitless" },
    };
  });

  connection.onDidChangeConfiguration(() => {
    settings.forget();
    documents.all().forEach(diagnostics.schedule);
  });
  connection.onNotification(languageNotifications.apps, (message: unknown) => {
    guarded(() => {
      const before = rulesDependOn(state);
      state = parseLanguageState(message);
      if (abilities.refreshLenses) {
        connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
      }
      if (rulesDependOn(state) !== before) {
        documents.all().forEach(diagnostics.schedule);
      }
    });
  });

  documents.onDidChangeContent(({ document }) => diagnostics.schedule(document));
  // What a file says of its package is news for the others that are open.
  documents.onDidSave(({ document: { uri } }) => {
    documents
      .all()
      .filter((other) => other.uri !== uri)
      .forEach(diagnostics.schedule);
  });
  documents.onDidClose(({ document: { uri } }) => {
    diagnostics.forget(uri);
    parsed.forget(uri);
    connection.sendDiagnostics({ uri, diagnostics: [] }).catch(() => undefined);
  });

  connection.onHover(async ({ textDocument, position }) => {
    if (!(await settings.of(textDocument.uri)).hovers) {
      return null;
    }
    return guarded(() => {
      const document = documents.get(textDocument.uri);
      for (const { analysis, offset } of document ? parsed.places(document, document.offsetAt(position)) : []) {
        const hover = hoverAt(analysis, offset);
        if (hover !== null) {
          return hover;
        }
      }
      return null;
    });
  });
  connection.onCodeLens(({ textDocument: { uri } }) =>
    guarded(() => {
      const document = documents.get(uri);
      const path = pathOf(uri);
      return document === undefined || path === undefined
        ? []
        : codeLenses({ document, analysis: parsed.current(document), path, state });
    }),
  );
  connection.onCodeAction(({ textDocument: { uri }, range, context }) =>
    guarded(() => {
      const document = documents.get(uri);
      const analysis = document && parsed.current(document);
      return document === undefined || analysis === undefined
        ? []
        : codeActions({
            document,
            analysis: withFiles(analysis, diagnostics.files(document)),
            range,
            found: diagnostics.found(document),
            shown: context.diagnostics,
            opened: (other) => documents.get(other),
          });
    }),
  );

  connection.onRequest(languageRequests.routes, async (message: unknown, token: CancellationToken) => {
    const question = parseRouteQuestion(message);
    return lookUpRoutes(question, { state, packages, cancelled: () => token.isCancellationRequested });
  });

  connection.onRequest(languageRequests.paths, async (message: unknown, token: CancellationToken) => {
    const question = parsePathsQuestion(message);
    return lookUpPaths(question, { state, packages, cancelled: () => token.isCancellationRequested });
  });

  documents.listen(connection);
  connection.listen();
}

function withFiles(analysis: Analysis, files: PackageFiles | undefined): Analysis {
  return files === undefined ? analysis : { ...analysis, files };
}

/** A change of an app's state alone is no reason to look through all files again. */
function rulesDependOn({ apps, trusted }: LanguageState): string {
  return JSON.stringify([
    trusted,
    ...apps.map(({ root, entries, workers, drainTimeout, gracefulReload }) => [
      root,
      entries,
      workers,
      drainTimeout,
      gracefulReload,
    ]),
  ]);
}
