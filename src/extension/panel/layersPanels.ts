import { ViewColumn, type WebviewPanel, window } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { viewIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { closeWaitingPanels } from "../platform/waitingPanels.ts";
import type { LayersPanel } from "./layersPanel.ts";
import type { LayersPanelsOptions, LayersTarget } from "./layersTarget.ts";

export interface LayersPanels extends Disposable {
  /** Opens the panel, or brings it to the front. */
  show(target: LayersTarget): Promise<void>;
}

/** The one panel with the layers of the runtime. Its code is loaded when it is first opened. */
export function createLayersPanels(options: LayersPanelsOptions): LayersPanels {
  const store = new DisposableStore();
  /** The panel that is open, or about to be. */
  let current: Promise<LayersPanel> | undefined;

  const open = (get: () => Promise<WebviewPanel>, target: LayersTarget): Promise<LayersPanel> => {
    const opening = (async () => {
      const [{ LayersPanel }, panel] = await Promise.all([import("./layersPanel.ts"), get()]);
      panel.onDidDispose(() => {
        current = current === opening ? undefined : current;
      });
      return new LayersPanel(panel, options, target);
    })();
    opening.catch(() => {
      current = current === opening ? undefined : current;
    });
    // At once, so that whoever asks meanwhile gets the same one.
    current = opening;
    return opening;
  };

  store.add(
    window.registerWebviewPanelSerializer(viewIds.layers, {
      async deserializeWebviewPanel(panel: WebviewPanel, state: unknown) {
        if (current !== undefined) {
          // Another one was opened before this came back.
          panel.dispose();
          return;
        }
        await open(async () => panel, savedTarget(state));
      },
    }),
  );
  store.add({ dispose: () => void current?.then((panel) => panel.dispose()) });
  return {
    async show(target) {
      if (current !== undefined) {
        (await current).show(target);
        return;
      }
      await open(async () => {
        await closeWaitingPanels(viewIds.layers);
        return window.createWebviewPanel(viewIds.layers, options.t("Runtime Layers"), ViewColumn.Active);
      }, target);
    },
    dispose: () => store.dispose(),
  };
}

/** The state the page had saved; it may contain anything. */
function savedTarget(state: unknown): LayersTarget {
  if (typeof state !== "object" || state === null) {
    return {};
  }
  const app = "app" in state && typeof state.app === "string" ? state.app : undefined;
  const worker = "worker" in state && typeof state.worker === "number" ? state.worker : undefined;
  return { ...(app !== undefined && { app }), ...(worker !== undefined && { worker }) };
}
