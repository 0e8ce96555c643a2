import {
  CodeAction,
  CodeActionKind,
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Position,
  Range,
  type TextDocument,
  Uri,
  workspace,
} from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { commandIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { type FailurePlace, failurePlaces } from "./failurePlaces.ts";

/** What the editor shows as where an error comes from. */
const source = "Hitless";

/** The end of a line, however long it is. */
const lineEnd = Number.MAX_SAFE_INTEGER;

/** Shows each error of an app at its line, with the log one key away, until the app has started well. */
export function showFailures(registry: AppRegistry, t: Localize): Disposable {
  const store = new DisposableStore();
  const collection = store.add(languages.createDiagnosticCollection("hitless.failures"));
  let places: readonly FailurePlace[] = [];
  let shown = "[]";
  const update = () => {
    places = failurePlaces(registry.apps);
    const now = JSON.stringify(places);
    if (now !== shown) {
      shown = now;
      show();
    }
  };
  const show = () => {
    collection.clear();
    collection.set(
      places.map((place) => {
        const uri = Uri.file(place.location.file);
        const document = workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
        return [uri, [diagnostic(place, document)]];
      }),
    );
  };
  store.add(registry.onDidChange(update));
  // A file that is opened later tells where its line begins and ends.
  store.add(workspace.onDidOpenTextDocument(({ uri }) => collection.has(uri) && show()));
  store.add(
    languages.registerCodeActionsProvider(
      { scheme: "file" },
      {
        provideCodeActions: (document, range, { diagnostics }) =>
          diagnostics.some((one) => one.source === source)
            ? places
                .filter(({ location }) => isAt(location, document, range))
                .map(({ app }) => showLogAction(app, diagnostics, t))
            : [],
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
  );
  update();
  return store;
}

function isAt({ file, line }: FailurePlace["location"], { uri }: TextDocument, range: Range): boolean {
  return Uri.file(file).toString() === uri.toString() && range.start.line <= line - 1 && range.end.line >= line - 1;
}

function showLogAction(app: string, diagnostics: readonly Diagnostic[], t: Localize): CodeAction {
  const title = t("Show Log");
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  action.command = { command: commandIds.showLog, title, arguments: [{ app }] };
  action.diagnostics = diagnostics.filter((one) => one.source === source);
  return action;
}

function diagnostic({ location, message }: FailurePlace, document: TextDocument | undefined): Diagnostic {
  const found = new Diagnostic(rangeOf(location, document), message, DiagnosticSeverity.Error);
  found.source = source;
  return found;
}

/** From where it happened to the end of the line; the whole line where no column is known. */
function rangeOf({ line, column }: FailurePlace["location"], document: TextDocument | undefined): Range {
  const at = Math.max(0, line - 1);
  const text = document !== undefined && at < document.lineCount ? document.lineAt(at) : undefined;
  const begin = column === undefined ? (text?.firstNonWhitespaceCharacterIndex ?? 0) : column - 1;
  const end = text?.range.end.character ?? lineEnd;
  return new Range(new Position(at, Math.min(begin, Math.max(0, end - 1))), new Position(at, end));
}
