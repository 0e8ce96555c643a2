import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { TextEncoder } from "node:util";
import { commands, env, l10n, Position, Range, Uri, ViewColumn, type WebviewPanel, window, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { toHitlessError } from "../../shared/errors.ts";
import {
  type FailurePlace,
  type HostMessage,
  type PanelMessage,
  panelMessageSchema,
} from "../../shared/layers/panelMessages.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import { commandIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import { LayersFeed } from "./layersFeed.ts";
import { type LayersReport, reportJson, reportMarkdown } from "./layersReport.ts";
import type { LayersPanelsOptions, LayersTarget } from "./layersTarget.ts";
import { panelHtml } from "./panelHtml.ts";
import { createKeptSamples } from "./sample/keptSample.ts";
import { saveHeapSnapshot, saveProfile } from "./sample/saveFiles.ts";

type OpenRequest = Extract<PanelMessage, { type: "open" }>["at"];

/**
 * A panel of VS Code whose page shows the layers. Disposing it disconnects it from the page; the panel stays, so that
 * it is still there after a reload.
 */
export class LayersPanel implements Disposable {
  readonly #panel: WebviewPanel;
  readonly #options: LayersPanelsOptions;
  readonly #store = new DisposableStore();
  readonly #feed: LayersFeed;

  /** Fills the panel, and answers its page until it is closed. */
  constructor(panel: WebviewPanel, options: LayersPanelsOptions, target: LayersTarget) {
    const { apps: source, figures, storageFolder, t } = options;
    this.#panel = panel;
    this.#options = options;
    const post = (message: HostMessage) => this.#post(message);
    const now = () => performance.now();
    const kept = (onRead: () => void) => createKeptSamples(storageFolder, onRead);
    this.#feed = this.#store.add(new LayersFeed({ source, figures, kept, post, begin: firstMessage, now, t }));
    this.#store.add(panel.webview.onDidReceiveMessage((input: unknown) => this.#read(input)));
    this.#store.add(panel.onDidChangeViewState(() => this.#feed.setVisible(panel.visible)));
    panel.onDidDispose(() => this.dispose());
    this.#aim(target);
    this.#feed.setVisible(panel.visible);
    this.#fill();
  }

  /** Brings it to the front, showing something else. */
  show(target: LayersTarget): void {
    this.#aim(target);
    this.#panel.reveal();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #fill(): void {
    const { extensionUri, t } = this.#options;
    const { webview } = this.#panel;
    const media = Uri.joinPath(extensionUri, "media");
    const scripts = Uri.joinPath(extensionUri, "dist", "webview");
    this.#panel.iconPath = {
      light: Uri.joinPath(media, "layers-light.svg"),
      dark: Uri.joinPath(media, "layers-dark.svg"),
    };
    webview.options = { enableScripts: true, localResourceRoots: [media, scripts] };
    webview.html = panelHtml({
      title: t("Runtime Layers"),
      language: env.language,
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(Uri.joinPath(scripts, "layers.js")).toString(),
      style: webview.asWebviewUri(Uri.joinPath(media, "layers.css")).toString(),
      nonce: randomBytes(16).toString("base64url"),
    });
  }

  #aim({ app, worker, trace }: LayersTarget): void {
    if (app !== undefined || worker !== undefined) {
      this.#feed.choose(app, worker);
    }
    if (trace !== undefined) {
      this.#feed.trace(trace);
    }
  }

  #post(told: HostMessage): void {
    const isFailure = told.type === "failure";
    const message = isFailure ? { ...told, message: engineSentence(told.message, this.#options.t) } : told;
    void this.#panel.webview.postMessage(message).then(undefined, () => undefined);
  }

  #read(input: unknown): void {
    try {
      this.#receive(parseMessage(panelMessageSchema, "layers panel", input));
    } catch (error) {
      this.#options.channel.error(toHitlessError(error).message);
    }
  }

  #receive(message: PanelMessage): void {
    switch (message.type) {
      case "open":
        void this.#act("source", () => this.#openSource(message.at));
        break;
      case "start":
        void commands.executeCommand(commandIds.start, { app: this.#feed.current.app?.key });
        break;
      case "rehearse":
        void commands.executeCommand(commandIds.rehearse, { app: this.#feed.current.app?.key });
        break;
      case "copyReport":
        void this.#act("report", () => this.#copyReport());
        break;
      case "saveReport":
        void this.#act("report", () => this.#saveReport());
        break;
      case "saveProfile":
        void this.#act("sample", () => this.#saveProfile());
        break;
      case "saveHeapSnapshot":
        void this.#act("sample", () => this.#saveHeapSnapshot());
        break;
      default:
        this.#feed.receive(message);
    }
  }

  /** Sends the page the result of an action, or why it failed. */
  async #act(place: FailurePlace, action: () => Promise<string | undefined>): Promise<void> {
    try {
      const message = await action();
      if (message !== undefined) {
        this.#post({ type: "done", message });
      }
    } catch (error) {
      this.#post({ type: "failure", place, message: toHitlessError(error).message });
    }
  }

  async #openSource({ file, line = 1, column = 1 }: OpenRequest): Promise<undefined> {
    const { machine } = this.#feed.current.app?.view.there ?? {};
    if (machine !== undefined) {
      throw new Error(this.#options.t("{0} is a file of {1}, and can't be opened here.", file, machine));
    }
    if (!isAbsolute(file) || !this.#feed.names(file)) {
      throw new Error(this.#options.t("{0} is not a file that a worker has loaded.", file));
    }
    const position = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
    const selection = new Range(position, position);
    await window.showTextDocument(Uri.file(file), { viewColumn: besides(this.#panel), selection });
  }

  async #saveProfile(): Promise<string | undefined> {
    const { t } = this.#options;
    const { app, known } = this.#feed.current;
    if (app === undefined || known?.sample === undefined || known.profile === undefined) {
      throw new Error(t("The profile of this sample is no longer there; take a sample anew."));
    }
    return await saveProfile(known.profile, { app: app.name, worker: known.sample.worker, t });
  }

  async #saveHeapSnapshot(): Promise<string | undefined> {
    const { t } = this.#options;
    const { app, known } = this.#feed.current;
    if (app === undefined || known === undefined) {
      throw new Error(t("There is nothing to report yet."));
    }
    const { machine } = app.view.there ?? {};
    if (machine !== undefined) {
      const command = `hitless heap-snapshot ${app.name} --on ${machine}`;
      throw new Error(t("The worker runs on {0}: {1} has it write the file there.", machine, command));
    }
    const { worker } = known;
    return await saveHeapSnapshot((file) => this.#feed.heapSnapshot(worker.id, file), { app: app.name, worker, t });
  }

  #report(): LayersReport {
    const { version, t } = this.#options;
    const { app, known } = this.#feed.current;
    if (app === undefined || known?.facts === undefined) {
      throw new Error(t("There is nothing to report yet."));
    }
    const { facts, pulse, sample } = known;
    return {
      app: app.name,
      version,
      facts,
      ...(pulse !== undefined && { pulse }),
      ...(sample !== undefined && { sample }),
      home: homedir(),
    };
  }

  async #copyReport(): Promise<string> {
    await env.clipboard.writeText(reportMarkdown(this.#report()));
    return this.#options.t("The report is on the clipboard.");
  }

  async #saveReport(): Promise<string | undefined> {
    const content = this.#report();
    const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
    const name = `layers-${content.app.replace(/[^\w.-]+/g, "-")}-worker-${content.facts.worker.id}.json`;
    const target = await window.showSaveDialog({
      defaultUri: Uri.file(join(folder.fsPath, name)),
      filters: { JSON: ["json"] },
    });
    if (target === undefined) {
      return undefined;
    }
    await workspace.fs.writeFile(target, new TextEncoder().encode(reportJson(content)));
    return this.#options.t("Saved as {0}.", basename(target.fsPath));
  }
}

function firstMessage(): HostMessage {
  return {
    type: "begin",
    texts: l10n.bundle ?? {},
    language: env.language,
    system: systemNames[process.platform] ?? "linux",
    home: homedir(),
  };
}

const systemNames: Partial<Record<NodeJS.Platform, "linux" | "macos" | "windows">> = {
  darwin: "macos",
  win32: "windows",
};

/** The first editor group if the panel is in another, else the one beside it: the panel stays visible. */
function besides({ viewColumn }: WebviewPanel): ViewColumn {
  return viewColumn === undefined || viewColumn === ViewColumn.One ? ViewColumn.Two : ViewColumn.One;
}
