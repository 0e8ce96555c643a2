import { DebugConsoleMode, type DebugSession, debug } from "vscode";
import { toHitlessError } from "../../shared/errors.ts";
import type { Snapshot, WorkerView } from "../../shared/snapshot.ts";
import { workerLabel, workerName } from "../../shared/text/workerName.ts";
import type { AppSession } from "../apps/appSession.ts";
import type { AppsEverywhere } from "../apps/machines/appsEverywhere.ts";
import type { ReachedInspector } from "../apps/session/appThere.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";
import { workerConfiguration } from "./debugConfiguration.ts";
import { placeThere } from "./placeThere.ts";

/** Milliseconds for a debugger to let go of a worker. */
const leaveMs = 2_000;

export interface WorkerSessionsOptions {
  readonly session: DebugSession;
  readonly apps: Pick<AppsEverywhere, "sessions">;
  readonly ownFolder: string;
  /** Writes a line into the debug console. */
  readonly tell: (text: string) => void;
  readonly t: Localize;
}

/** One session of the debugger of JavaScript for each worker that is debugged, which ends with the worker. */
export class WorkerSessions {
  readonly #options: WorkerSessionsOptions;
  readonly #store = new DisposableStore();
  readonly #children = new Set<DebugSession>();
  /** Inspectors that have been attached, or are about to be, by where they listen. */
  readonly #attached = new Map<string, ReachedInspector | undefined>();
  #over = false;

  constructor(options: WorkerSessionsOptions) {
    this.#options = options;
    const isOurs = ({ parentSession }: DebugSession) => parentSession?.id === options.session.id;
    this.#store.add(debug.onDidStartDebugSession((child) => void (isOurs(child) && this.#children.add(child))));
    this.#store.add(debug.onDidTerminateDebugSession((child) => void this.#children.delete(child)));
  }

  /** Where the inspector listens that a session has reached at this address. */
  placeOf(url: string): string | undefined {
    return [...this.#attached].find(([, reached]) => reached?.url === url)?.[0];
  }

  /** Attaches each worker whose inspector is open. @param slot Only the workers of this one. */
  follow(app: AppSession, { workers }: Snapshot, slot: number | undefined): void {
    const open = new Set(workers.map(({ inspector }) => inspector));
    for (const [place, reached] of this.#attached) {
      if (!open.has(place)) {
        this.#attached.delete(place);
        reached?.dispose();
      }
    }
    for (const worker of workers) {
      if (worker.inspector !== undefined && (slot === undefined || slot === worker.slot)) {
        void this.#attach(app, worker, worker.inspector);
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
    this.#over = true;
    this.#store.dispose();
    for (const reached of this.#attached.values()) {
      reached?.dispose();
    }
    this.#attached.clear();
  }

  async #attach(app: AppSession, worker: WorkerView, place: string): Promise<void> {
    if (this.#attached.has(place) || this.#over) {
      return;
    }
    this.#attached.set(place, undefined);
    const { tell, t } = this.#options;
    try {
      const reached = await app.reach(place);
      // It may have gone meanwhile, or the person may have had enough.
      if (!this.#attached.has(place)) {
        reached.dispose();
        return;
      }
      this.#attached.set(place, reached);
      if (!(await this.#start(app, worker, reached.url))) {
        this.#attached.delete(place);
        reached.dispose();
      }
    } catch (thrown) {
      const { message } = toHitlessError(thrown);
      tell(t("Worker {0} can't be debugged: {1}", workerLabel(worker, t), engineSentence(message, t)));
      // It stays in the table: what is refused once would be refused with each change of the app.
    }
  }

  async #start(app: AppSession, worker: WorkerView, url: string): Promise<boolean> {
    const { session, apps, ownFolder, t } = this.#options;
    const name = workerName(worker, t);
    const place =
      app.machine === undefined
        ? { root: app.root, ownFiles: [`${ownFolder}/**`] }
        : { ...(await placeThere(app, apps)), ownFiles: ["**/.hitless/**", "**/node_modules/hitless/**"] };
    const configuration = workerConfiguration(session.configuration, { name, url, ...place });
    return debug.startDebugging(session.workspaceFolder, configuration, {
      parentSession: session,
      lifecycleManagedByParent: true,
      compact: true,
      consoleMode: DebugConsoleMode.MergeWithParent,
      suppressSaveBeforeStart: true,
      suppressDebugView: true,
    });
  }
}
