import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range,
  type TextDocumentEdit,
  type TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
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
  /** The other documents that the editor has open, which may differ from what is on disk. */
  readonly opened?: (uri: string) => TextDocument | undefined;
}

/** What can be done at a place: fix what was found there, silence it, or add what ends a server well. */
export function codeActions(question: CodeActionQuestion): CodeAction[] {
  const { document, analysis, range, found } = question;
  const start = document.offsetAt(range.start);
  const end = document.offsetAt(range.end);
  const actions: CodeAction[] = [];
  for (const diagnosis of found) {
    if (diagnosis.start <= end && diagnosis.end >= start) {
      actions.push(...quickFixes(question, diagnosis));
    }
  }
  for (const { call, ...fix } of shutdownHandlers(analysis)) {
    const { title } = fix;
    // The same handler is the fix of a finding, or offered at another server of the range.
    const isOffered = actions.some((action) => action.title === title);
    if (!isOffered && (call.start ?? 0) <= end && (call.end ?? 0) >= start) {
      actions.push(...action(question, fix, { kind: CodeActionKind.Refactor }));
    }
  }
  return actions;
}

function quickFixes(question: CodeActionQuestion, diagnosis: Diagnosis): CodeAction[] {
  const { document, shown } = question;
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
  return [...fixes, silence].flatMap((fix, index) =>
    action(question, fix, {
      kind: CodeActionKind.QuickFix,
      diagnostics,
      ...(index === 0 && fixes.length === 1 && { isPreferred: true }),
    }),
  );
}

/** Nothing where another file of the fix has changed since it was looked at. */
function action(question: CodeActionQuestion, fix: Fix, more: Partial<CodeAction>): CodeAction[] {
  const { document, opened } = question;
  const others = (fix.elsewhere ?? []).map(({ uri, text, edits }) => {
    const open = opened?.(uri);
    const isSame = open === undefined || open.getText() === text;
    return isSame
      ? documentEdit(open ?? TextDocument.create(uri, "javascript", 0, text), edits, open?.version)
      : undefined;
  });
  const known = others.filter((edit) => edit !== undefined);
  const changes = [documentEdit(document, fix.edits, document.version), ...known];
  return known.length < others.length ? [] : [{ title: fix.title, ...more, edit: { documentChanges: changes } }];
}

function documentEdit(document: TextDocument, edits: Fix["edits"], version: number | undefined): TextDocumentEdit {
  return {
    textDocument: { uri: document.uri, version: version ?? null },
    edits: edits.map(
      ({ start, end, text }): TextEdit => ({
        range: { start: document.positionAt(start), end: document.positionAt(end) },
        newText: text,
      }),
    ),
  };
}
