import { escapeMarkup } from "../../shared/text/escapeMarkup.ts";

export interface PanelPage {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Never used twice. */
  readonly nonce: string;
}

/** The page of the panel: a frame that its script fills. It can load nothing but its own script and style. */
export function panelHtml(page: PanelPage): string {
  const { title, language, cspSource, script, style, nonce } = page;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escapeMarkup(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<link rel="stylesheet" href="${escapeMarkup(style)}">
</head>
<body>
<div id="page"></div>
<script nonce="${escapeMarkup(nonce)}" src="${escapeMarkup(script)}"></script>
</body>
</html>
`;
}
