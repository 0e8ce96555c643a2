import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { type Connection, type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { LanguageState } from "../../shared/language.ts";
import { errorText } from "../errorText.ts";
import { rules } from "../rules/allRules.ts";
import { type Diagnosis, diagnose, type Severity } from "./diagnose.ts";
import type { ParsedDocuments } from "./parsedDocuments.ts";
import type { RuleSettings } from "./ruleSettings.ts";
import { isInstalled, pathOf, ruleApp } from "./workspaceState.ts";

/** Milliseconds after the last change of a text before the rules run. */
const debounceMs = 200;

export interface Diagnostics {
  /** A document was opened or changed, or something that rules depend on. */
  schedule(document: TextDocument): void;
  forget(uri: string): void;
  /** The findings in this version of a document. */
  found(document: TextDocument): readonly Diagnosis[];
}

export interface DiagnosticsHost {
  readonly connection: Pick<Connection, "sendDiagnostics" | "console">;
  readonly documents: { get(uri: string): TextDocument | undefined };
  readonly parsed: ParsedDocuments;
  readonly settings: RuleSettings;
  readonly state: () => LanguageState;
  /** The page of a rule, if there are pages. */
  readonly docsOf: (ruleId: string) => string | undefined;
}

/** Runs the rules some time after the last change of a document; a newer change cancels a run. */
export function createDiagnostics(host: DiagnosticsHost): Diagnostics {
  const timers = new Map<string, NodeJS.Timeout>();
  const runs = new Map<string, object>();
  const results = new Map<string, { readonly version: number; readonly found: readonly Diagnosis[] }>();
  const run = async (uri: string): Promise<void> => {
    const mark = {};
    runs.set(uri, mark);
    const document = host.documents.get(uri);
    const version = document?.version;
    const cancelled = () => runs.get(uri) !== mark || host.documents.get(uri)?.version !== version;
    const found = document && (await check(host, document, cancelled));
    if (document !== undefined && found !== undefined && !cancelled()) {
      results.set(uri, { version: document.version, found });
      const diagnostics = found.map((diagnosis) => asDiagnostic(document, diagnosis, host.docsOf(diagnosis.ruleId)));
      await host.connection.sendDiagnostics({ uri, version: document.version, diagnostics });
    }
  };
  return {
    schedule({ uri }) {
      clearTimeout(timers.get(uri));
      // A pending run is for an outdated text.
      runs.delete(uri);
      timers.set(
        uri,
        setTimeout(() => {
          timers.delete(uri);
          run(uri).catch((error: unknown) => host.connection.console.error(errorText(error)));
        }, debounceMs),
      );
    },
    forget(uri) {
      clearTimeout(timers.get(uri));
      timers.delete(uri);
      runs.delete(uri);
      results.delete(uri);
    },
    found({ uri, version }) {
      const result = results.get(uri);
      return result?.version === version ? result.found : [];
    },
  };
}

/** `undefined` if it was cancelled. */
async function check(host: DiagnosticsHost, document: TextDocument, cancelled: () => boolean) {
  const path = pathOf(document.uri);
  const levelOf = await host.settings.levels(document.uri);
  const analysis = cancelled() || (path !== undefined && isInstalled(path)) ? undefined : host.parsed.current(document);
  if (analysis === undefined) {
    return cancelled() ? undefined : [];
  }
  return diagnose({
    rules,
    context: { analysis, app: ruleApp(host.state(), path), cancelled },
    levelOf,
    pause: async () => void (await turnOfTheLoop()),
    failed: (ruleId, error) => host.connection.console.error(`${ruleId}: ${document.uri}: ${errorText(error)}`),
  });
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

function asDiagnostic(document: TextDocument, diagnosis: Diagnosis, href: string | undefined): Diagnostic {
  const { start, end, message, severity, ruleId } = diagnosis;
  return {
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    message,
    severity: severities[severity],
    source: "hitless",
    code: ruleId,
    ...(href !== undefined && { codeDescription: { href } }),
  };
}
