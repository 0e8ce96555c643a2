import { join } from "node:path";
import type { AppDefinition } from "../../../src/extension/apps/appDefinition.ts";
import { AppRegistry } from "../../../src/extension/apps/appRegistry.ts";
import { watchEndpoints } from "../../../src/extension/apps/endpointWatcher.ts";
import type { AppConfig } from "../../../src/shared/appConfig.ts";
import { bundlesFolder } from "./bundles.ts";
import { within } from "./until.ts";

/** More than an app takes to start, in milliseconds. */
const startsMs = 60_000;

export interface AppWindow {
  readonly registry: AppRegistry;
  /** What its log says of errors. */
  readonly errors: readonly string[];
  /** Waits until something holds of its apps. */
  until(what: string, holds: () => boolean): Promise<void>;
  dispose(): void;
}

/** The app of a folder with `server.js` or another entry, as the settings of a window define it. */
export function defineApp(path: string, config: AppConfig): AppDefinition {
  return {
    key: "app",
    name: "app",
    folder: { name: "app", path, apps: [], inherited: true },
    base: path,
    root: path,
    realRoot: path,
    config,
    entries: [],
    problem: undefined,
  };
}

/** The apps of a VS Code window, as the extension keeps them, without the rest of it. */
export async function openAppWindow(
  definition: AppDefinition,
  { node, runtimeFolder }: { readonly node: string; readonly runtimeFolder: string },
): Promise<AppWindow> {
  const memory = new Map<string, string>();
  const errors: string[] = [];
  const nothing = () => undefined;
  const { path } = definition.folder;
  const registry = new AppRegistry({
    host: {
      version: "0.0.0-test",
      supervisorFile: join(bundlesFolder, "supervisor.cjs"),
      runtimeFolder: () => runtimeFolder,
      graceMs: nothing,
      nodeProgram: () => node,
      memory: { get: (key) => memory.get(key), set: (key, value) => memory.set(key, value ?? "") },
      log: { info: nothing, warn: nothing, error: (text) => errors.push(text), event: nothing, report: nothing },
      t: (text, ...args) => text.replace(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
    },
    define: async () => [definition],
    folders: () => [{ name: "app", path, realPath: path }],
  });
  const watching = watchEndpoints(runtimeFolder, () => void registry.refresh());
  await registry.refresh();
  return {
    registry,
    errors,
    until: (what, holds) =>
      within(
        what,
        new Promise<void>((resolve) => {
          const look = () => holds() && resolve();
          registry.onDidChange(look);
          look();
        }),
        startsMs,
      ),
    dispose() {
      watching.dispose();
      registry.dispose();
    },
  };
}
