import { rehearsalSections, rehearsalStyle } from "../../../client/rehearsal/documents/rehearsalPage.ts";
import type { RehearsalWords } from "../../../client/rehearsal/documents/rehearsalWords.ts";
import type { RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import { escapeMarkup } from "../../../shared/text/escapeMarkup.ts";
import { commandIds } from "../../ids.ts";

export type RehearsalAction = "again" | "compare" | "save" | "copy" | "open";

/** What a rule of the language server says of the app's code. */
export interface RulePlace {
  /** `server.js:40`. */
  readonly where: string;
  readonly message: string;
  /** Id of the rule. */
  readonly rule: string;
}

export interface RehearsalPanelPage {
  /** Key of the app, for what the links do. */
  readonly app: string;
  readonly results: readonly RehearsalResult[];
  readonly places: readonly RulePlace[];
  readonly words: RehearsalWords;
}

/** In the colours of the theme; those of text are mixed with the theme's text, so that they can be read on its ground. */
const theme = `
html:root { color-scheme: inherit; --text: var(--vscode-editor-foreground, #1f2328); --ground: var(--vscode-editor-background, #ffffff);
  --dim: var(--vscode-descriptionForeground, #59636e); --line: var(--vscode-widget-border, var(--vscode-panel-border, #d1d9e0));
  --band: color-mix(in srgb, var(--vscode-charts-blue, #0969da) 12%, var(--ground));
  --good: color-mix(in srgb, var(--vscode-charts-green, #1a7f37) 70%, var(--text));
  --warning: color-mix(in srgb, var(--vscode-charts-yellow, #9a6700) 55%, var(--text));
  --bad: color-mix(in srgb, var(--vscode-charts-red, #d1242f) 75%, var(--text));
  --p50: var(--vscode-charts-blue, #0969da); --p99: var(--vscode-charts-purple, #8250df); --max: var(--vscode-descriptionForeground, #59636e); }
body { margin: 1.5rem auto; font-family: var(--vscode-font-family, sans-serif); font-size: var(--vscode-font-size, 13px); }
code { font-family: var(--vscode-editor-font-family, monospace); color: inherit; background: none; padding: 0; }
a { color: var(--vscode-textLink-foreground, #0969da); }
nav { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 1.5rem; }
nav a { padding: .3rem .8rem; border-radius: 4px; text-decoration: none; color: var(--vscode-button-secondaryForeground, var(--text));
  background: var(--vscode-button-secondaryBackground, transparent); border: 1px solid var(--vscode-button-secondaryBorder, var(--line)); }
nav a.first { border-color: var(--vscode-button-border, transparent); color: var(--vscode-button-foreground, #ffffff); background: var(--vscode-button-background, #005fb8); }
nav a:hover { background: var(--vscode-button-secondaryHoverBackground, transparent); }
nav a.first:hover { background: var(--vscode-button-hoverBackground, #0258a8); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 1px solid var(--vscode-focusBorder, currentColor); outline-offset: 2px; }
`;

/**
 * The page of the panel, without a script: its links are commands of VS Code, of which the panel allows that one only.
 */
export function rehearsalHtml({ app, results, places, words }: RehearsalPanelPage): string {
  const { t, language } = words;
  const title = t("Rehearsal of {0}", results[0]?.app ?? "");
  const link = (action: RehearsalAction, text: string, look = ""): string =>
    `<a${look} href="${escapeMarkup(actionLink(app, action))}">${escapeMarkup(text)}</a>`;
  const comparison = comparedKind(results);
  const buttons = [
    link("again", t("Rehearse Again"), ' class="first"'),
    ...(comparison === undefined
      ? []
      : [link("compare", comparison === "restart" ? t("Compare with Restart") : t("Compare with Reload"))]),
    link("save", t("Save as HTML…")),
    link("copy", t("Copy as Markdown")),
  ];
  return `<!DOCTYPE html>
<html lang="${escapeMarkup(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${rehearsalStyle}${theme}</style>
</head>
<body>
<main>
<nav aria-label="${escapeMarkup(t("What to do with it"))}">${buttons.join("")}</nav>
${rehearsalSections(results, words, rules(app, places, words))}
</main>
</body>
</html>
`;
}

/** What has not been rehearsed yet, and would show what the first one is worth. */
export function comparedKind(results: readonly RehearsalResult[]): "restart" | "reload" | undefined {
  const [first] = results;
  const kinds = results.filter(({ startedAt }) => startedAt >= (first?.startedAt ?? 0)).map(({ kind }) => kind);
  if (kinds.length !== 1) {
    return undefined;
  }
  return kinds[0] === "restart" ? "reload" : "restart";
}

function rules(app: string, places: readonly RulePlace[], { t }: RehearsalWords): string {
  if (places.length === 0) {
    return "";
  }
  const items = places.map(({ where, message, rule }, index) => {
    const href = escapeMarkup(actionLink(app, "open", index));
    return `<li><span class="sign warning" aria-hidden="true">⚠</span><a href="${href}">${escapeMarkup(where)}</a> ${escapeMarkup(message)} <span class="dim">${escapeMarkup(rule)}</span></li>`;
  });
  return `<p><strong>${escapeMarkup(t("What may be the reason, in the app's code:"))}</strong></p><ul class="findings">${items.join("")}</ul>`;
}

/** A link that runs our command. */
function actionLink(app: string, action: RehearsalAction, index?: number): string {
  const args = [{ app }, action, ...(index === undefined ? [] : [index])];
  return `command:${commandIds.rehearse}?${encodeURIComponent(JSON.stringify(args))}`;
}
