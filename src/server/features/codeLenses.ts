import type { CodeLens, Command, Range } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { LanguageApp, LanguageState } from "../../shared/language.ts";
import { languageCommands } from "../../shared/languageNames.ts";
import { t } from "../../shared/translate.ts";
import type { Analysis } from "../source/scopes.ts";
import { listenCalls } from "../source/serverCalls.ts";
import { appsOf, isEntry } from "./workspaceState.ts";

export interface CodeLensQuestion {
  readonly document: TextDocument;
  /** Absent when the document can't be parsed at all. */
  readonly analysis: Analysis | undefined;
  readonly path: string;
  readonly state: LanguageState;
}

/** At the first line of an entry: Start. At a listening call: the state of the app and its commands. */
export function codeLenses({ document, analysis, path, state }: CodeLensQuestion): CodeLens[] {
  const apps = appsOf(state, path);
  const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const starts = apps
    .filter((app) => state.trusted && app.startable && isEntry(app, path))
    .flatMap((app) => [
      lens(top, `$(play) ${withName(t("Start"), app, apps)}`, languageCommands.start, app),
      lens(top, `$(debug-alt) ${withName(t("Debug"), app, apps)}`, languageCommands.debug, app),
    ]);
  const active = apps.filter((app) => app.active);
  if (analysis === undefined || active.length === 0) {
    return starts;
  }
  const calls = listenCalls(analysis).flatMap(({ name }) => {
    const range = { start: document.positionAt(name.start ?? 0), end: document.positionAt(name.end ?? 0) };
    return active.flatMap((app) => listenLenses(range, app, apps));
  });
  return [...starts, ...calls];
}

function listenLenses(range: Range, app: LanguageApp, apps: readonly LanguageApp[]): CodeLens[] {
  return [
    lens(range, withName(app.status, app, apps), languageCommands.showMenu, app),
    ...(app.renewable ? [lens(range, t("Reload"), languageCommands.reload, app)] : []),
    ...(app.renewable ? [lens(range, t("Rehearse"), languageCommands.rehearse, app)] : []),
    ...(app.renewable ? [lens(range, t("Debug"), languageCommands.debug, app)] : []),
    lens(range, t("Show Layers"), languageCommands.showLayers, app),
  ];
}

function lens(range: Range, title: string, command: string, app: LanguageApp): CodeLens {
  const call: Command = { title, command, arguments: [{ app: app.key }] };
  return { range, command: call };
}

/** Named only if several apps share a file; a name must not become an icon. */
function withName(text: string, { name }: LanguageApp, apps: readonly LanguageApp[]): string {
  return apps.length > 1 ? `${name.replace(/\$\(/g, "$ (")}: ${text}` : text;
}
