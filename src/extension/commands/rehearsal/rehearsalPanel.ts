import { basename, join } from "node:path";
import { TextEncoder } from "node:util";
import { env, languages, Uri, ViewColumn, type WebviewPanel, window, workspace } from "vscode";
import { rehearsalMarkdown } from "../../../client/rehearsal/documents/rehearsalMarkdown.ts";
import { rehearsalPage } from "../../../client/rehearsal/documents/rehearsalPage.ts";
import type { RehearsalWords } from "../../../client/rehearsal/documents/rehearsalWords.ts";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import { commandIds } from "../../ids.ts";
import { DisposableStore } from "../../platform/disposableStore.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";
import type { ShownRehearsal } from "./keptRehearsals.ts";
import { rehearsalHtml } from "./rehearsalHtml.ts";
import { type OpenableRulePlace, rulePlaces, wantsReasons } from "./rulePlaces.ts";

/**
 * A panel of VS Code with the picture and the figures of rehearsals; it runs no script. Disposing it ends what it
 * listens to; the panel stays, so that it is still there after a reload of the window.
 */
export class RehearsalPanel implements Disposable {
  readonly #panel: WebviewPanel;
  readonly #store = new DisposableStore();
  readonly #words: RehearsalWords;
  #shown: ShownRehearsal;
  #places: readonly OpenableRulePlace[] = [];

  constructor(panel: WebviewPanel, shown: ShownRehearsal, t: Localize) {
    this.#words = { language: env.language, t, sentence: (text) => engineSentence(text, t) };
    this.#shown = shown;
    this.#panel = panel;
    this.#panel.webview.options = {
      enableScripts: false,
      enableCommandUris: [commandIds.rehearse],
      localResourceRoots: [],
    };
    this.#panel.onDidDispose(() => this.#store.dispose());
    this.#store.add(languages.onDidChangeDiagnostics(() => this.#look()));
    this.#fill();
  }

  get shown(): ShownRehearsal {
    return this.#shown;
  }

  show(shown: ShownRehearsal): void {
    this.#shown = shown;
    this.#places = [];
    this.#fill();
    this.#panel.reveal();
  }

  /** Opens what a rule found. */
  async open(index: unknown): Promise<void> {
    const place = typeof index === "number" ? this.#places[index] : undefined;
    if (place !== undefined) {
      await window.showTextDocument(place.uri, { selection: place.range, viewColumn: ViewColumn.Beside });
    }
  }

  async save(): Promise<string | undefined> {
    const { name: app, roots, results } = this.#shown;
    const name = `rehearsal-${app.replace(/[^\w.-]+/g, "-")}.html`;
    const target = await window.showSaveDialog({
      defaultUri: Uri.file(join(roots[0] ?? "", name)),
      filters: { HTML: ["html"] },
    });
    if (target === undefined) {
      return undefined;
    }
    await workspace.fs.writeFile(target, new TextEncoder().encode(rehearsalPage(results, this.#words)));
    return this.#words.t("Saved as {0}.", basename(target.fsPath));
  }

  /** In English, as the command line writes it: it is for others to read. */
  async copy(): Promise<string> {
    await env.clipboard.writeText(rehearsalMarkdown(this.#shown.results));
    return this.#words.t("The rehearsal is on the clipboard.");
  }

  dispose(): void {
    this.#store.dispose();
  }

  #fill(): void {
    this.#draw();
    this.#look();
    if (wantsReasons(this.#shown.results)) {
      void this.#readEntry();
    }
  }

  /** The rules look at what is open: the entry is opened for them, without being shown. */
  async #readEntry(): Promise<void> {
    const { entry } = this.#shown;
    if (entry !== undefined) {
      await workspace.openTextDocument(Uri.file(entry)).then(undefined, () => undefined);
    }
  }

  /** What was found once stays, though its editor is closed. */
  #look(): void {
    const { roots, results } = this.#shown;
    const places = wantsReasons(results) ? rulePlaces(roots) : [];
    const text = (all: readonly OpenableRulePlace[]) => JSON.stringify(all.map(({ where, rule }) => [where, rule]));
    if (places.length > 0 && text(places) !== text(this.#places)) {
      this.#places = places;
      this.#draw();
    }
  }

  #draw(): void {
    const { app, results } = this.#shown;
    this.#panel.webview.html = rehearsalHtml({
      app,
      results,
      places: this.#places,
      words: this.#words,
    });
  }
}
