import { type Terminal, ThemeIcon, window } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppSession } from "../apps/appSession.ts";
import type { SessionMemory } from "../apps/sessionHost.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { createLogTerminal } from "./logTerminal.ts";
import { createSourceLinks } from "./sourceLinks.ts";

export interface LogTerminals extends Disposable {
  /** Reopens the terminal of an app in the background, if it was open when the window was last closed or reloaded. */
  restore(session: AppSession): void;
  /** Whether the terminal of this app is open. */
  has(session: AppSession): boolean;
  /** Opens or reveals the terminal of an app or of one worker. `quietly`: the focus stays. */
  show(session: AppSession, options?: { readonly worker?: number; readonly quietly?: boolean }): void;
}

export function createLogTerminals(timestamps: () => boolean, memory: SessionMemory, t: Localize): LogTerminals {
  const store = new DisposableStore();
  const terminals = new Map<string, Terminal>();
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
    const terminal = window.createTerminal({
      name: worker === undefined ? session.name : t("{0} · worker {1}", session.name, worker),
      pty: createLogTerminal({
        session,
        ...(worker !== undefined && { worker }),
        timestamps: timestamps(),
        t,
        onClosed: () => {
          terminals.delete(key);
          if (!store.disposed && worker === undefined) {
            memory.set(memoryKey(session), undefined);
          }
        },
      }),
      iconPath: new ThemeIcon("server-process"),
      isTransient: true,
    });
    terminals.set(key, terminal);
    if (worker === undefined) {
      memory.set(memoryKey(session), "open");
    }
    roots.set(terminal, session.root);
    return terminal;
  };

  return {
    restore(session) {
      if (session.client !== undefined && !terminals.has(session.key) && memory.get(memoryKey(session)) === "open") {
        open(session.key, session, undefined);
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
