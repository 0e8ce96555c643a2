import { ViewColumn, type WebviewPanel, window } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { viewIds } from "../ids.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { LayersPanel } from "./layersPanel.ts";
import type { LayersPanelsOptions, LayersTarget } from "./layersTarget.ts";

export interface LayersPanels extends Disposable {
  /** Opens the panel, or brings it to the front. */
  show(target: LayersTarget): Promise<void>;
}

/** The one panel with the layers of the runtime. Its code is loaded when it is first opened. */
export function createLayersPanels(options: LayersPanelsOptions): LayersPanels {
  const store = new DisposableStore();
  let current: LayersPanel | undefined;

  const open = async (panel: WebviewPanel, target: LayersTarget): Promise<void> => {
    const { LayersPanel } = await import("./layersPanel.ts");
    const opened = new LayersPanel(panel, options, target);
    current = opened;
    panel.onDidDispose(() => {
      current = current === opened ? undefined : current;
    });
  };

  store.add(
    window.registerWebviewPanelSerializer(viewIds.layers, {
      async deserializeWebviewPanel(panel: WebviewPanel, state: unknown) {
        await open(panel, savedTarget(state));
      },
    }),
  );
  store.add({ dispose: () => current?.dispose() });
  return {
    async show(target) {
      if (current !== undefined) {
        current.show(target);
        return;
      }
      const title = options.t("Runtime Layers");
      await open(window.createWebviewPanel(viewIds.layers, title, ViewColumn.Active), target);
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
