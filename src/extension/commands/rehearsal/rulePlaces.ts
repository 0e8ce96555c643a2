import { basename, relative } from "node:path";
import { type Diagnostic, languages, type Range, type Uri } from "vscode";
import type { RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import { isInside } from "../../platform/paths.ts";
import type { RulePlace } from "./rehearsalHtml.ts";

export interface OpenableRulePlace extends RulePlace {
  readonly uri: Uri;
  readonly range: Range;
}

const mostPlaces = 10;

/** Whether something was seen for which the code may be the reason. */
export function wantsReasons(results: readonly RehearsalResult[]): boolean {
  return results.some(
    ({ kind, failed, reopened, passed }) => kind !== "restart" && (failed > 0 || reopened > 0 || !passed),
  );
}

/** What the rules of the language server say now of the files below these folders; the gravest first. */
export function rulePlaces(roots: readonly string[]): OpenableRulePlace[] {
  const found = languages.getDiagnostics().flatMap(([uri, diagnostics]) => {
    const root = uri.scheme === "file" ? roots.find((folder) => isInside(folder, uri.fsPath)) : undefined;
    return root === undefined ? [] : diagnostics.flatMap((diagnostic) => placeOf(root, uri, diagnostic) ?? []);
  });
  return found
    .sort((a, b) => a.severity - b.severity)
    .slice(0, mostPlaces)
    .map(({ place }) => place);
}

function placeOf(root: string, uri: Uri, { source, code, severity, message, range }: Diagnostic) {
  const rule = typeof code === "object" ? code.value : code;
  if (source !== "hitless" || rule === undefined) {
    return undefined;
  }
  const file = relative(root, uri.fsPath) || basename(uri.fsPath);
  const place: OpenableRulePlace = {
    where: `${file}:${range.start.line + 1}`,
    message,
    rule: String(rule),
    uri,
    range,
  };
  return { severity, place };
}
