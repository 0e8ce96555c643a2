import assert from "node:assert/strict";
import * as nodeModule from "node:module";

type Resolve = (specifier: string, context: object) => object;

/** Types of Node.js 20, on which no test of this layer runs, do not know it. */
const registerHooks: (hooks: { resolve: (specifier: string, context: object, next: Resolve) => object }) => {
  deregister(): void;
} = Reflect.get(nodeModule, "registerHooks");

/** A tab of a webview, as VS Code tells of it. */
class TabInputWebview {
  readonly viewType: string;

  constructor(viewType: string) {
    this.viewType = viewType;
  }
}

describe("the layers panel", () => {
  const name = "hitlessFakePanels";
  let closed: unknown[] = [];
  let opened = 0;
  const tabs = [
    { input: new TabInputWebview("mainThreadWebview-hitless.layers") },
    { input: new TabInputWebview("mainThreadWebview-markdown.preview") },
    { input: {} },
  ];
  const fake = {
    TabInputWebview,
    ViewColumn: { Active: -1 },
    window: {
      tabGroups: { all: [{ tabs }], close: async (given: unknown[]) => closed.push(...given) },
      registerWebviewPanelSerializer: () => ({ dispose: () => undefined }),
      createWebviewPanel: () => {
        opened += 1;
        return { onDidDispose: () => undefined };
      },
    },
  };
  let hooks: { deregister(): void } | undefined;
  let panels: typeof import("../../../src/extension/panel/layersPanels.ts");

  before(async () => {
    Reflect.set(globalThis, name, fake);
    const vscode = `export const { TabInputWebview, ViewColumn, window } = globalThis.${name};`;
    const panel = "export class LayersPanel { shown = 0; show() { this.shown += 1; } dispose() {} }";
    const urls: Readonly<Record<string, string>> = { vscode, "./layersPanel.ts": panel };
    hooks = registerHooks({
      resolve: (specifier, context, next) => {
        const source = urls[specifier];
        return source === undefined
          ? next(specifier, context)
          : { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true };
      },
    });
    panels = await import("../../../src/extension/panel/layersPanels.ts");
  });
  after(() => {
    hooks?.deregister();
    Reflect.deleteProperty(globalThis, name);
  });

  it("is one, though a tab of it that a reload of the window left behind has no panel yet", async () => {
    const options = { t: (text: string) => text } as unknown as Parameters<typeof panels.createLayersPanels>[0];
    const layers = panels.createLayersPanels(options);
    await Promise.all([layers.show({}), layers.show({ worker: 1 })]);
    assert.deepEqual(closed, [tabs[0]]);
    closed = [];
    await layers.show({});
    assert.deepEqual([opened, closed], [1, []]);
    layers.dispose();
  });
});
