import { RelativePattern, window, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { settingsSection } from "../ids.ts";
import { DisposableStore } from "./disposableStore.ts";

/** Files that identify an app, relative to a folder: its own, and those by which a monorepo names its packages. */
const entryPatterns: readonly string[] = [
  "{package.json,hitless.json,pnpm-workspace.yaml,nx.json,{,src/,dist/,build/}{server,app,index,main}.{js,cjs,mjs,ts,cts,mts}}",
  // Not as one more alternative of the above: with that VS Code finds none of them.
  "{apps,packages,services}/*/{package.json,project.json}",
  // Which Node.js runs them.
  "{.nvmrc,.node-version}",
];

/** Calls back whenever the apps of the workspace may have changed. */
export function onDidChangeWorkspace(changed: () => void): Disposable {
  const store = new DisposableStore();
  let files = store.add(watchFolders(changed));
  store.add({ dispose: () => files.dispose() });
  store.add(
    workspace.onDidChangeWorkspaceFolders(() => {
      files.dispose();
      files = watchFolders(changed);
      changed();
    }),
  );
  store.add(
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settingsSection)) {
        changed();
      }
    }),
  );
  store.add(
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) {
        changed();
      }
    }),
  );
  return store;
}

function watchFolders(changed: () => void): Disposable {
  const store = new DisposableStore();
  for (const folder of workspace.workspaceFolders ?? []) {
    for (const pattern of entryPatterns) {
      const watcher = store.add(workspace.createFileSystemWatcher(new RelativePattern(folder, pattern)));
      store.add(watcher.onDidCreate(changed));
      store.add(watcher.onDidDelete(changed));
      store.add(
        watcher.onDidChange((uri) => /\/(?:[\w-]+\.(?:json|yaml)|\.nvmrc|\.node-version)$/.test(uri.path) && changed()),
      );
    }
  }
  return store;
}
