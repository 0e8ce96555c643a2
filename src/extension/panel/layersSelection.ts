import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import type { AppView } from "../apps/appView.ts";
import { chooseWorker } from "./choice.ts";
import { createLayersMemory, type LayersMemory, type RememberedWorker } from "./layersMemory.ts";

/** The apps of the window: what the panel needs of the registry. */
export interface LayersSource {
  readonly scanned: boolean;
  readonly sessions: readonly LayersApp[];
  onDidChange(listener: () => void): Disposable;
}

export interface LayersApp {
  readonly key: string;
  readonly name: string;
  readonly view: AppView;
  readonly client: Pick<SupervisorClient, "request"> | undefined;
}

export interface SelectionChange {
  /** Whether another worker is on view than before. */
  readonly isOther: boolean;
  /** The worker that has ended and its successor. */
  readonly replaced: { readonly from: PanelWorker; readonly to: PanelWorker } | undefined;
}

/** The app and the worker on view, as apps and workers come and go; and what is remembered of each. */
export interface LayersSelection {
  /** Key of the app; may be set before the workspace has been searched. */
  readonly key: string | undefined;
  readonly app: LayersApp | undefined;
  readonly worker: number | undefined;
  /** What is known of the worker. */
  readonly known: RememberedWorker | undefined;
  readonly isLive: boolean;
  readonly memory: LayersMemory;
  /** Takes over the current apps and workers. */
  follow(): SelectionChange;
  /** Picks an app by key or name, a worker by id; followed at the next `follow`. */
  pick(app: string | undefined, worker: number | undefined): void;
}

export function createLayersSelection(source: LayersSource): LayersSelection {
  const memories = new Map<string, LayersMemory>();
  let key: string | undefined;
  let worker: number | undefined;
  /** The worker that the user picked, which stays chosen though it has ended. */
  let picked: number | undefined;

  const chosenApp = () => source.sessions.find((session) => session.key === key);
  const memory = (): LayersMemory => {
    const found = memories.get(key ?? "") ?? createLayersMemory();
    memories.set(key ?? "", found);
    return found;
  };
  const known = () => (worker === undefined ? undefined : memory().find(worker));

  return {
    get key() {
      return key;
    },
    get app() {
      return chosenApp();
    },
    get worker() {
      return worker;
    },
    get known() {
      return known();
    },
    get isLive() {
      const state = known()?.worker.state;
      return state !== undefined && state !== "gone";
    },
    get memory() {
      return memory();
    },
    follow() {
      const before = known()?.worker;
      if (chosenApp() === undefined && source.sessions.length > 0) {
        const active = source.sessions.find(({ client }) => client !== undefined);
        key = (active ?? source.sessions[0])?.key;
        worker = undefined;
      }
      const { client, view } = chosenApp() ?? {};
      if (client === undefined || view?.snapshot === undefined) {
        memory().end();
      } else {
        memory().follow(view.snapshot);
      }
      worker = chooseWorker(memory().workers(), { chosen: worker, before, picked })?.id;
      const to = known()?.worker;
      const isOther = before?.id !== to?.id;
      const last = before === undefined ? undefined : memory().find(before.id);
      // Without facts there would be nothing to compare with.
      // After a stop another ended worker may be on view: nobody has followed anybody.
      const follows = to !== undefined && to.state !== "gone";
      const hasEnded = isOther && follows && last?.facts !== undefined && last.worker.state === "gone";
      return { isOther, replaced: hasEnded && to !== undefined ? { from: last.worker, to } : undefined };
    },
    pick(wantedApp, wantedWorker) {
      if (wantedApp !== undefined && wantedApp !== key) {
        const found = source.sessions.find((session) => session.key === wantedApp || session.name === wantedApp);
        key = found?.key ?? (source.scanned ? undefined : wantedApp);
        worker = undefined;
      }
      if (wantedWorker !== undefined) {
        worker = wantedWorker;
        picked = wantedWorker;
      }
    },
  };
}
