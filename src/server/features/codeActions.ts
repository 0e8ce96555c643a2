import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range,
  type TextEdit,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { t } from "../../shared/translate.ts";
import type { Fix } from "../analysis/rule.ts";
import { shutdownHandlers } from "../shutdown/shutdownHandler.ts";
import type { Analysis } from "../source/scopes.ts";
import type { Diagnosis } from "./diagnose.ts";
import { disablingComment } from "./disableComments.ts";

export interface CodeActionQuestion {
  readonly document: TextDocument;
  readonly analysis: Analysis;
  readonly range: Range;
  /** What the rules found in this version of the text, and what the editor shows at the place. */
  readonly found: readonly Diagnosis[];
  readonly shown: readonly Diagnostic[];
}

/** The actions at a place: fix a finding, silence it, or add a shutdown handler. */
export function codeActions({ document, analysis, range, found, shown }: CodeActionQuestion): CodeAction[] {
  const start = document.offsetAt(range.start);
  const end = document.offsetAt(range.end);
  const actions: CodeAction[] = [];
  for (const diagnosis of found) {
    if (diagnosis.start <= end && diagnosis.end >= start) {
      actions.push(...quickFixes(document, diagnosis, shown));
    }
  }
  for (const { call, title, edits } of shutdownHandlers(analysis)) {
    if ((call.start ?? 0) <= end && (call.end ?? 0) >= start) {
      actions.push({ title, kind: CodeActionKind.Refactor, edit: workspaceEdit(document, edits) });
    }
  }
  return actions;
}

function quickFixes(document: TextDocument, diagnosis: Diagnosis, shown: readonly Diagnostic[]): CodeAction[] {
  const { ruleId, fixes } = diagnosis;
  const { line, character } = document.positionAt(diagnosis.start);
  const diagnostics = shown.filter(
    ({ code, range: { start } }) => code === ruleId && start.line === line && start.character === character,
  );
  const lineStart = document.offsetAt({ line, character: 0 });
  const indent = /^[ \t]*/.exec(document.getText().slice(lineStart, diagnosis.start))?.[0] ?? "";
  const eol = document.getText().includes("\r\n") ? "\r\n" : "\n";
  const silence: Fix = {
    title: t("Disable {0} for this line", ruleId),
    edits: [{ start: lineStart, end: lineStart, text: `${indent}${disablingComment(ruleId)}${eol}` }],
  };
  return [...fixes, silence].map(({ title, edits }, index) => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics,
    ...(index === 0 && fixes.length === 1 && { isPreferred: true }),
    edit: workspaceEdit(document, edits),
  }));
}

function workspaceEdit(document: TextDocument, edits: Fix["edits"]): NonNullable<CodeAction["edit"]> {
  const textEdits = edits.map(
    ({ start, end, text }): TextEdit => ({
      range: { start: document.positionAt(start), end: document.positionAt(end) },
      newText: text,
    }),
  );
  return {
    documentChanges: [{ textDocument: { uri: document.uri, version: document.version }, edits: textEdits }],
  };
}
