import { type Terminal, ThemeIcon, window } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker } from "../apps/appView.ts";
import type { SessionMemory } from "../apps/sessionHost.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { createLogTerminal, type LogTerminal } from "./logTerminal.ts";
import type { LogView } from "./logView.ts";
import { createSourceLinks } from "./sourceLinks.ts";

export interface LogTerminals extends Disposable {
  /** Reopens the terminal of an app in the background, if it was open when the window was last closed or reloaded. */
  restore(session: AppSession): void;
  /** Whether the terminal of this app is open. */
  has(session: AppSession): boolean;
  /** What the open logs of an app show, or would show; and the terminal whose view is changed. */
  viewOf(session: AppSession): LogView | undefined;
  /** Shows all open logs of an app in another way. */
  setView(session: AppSession, view: LogView): void;
  /** Opens or reveals the terminal of an app or of one worker. `quietly`: the focus stays. */
  show(session: AppSession, options?: { readonly worker?: number; readonly quietly?: boolean }): void;
}

export function createLogTerminals(timestamps: () => boolean, memory: SessionMemory, t: Localize): LogTerminals {
  const store = new DisposableStore();
  const terminals = new Map<string, Terminal>();
  const contents = new Map<string, { readonly session: AppSession; readonly content: LogTerminal }>();
  const roots = new WeakMap<Terminal, string>();
  store.add(createSourceLinks((terminal) => roots.get(terminal), t));
  store.add({
    dispose: () => {
      for (const terminal of terminals.values()) {
        terminal.dispose();
      }
    },
  });

  const open = (key: string, session: AppSession, worker: number | undefined): Terminal => {
    const view = worker === undefined ? undefined : findWorker(session.view, worker);
    const name = view === undefined ? `${worker ?? ""}` : workerLabel(view, t);
    const content = createLogTerminal({
      session,
      ...(worker !== undefined && { worker, name }),
      timestamps: timestamps(),
      t,
      onClosed: () => {
        terminals.delete(key);
        contents.delete(key);
        if (!store.disposed && worker === undefined) {
          memory.set(memoryKey(session), undefined);
        }
      },
    });
    contents.set(key, { session, content });
    const terminal = window.createTerminal({
      name: worker === undefined ? session.name : `${session.name} · ${name}`,
      pty: content,
      iconPath: new ThemeIcon("server-process"),
      isTransient: true,
    });
    terminals.set(key, terminal);
    if (worker === undefined) {
      memory.set(memoryKey(session), "open");
    }
    if (session.machine === undefined) {
      roots.set(terminal, session.root);
    }
    return terminal;
  };

  return {
    restore(session) {
      if (session.client !== undefined && !terminals.has(session.key) && memory.get(memoryKey(session)) === "open") {
        open(session.key, session, undefined);
      }
    },
    viewOf: ({ key }) => [...contents.values()].find(({ session }) => session.key === key)?.content.view,
    setView({ key }, view) {
      for (const { session, content } of contents.values()) {
        if (session.key === key) {
          content.setView(view);
        }
      }
    },
    has: ({ key }) => terminals.has(key),
    show(session, { worker, quietly = false } = {}) {
      const key = worker === undefined ? session.key : `${session.key}#${session.client?.endpoint.pid ?? 0}#${worker}`;
      const terminal = terminals.get(key) ?? open(key, session, worker);
      terminal.show(quietly);
    },
    dispose: () => store.dispose(),
  };
}

function memoryKey({ key }: AppSession): string {
  return `log:${key}`;
}
