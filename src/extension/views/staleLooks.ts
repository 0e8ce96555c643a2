import { type TextDocument, type Uri, window, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import type { AppSession } from "../apps/appSession.ts";
import { failedRenewal, isActive, isWatched } from "../apps/appView.ts";
import { coalesce } from "../platform/coalesce.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { isInside } from "../platform/paths.ts";

/** A burst of saves causes one look, after this many milliseconds. */
const settleMs = 300;

/** Files that other programs write cause a look as often as this, in milliseconds, and none while the window is not looked at. */
const othersMs = 2_000;

/** What an app usually consists of; what counts is for its supervisor to say. */
const sources = "**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx,json,yaml,yml,sql,html,ejs,pug,hbs,env}";

/**
 * Has supervisors look which files differ from what runs, when that may have changed: when a generation begins, so that it is
 * known what its files were; after a save and after changes by other programs, such as git; when the window is looked at again,
 * and after a reload that was undone. Nothing is asked again and again.
 */
export function lookForStaleFiles(registry: AppRegistry): Disposable {
  const store = new DisposableStore();
  const wanted = new Set<AppSession>();
  const look = store.add(
    coalesce(settleMs, () => {
      for (const session of wanted) {
        // An older supervisor does not know the question.
        session.requests.lookForStale().catch(() => undefined);
      }
      wanted.clear();
    }),
  );
  const want = (sessions: readonly AppSession[]): void => {
    for (const session of sessions.filter(({ view }) => isActive(view))) {
      wanted.add(session);
      look();
    }
  };
  const undone = new Map<string, number>();
  const begun = new Map<string, number>();
  const touched = new Set<AppSession>();
  const lookLater = store.add(
    coalesce(othersMs, () => {
      want(window.state.focused ? [...touched] : []);
      touched.clear();
    }),
  );
  const changed = ({ fsPath }: Uri): void => {
    for (const session of isForeign(fsPath) ? [] : registry.sessions) {
      if (isInside(session.root, fsPath) && !isWatched(session.view)) {
        touched.add(session);
        lookLater();
      }
    }
  };
  const watcher = store.add(workspace.createFileSystemWatcher(sources));
  for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) {
    store.add(event(changed));
  }
  store.add(
    workspace.onDidSaveTextDocument(({ uri }: TextDocument) =>
      // What is watched is reloaded; only where that is undone do files differ.
      want(registry.sessions.filter(({ root, view }) => isInside(root, uri.fsPath) && !isWatched(view))),
    ),
  );
  store.add(window.onDidChangeWindowState(({ focused }) => focused && want(registry.sessions)));
  store.add(
    registry.onDidChange(() => {
      for (const session of registry.sessions) {
        const generation = session.view.snapshot?.app.generation;
        if (generation !== undefined && begun.get(session.key) !== generation && !isWatched(session.view)) {
          begun.set(session.key, generation);
          want([session]);
        }
        const startedAt = failedRenewal(session.view)?.startedAt;
        if (startedAt !== undefined && undone.get(session.key) !== startedAt) {
          undone.set(session.key, startedAt);
          want([session]);
        }
      }
    }),
  );
  return store;
}

function isForeign(path: string): boolean {
  return /[\\/](?:node_modules|\.git)[\\/]/.test(path);
}
