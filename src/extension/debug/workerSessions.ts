import { DebugConsoleMode, type DebugSession, debug } from "vscode";
import type { Snapshot, WorkerView } from "../../shared/snapshot.ts";
import type { AppSession } from "../apps/appSession.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import type { Localize } from "../platform/localize.ts";
import { workerConfiguration } from "./debugConfiguration.ts";

/** Milliseconds for a debugger to let go of a worker. */
const leaveMs = 2_000;

export interface WorkerSessionsOptions {
  readonly session: DebugSession;
  readonly ownFolder: string;
  readonly t: Localize;
}

/** One session of the debugger of JavaScript for each worker that is debugged, which ends with the worker. */
export class WorkerSessions {
  readonly #options: WorkerSessionsOptions;
  readonly #store = new DisposableStore();
  readonly #children = new Set<DebugSession>();
  /** Addresses of inspectors that have been attached, or are about to be. */
  readonly #attached = new Set<string>();

  constructor(options: WorkerSessionsOptions) {
    this.#options = options;
    const isOurs = ({ parentSession }: DebugSession) => parentSession?.id === options.session.id;
    this.#store.add(debug.onDidStartDebugSession((child) => void (isOurs(child) && this.#children.add(child))));
    this.#store.add(debug.onDidTerminateDebugSession((child) => void this.#children.delete(child)));
  }

  /** Attaches each worker whose inspector is open. @param slot Only the workers of this one. */
  follow(app: AppSession, { workers }: Snapshot, slot: number | undefined): void {
    for (const worker of workers) {
      if (worker.inspector !== undefined && (slot === undefined || slot === worker.slot)) {
        this.#attach(app, worker, worker.inspector);
      }
    }
  }

  /** Lets go of all workers. Those that have not answered soon are let go when their inspectors close. */
  async end(): Promise<void> {
    // Not by VS Code's own stop: that of a session which its parent manages is one of the parent.
    const left = [...this.#children].map((child) =>
      Promise.resolve(child.customRequest("disconnect", { terminateDebuggee: false })).catch(() => undefined),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, leaveMs);
    });
    await Promise.race([Promise.all(left), late]);
    clearTimeout(timer);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #attach(app: AppSession, { slot, generation }: WorkerView, url: string): void {
    if (this.#attached.has(url)) {
      return;
    }
    this.#attached.add(url);
    const { session, ownFolder, t } = this.#options;
    const name = t("worker {0} · gen {1}", slot, generation);
    const configuration = workerConfiguration(session.configuration, { name, url, root: app.root, ownFolder });
    void debug
      .startDebugging(session.workspaceFolder, configuration, {
        parentSession: session,
        lifecycleManagedByParent: true,
        compact: true,
        consoleMode: DebugConsoleMode.MergeWithParent,
        suppressSaveBeforeStart: true,
        suppressDebugView: true,
      })
      .then(
        (started) => {
          if (!started) {
            this.#attached.delete(url);
          }
        },
        () => this.#attached.delete(url),
      );
  }
}
