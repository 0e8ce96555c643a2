import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { type Connection, type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { LanguageState } from "../../shared/language.ts";
import { t } from "../../shared/translate.ts";
import type { Rule } from "../analysis/rule.ts";
import { errorText } from "../errorText.ts";
import { ofFileAlone } from "../package/ofFileAlone.ts";
import type { OpenPackages } from "../package/openPackages.ts";
import { rules } from "../rules/allRules.ts";
import type { Analysis, PackageFiles } from "../source/scopes.ts";
import { type Diagnosis, diagnose, type Severity } from "./diagnose.ts";
import type { ParsedDocuments } from "./parsedDocuments.ts";
import type { RuleSettings } from "./ruleSettings.ts";
import { isInstalled, pathOf, ruleApp } from "./workspaceState.ts";

/** Rules take more than a second for longer texts, in UTF-16 units, which are mostly generated. */
const longestText = 500_000;

/** The text may change this many milliseconds after a change without being looked at in between. */
const debounceMs = 200;

export interface Diagnostics {
  /** A document was opened or changed, or something that rules depend on. */
  schedule(document: TextDocument): void;
  forget(uri: string): void;
  /** The findings in this version of a document. */
  found(document: TextDocument): readonly Diagnosis[];
  /** What was known of the other files then. */
  files(document: TextDocument): PackageFiles | undefined;
}

export interface DiagnosticsHost {
  readonly connection: Pick<Connection, "sendDiagnostics" | "console">;
  readonly documents: { get(uri: string): TextDocument | undefined };
  readonly parsed: ParsedDocuments;
  readonly settings: RuleSettings;
  readonly packages: OpenPackages;
  readonly state: () => LanguageState;
  /** The page of a rule, if there are pages. */
  readonly docsOf: (ruleId: string) => string | undefined;
}

/** Runs the rules some time after the last change of a document; a newer change cancels a run. */
export function createDiagnostics(host: DiagnosticsHost): Diagnostics {
  const timers = new Map<string, NodeJS.Timeout>();
  const runs = new Map<string, object>();
  const results = new Map<string, Result>();
  const run = async (uri: string): Promise<void> => {
    const mark = {};
    runs.set(uri, mark);
    const document = host.documents.get(uri);
    const version = document?.version;
    const cancelled = () => runs.get(uri) !== mark || host.documents.get(uri)?.version !== version;
    if (document === undefined) {
      return;
    }
    const publish = async (result: Result): Promise<void> => {
      const { found, isTooLong } = result;
      results.set(uri, result);
      const diagnostics = found.map((diagnosis) => asDiagnostic(document, diagnosis, host.docsOf(diagnosis.ruleId)));
      if (isTooLong === true) {
        diagnostics.push(tooLong());
      }
      await host.connection.sendDiagnostics({ uri, version: document.version, diagnostics });
    };
    const result = await check(host, document, {
      cancelled,
      // After a change what was found before stays until all is known, so that nothing disappears and comes back.
      early: results.has(uri) ? undefined : publish,
    });
    if (result !== undefined && !cancelled()) {
      await publish(result);
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
    files: ({ uri }) => results.get(uri)?.files,
  };
}

function tooLong(): Diagnostic {
  return {
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
    message: t("This file is longer than {0} characters, so the rules of Hitless leave it alone.", longestText),
    severity: DiagnosticSeverity.Information,
    source: "hitless",
  };
}

interface Result {
  readonly version: number;
  readonly found: readonly Diagnosis[];
  readonly files: PackageFiles | undefined;
  /** Whether no rule has looked at it, since it is too long. */
  readonly isTooLong?: boolean;
}

interface Check {
  readonly cancelled: () => boolean;
  /** Gets what the file alone shows, before the other files of the package are read. */
  readonly early: ((result: Result) => Promise<void>) | undefined;
}

/** `undefined` if it was cancelled. */
async function check(
  host: DiagnosticsHost,
  document: TextDocument,
  { cancelled, early }: Check,
): Promise<Result | undefined> {
  const { version } = document;
  const path = pathOf(document.uri);
  const { levelOf, rules: isOn } = await host.settings.of(document.uri);
  const isLookedAt = isOn && !(path !== undefined && isInstalled(path));
  if (isLookedAt && document.getText().length > longestText) {
    return { version, found: [], files: undefined, isTooLong: true };
  }
  const own = cancelled() || !isLookedAt ? undefined : host.parsed.current(document);
  if (own === undefined) {
    return cancelled() ? undefined : { version, found: [], files: undefined };
  }
  const run = (some: readonly Rule[], analysis: Analysis) =>
    diagnose({
      rules: some,
      context: { analysis, app: ruleApp(host.state(), path), cancelled },
      levelOf,
      pause: async () => void (await turnOfTheLoop()),
      failed: (ruleId, error) => host.connection.console.error(`${ruleId}: ${document.uri}: ${errorText(error)}`),
    });
  if (early !== undefined && path !== undefined && host.packages.mayRead(path)) {
    const found = await run(rules.map(ofFileAlone), own);
    if (found === undefined || cancelled()) {
      return undefined;
    }
    if (found.length > 0) {
      await early({ version, found, files: undefined });
    }
  }
  const files = path === undefined ? undefined : await host.packages.filesBeside(path, cancelled);
  const found = await run(rules, files?.adopt(own) ?? own);
  return found && { version, found, files };
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
