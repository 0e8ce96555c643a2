import { type TextDocument, window, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import type { AppSession } from "../apps/appSession.ts";
import { failedRenewal, isActive, isWatched } from "../apps/appView.ts";
import { coalesce } from "../platform/coalesce.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { isInside } from "../platform/paths.ts";

/** A burst of saves causes one look, after this many milliseconds. */
const settleMs = 300;

/**
 * Has supervisors look which files differ from what runs, when that may have changed: after a save, when the window is looked at
 * again, and after a reload that was undone. Nothing is asked again and again.
 */
export function lookForStaleFiles(registry: AppRegistry): Disposable {
  const store = new DisposableStore();
  const wanted = new Set<AppSession>();
  const look = store.add(
    coalesce(settleMs, () => {
      for (const session of wanted) {
        // An older supervisor does not know the question.
        session.lookForStale().catch(() => undefined);
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
