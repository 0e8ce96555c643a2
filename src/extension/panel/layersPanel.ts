import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { TextEncoder } from "node:util";
import {
  commands,
  env,
  l10n,
  Position,
  Range,
  type TextDocumentShowOptions,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
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
import { LayersFeed } from "./layersFeed.ts";
import { type LayersReport, reportJson, reportMarkdown } from "./layersReport.ts";
import type { LayersPanelsOptions, LayersTarget } from "./layersTarget.ts";
import { panelHtml } from "./panelHtml.ts";

type OpenRequest = Extract<PanelMessage, { type: "open" }>["at"];

/** Disposing it ends the conversation with the page; the panel stays, so that it is there again after a reload. */
export interface OpenLayersPanel extends Disposable {
  /** Brings it to the front with something else in it. */
  show(target: LayersTarget): void;
}

/** Fills a panel of VS Code and answers its page until it is closed. */
export function openLayersPanel(
  panel: WebviewPanel,
  options: LayersPanelsOptions,
  target: LayersTarget,
): OpenLayersPanel {
  const { registry, extensionUri, channel, version, t } = options;
  const { webview } = panel;
  const store = new DisposableStore();
  const media = Uri.joinPath(extensionUri, "media");
  const scripts = Uri.joinPath(extensionUri, "dist", "webview");
  const post = (message: HostMessage) => {
    void webview.postMessage(message).then(undefined, () => undefined);
  };
  const begin = (): HostMessage => ({
    type: "begin",
    texts: l10n.bundle ?? {},
    language: env.language,
    system: systemNames[process.platform] ?? "linux",
    home: homedir(),
  });
  const feed = store.add(new LayersFeed({ source: registry, post, begin, now: () => performance.now(), t }));
  const act = async (place: FailurePlace, action: () => Promise<string | undefined>) => {
    try {
      const message = await action();
      if (message !== undefined) {
        post({ type: "done", message });
      }
    } catch (error) {
      post({ type: "failure", place, message: toHitlessError(error).message });
    }
  };
  const receive = (message: PanelMessage) => {
    switch (message.type) {
      case "open":
        void act("source", () => openSource(message.at));
        break;
      case "start":
        void commands.executeCommand(commandIds.start, { app: feed.current.app?.key });
        break;
      case "copyReport":
        void act("report", async () => {
          await env.clipboard.writeText(reportMarkdown(report()));
          return t("The report is on the clipboard.");
        });
        break;
      case "saveReport":
        void act("report", saveReport);
        break;
      default:
        feed.receive(message);
    }
  };

  async function openSource({ file, line = 1, column = 1 }: OpenRequest): Promise<undefined> {
    if (!isAbsolute(file) || !feed.names(file)) {
      throw new Error(t("{0} is no file that a worker has loaded.", file));
    }
    const position = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
    const show: TextDocumentShowOptions = { viewColumn: besides(panel), selection: new Range(position, position) };
    await window.showTextDocument(Uri.file(file), show);
  }

  function report(): LayersReport {
    const { app, known } = feed.current;
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

  async function saveReport(): Promise<string | undefined> {
    const content = report();
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
    return t("Saved as {0}.", basename(target.fsPath));
  }

  store.add(
    webview.onDidReceiveMessage((input: unknown) => {
      try {
        receive(parseMessage(panelMessageSchema, "layers panel", input));
      } catch (error) {
        channel.error(toHitlessError(error).message);
      }
    }),
  );
  store.add(panel.onDidChangeViewState(() => feed.setVisible(panel.visible)));
  panel.onDidDispose(() => store.dispose());
  panel.iconPath = { light: Uri.joinPath(media, "layers-light.svg"), dark: Uri.joinPath(media, "layers-dark.svg") };
  webview.options = { enableScripts: true, localResourceRoots: [media, scripts] };
  aim(feed, target);
  feed.setVisible(panel.visible);
  webview.html = panelHtml({
    title: t("Runtime Layers"),
    language: env.language,
    cspSource: webview.cspSource,
    script: webview.asWebviewUri(Uri.joinPath(scripts, "layers.js")).toString(),
    style: webview.asWebviewUri(Uri.joinPath(media, "layers.css")).toString(),
    nonce: randomBytes(16).toString("base64url"),
  });
  return {
    show(next) {
      aim(feed, next);
      panel.reveal();
    },
    dispose: () => store.dispose(),
  };
}

const systemNames: Partial<Record<NodeJS.Platform, "linux" | "macos" | "windows">> = {
  darwin: "macos",
  win32: "windows",
};

function aim(feed: LayersFeed, { app, worker, trace }: LayersTarget): void {
  if (app !== undefined || worker !== undefined) {
    feed.choose(app, worker);
  }
  if (trace !== undefined) {
    feed.trace(trace);
  }
}

/** The first editor group if the panel is in another, else the one beside it: the panel stays in sight. */
function besides({ viewColumn }: WebviewPanel): ViewColumn {
  return viewColumn === undefined || viewColumn === ViewColumn.One ? ViewColumn.Two : ViewColumn.One;
}
