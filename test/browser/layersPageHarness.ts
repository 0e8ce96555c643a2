// What is evaluated in the page knows the page.
/// <reference lib="dom" />
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "@playwright/test";
import * as v from "valibot";
import type { HostMessage, PanelMessage } from "../../src/shared/layers/panelMessages.ts";
import { projectRoot } from "../support/paths.ts";
import {
  appMessage,
  beginMessage,
  figuresMessage,
  sampleFacts,
  samplePulse,
  sampleSample,
} from "../unit/webview/fixtures.ts";

/** As a webview of VS Code 1.139 had them, each with the variables that the panel's style sheet uses. */
const themeSchema = v.object({ body: v.string(), variables: v.record(v.string(), v.string()) });
const themesSchema = v.object({ dark: themeSchema, light: themeSchema, hc: themeSchema, hclight: themeSchema });
const themes = v.parse(themesSchema, JSON.parse(read("test", "fixtures", "layersPanel", "themes.json")));
export const themeNames = ["dark", "light", "hc", "hclight"] as const;
export type Theme = (typeof themeNames)[number];

/** The panel's page without VS Code around it: what it says is kept, what it is told comes from the test. */
export interface LayersPage {
  readonly page: Page;
  tell(...messages: readonly HostMessage[]): Promise<void>;
  /** What the page said to its host so far. */
  said(): Promise<PanelMessage[]>;
}

export interface LayersPageOptions {
  readonly theme?: Theme;
  /** What the page had kept when it was hidden. */
  readonly saved?: Readonly<Record<string, unknown>>;
  readonly texts?: Readonly<Record<string, string>>;
}

const policy = "default-src 'none'; style-src 'nonce-test'; script-src 'nonce-test'";

/** Under the same policy as in VS Code, but for the file that the style is in. */
export async function openLayersPage(page: Page, options: LayersPageOptions = {}): Promise<LayersPage> {
  const { theme = "dark", saved = {}, texts = {} } = options;
  const { body, variables } = themes[theme];
  const declarations = Object.entries(variables).map(([name, value]) => `${name}: ${value};`);
  const host = `
    const said = [];
    globalThis.said = said;
    globalThis.acquireVsCodeApi = () => ({
      postMessage: (message) => said.push(message),
      getState: () => (${JSON.stringify(saved)}),
      setState: (state) => { globalThis.kept = state; },
    });`;
  const dist = process.env.HITLESS_DIST ?? join(projectRoot, "dist");
  const script = readFileSync(join(dist, "webview", "layers.js"), "utf8").replaceAll("</script", "<\\/script");
  // VS Code's own defaults for every webview.
  const style = `:root { ${declarations.join(" ")} } ${read("media", "layers.css")}`;
  await page.route("http://panel.test/", (route) =>
    route.fulfill({
      contentType: "text/html; charset=utf-8",
      body: `<!DOCTYPE html><html lang="en"><head><title>Runtime Layers</title>
        <meta http-equiv="Content-Security-Policy" content="${policy}"><style nonce="test">${style}</style></head>
        <body class="${body}"><div id="page"></div><script nonce="test">${host}</script>
        <script nonce="test">${script}</script></body></html>`,
    }),
  );
  await page.goto("http://panel.test/");
  const tell: LayersPage["tell"] = (...messages) =>
    page.evaluate(async (all) => {
      for (const message of all) {
        window.postMessage(message, "*");
      }
      // What comes in is drawn with the next frame.
      await new Promise((resolve) => setTimeout(resolve));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, messages);
  await tell({ ...beginMessage, texts });
  return { page, tell, said: () => page.evaluate(() => (globalThis as unknown as { said: PanelMessage[] }).said) };
}

/** A worker under load, sampled. */
export async function showLoad({ tell }: LayersPage): Promise<void> {
  const pulse = samplePulse();
  const pulses = Array.from({ length: 40 }, (_, second) => ({
    type: "pulse" as const,
    pulse: {
      ...pulse,
      takenAt: pulse.takenAt + second * 1_000,
      v8: { ...pulse.v8, heapUsed: pulse.v8.heapUsed + (second % 9) * 1_400_000 },
      uv: { ...pulse.uv, utilisation: 0.3 + 0.2 * Math.abs(Math.sin(second / 5)) },
    },
  }));
  await tell(appMessage, figuresMessage, { type: "facts", facts: sampleFacts() }, ...pulses, {
    type: "sample",
    sample: sampleSample(),
  });
}

function read(...path: string[]): string {
  return readFileSync(join(projectRoot, ...path), "utf8");
}
