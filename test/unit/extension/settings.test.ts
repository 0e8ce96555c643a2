import assert from "node:assert/strict";
import * as nodeModule from "node:module";
import { settingIds, settingsSection } from "../../../src/extension/ids.ts";

interface FakeEditor {
  readonly workspace: {
    readonly isTrusted: boolean;
    readonly workspaceFolders: readonly { readonly name: string; readonly uri: object }[];
    getConfiguration(section: string): { get(id: string): unknown; inspect(id: string): undefined };
  };
}

type Resolve = (specifier: string, context: object) => object;

/** Types of Node.js 20, on which no test of this layer runs, do not know it. */
const registerHooks: (hooks: { resolve: (specifier: string, context: object, next: Resolve) => object }) => {
  deregister(): void;
} = Reflect.get(nodeModule, "registerHooks");

/** What `import … from "vscode"` gives here, where there is no VS Code. */
function stubVsCode(editor: FakeEditor): { dispose(): void } {
  const name = "hitlessFakeEditor";
  Reflect.set(globalThis, name, editor);
  const source = `export const { workspace } = globalThis.${name}; export const ConfigurationTarget = {};`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "vscode" ? { url, shortCircuit: true } : next(specifier, context),
  });
  return {
    dispose() {
      hooks.deregister();
      Reflect.deleteProperty(globalThis, name);
    },
  };
}

describe("the settings of the editor", () => {
  let values: Readonly<Record<string, unknown>> = {};
  const read = new Set<string>();
  let settings: typeof import("../../../src/extension/platform/settings.ts");

  before(async () => {
    const uri = { scheme: "file", fsPath: "/nowhere/shop" };
    const stub = stubVsCode({
      workspace: {
        isTrusted: true,
        workspaceFolders: [{ name: "shop", uri }],
        getConfiguration(section) {
          assert.equal(section, settingsSection);
          return {
            get(id) {
              read.add(id);
              return values[id];
            },
            inspect: () => undefined,
          };
        },
      },
    });
    settings = await import("../../../src/extension/platform/settings.ts");
    stub.dispose();
  });

  function all() {
    const [folder] = settings.readFolders();
    return {
      apps: folder?.apps,
      node: settings.nodeSetting(),
      graceMs: settings.graceSetting(),
      notifications: settings.notificationsSetting(),
      revealLog: settings.revealLogSetting(),
      timestamps: settings.timestampsSetting(),
      save: settings.saveBeforeReloadSetting(),
      language: settings.languageSetting(),
    };
  }

  it("are read, each of them", () => {
    values = {
      apps: [{ name: "shop" }],
      node: " /opt/node ",
      gracePeriod: 2.5,
      notifications: "none",
      "log.reveal": "never",
      "log.timestamps": true,
      saveBeforeReload: "all",
      "language.enabled": false,
    };
    assert.deepEqual(all(), {
      apps: [{ name: "shop" }],
      node: "/opt/node",
      graceMs: 2_500,
      notifications: "none",
      revealLog: "never",
      timestamps: true,
      save: "all",
      language: false,
    });
    // The language server asks for these two itself, for each document.
    const ofServer: readonly string[] = [settingIds.hovers, settingIds.rules];
    // These are read from the files, as the command line does.
    const ofProject: readonly string[] = [settingIds.machines, settingIds.fleets];
    const own = Object.values(settingIds).filter((id) => !ofServer.includes(id) && !ofProject.includes(id));
    assert.deepEqual([...read].sort(), own.sort());
  });

  it("fall back to their defaults when they are missing or wrong", () => {
    const defaults = {
      apps: undefined,
      node: undefined,
      graceMs: undefined,
      notifications: "problems",
      revealLog: "onStart",
      timestamps: false,
      save: "app",
      language: true,
    };
    values = {};
    assert.deepEqual(all(), defaults);
    values = {
      node: "  ",
      gracePeriod: -1,
      notifications: "some",
      "log.reveal": "often",
      "log.timestamps": "yes",
      "language.enabled": 1,
    };
    assert.deepEqual(all(), defaults);
  });
});
