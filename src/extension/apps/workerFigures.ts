import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { figuresOf, leastRateMs, lookingMs, type WorkerFigures } from "../../shared/facts/pulseFigures.ts";
import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { AppSession } from "./appSession.ts";
import { isActive } from "./appView.ts";
import { createFiguresHistory, historyMs, type MeasuredAt } from "./figuresHistory.ts";

/** A view that shows figures: the tree those of all apps, the layers panel those of one. */
export type FiguresViewer = "tree" | "panel";

/** Measures workers while somebody looks at them, and nothing at other times. */
export interface WorkerFiguresWatch extends Disposable {
  /** What a view shows now: all apps, those of these keys, or nothing, as while it is hidden. */
  setLooking(viewer: FiguresViewer, apps: "all" | readonly string[]): void;
  /**
   * Takes over what somebody else has just asked a worker, which is then not asked again. A worker tells what happened
   * since it was last asked, whoever did: of two that ask at once, one would be told of some milliseconds.
   */
  learn(app: string, worker: number, pulse: LayerPulse): void;
  /** What was measured last; `undefined` before, and of a worker that does not answer. */
  of(app: string, worker: number): WorkerFigures | undefined;
  /**
   * What was measured in the last ten minutes, oldest first: there is nothing of the times at which nobody looked. It is
   * forgotten when nobody has looked for ten minutes.
   */
  history(app: string, worker: number): readonly MeasuredAt<WorkerFigures>[];
  /** After each round of answers. */
  onDidChange(listener: () => void): Disposable;
}

/** Milliseconds between two measurements. Observation in the worker ends 5 s after the last one. */
const everyMs = 2_000;

interface Source {
  readonly sessions: readonly Pick<AppSession, "key" | "client" | "view">[];
}

/** The newest answer of a worker. */
interface Taken {
  readonly at: number;
  /** Whether somebody else had asked. */
  readonly learnt: boolean;
  /** Absent when it is of the whole life of the process. */
  readonly figures?: WorkerFigures;
}

/** @param now Epoch milliseconds. */
export function createWorkerFigures(source: Source, now: () => number = Date.now): WorkerFiguresWatch {
  /** By app and worker. */
  const known = new Map<string, ReadonlyMap<string, WorkerFigures>>();
  const newest = new Map<string, Taken>();
  const history = createFiguresHistory<WorkerFigures>();
  const looking = new Map<FiguresViewer, "all" | readonly string[]>();
  const changes = createEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  let forgetting: NodeJS.Timeout | undefined;
  /** Apps whose workers have not answered yet: one on a slow machine delays no other. */
  const asking = new Set<string>();
  /** Apps of which it is known what others have measured before. */
  const seeded = new Set<string>();

  const isSeen = (app: string) => [...looking.values()].some((apps) => apps === "all" || apps.includes(app));
  const keyOf = (app: string, worker: number) => {
    const session = source.sessions.find(({ key }) => key === app);
    return figuresKey(app, session?.view.snapshot?.supervisor.pid, worker);
  };
  const take = (key: string, pulse: LayerPulse, learnt: boolean): Taken => {
    const at = now();
    const before = newest.get(key);
    if (before !== undefined && at - before.at < leastRateMs) {
      return before;
    }
    const isRate = before !== undefined && at - before.at < lookingMs;
    const taken = { at, learnt, ...(isRate && { figures: figuresOf(pulse) }) };
    newest.set(key, taken);
    return taken;
  };
  const measure = async ({ key, id, client }: SeenWorker): Promise<readonly [string, Taken | undefined]> => {
    const before = newest.get(key);
    if (before !== undefined && now() - before.at < (before.learnt ? everyMs : leastRateMs)) {
      return [key, before];
    }
    const pulse = await client.request("layers/pulse", { worker: id }).catch(() => undefined);
    return [key, pulse && take(key, pulse, false)];
  };
  /** Takes over what other windows have seen; an older supervisor keeps nothing. */
  const seed = async (workers: readonly SeenWorker[]): Promise<void> => {
    const told = await workers[0]?.client.request("layers/history", {}).catch(() => undefined);
    for (const { worker, figures } of told?.workers ?? []) {
      const key = workers.find(({ id }) => id === worker)?.key;
      const measured = figures.map((one) => {
        const at = one.at + now() - (told?.now ?? 0);
        return { ...one, at: Math.round(at / everyMs) * everyMs };
      });
      if (key !== undefined) {
        history.seed(key, measured, everyMs);
      }
    }
  };
  const askApp = async (app: string, workers: readonly SeenWorker[]): Promise<void> => {
    asking.add(app);
    if (!seeded.has(app) && workers.length > 0) {
      seeded.add(app);
      void seed(workers);
    }
    const answers = await Promise.all(workers.map(measure));
    asking.delete(app);
    const measured = new Map(
      answers.flatMap(([key, taken]) => (!isSeen(app) || taken?.figures === undefined ? [] : [[key, taken.figures]])),
    );
    known.set(app, measured);
    history.add(now(), measured);
    changes.fire();
  };
  const ask = (): void => {
    const seen = seenApps(source, isSeen);
    for (const app of known.keys()) {
      if (!seen.has(app)) {
        known.delete(app);
      }
    }
    const at = now();
    for (const [key, taken] of newest) {
      if (at - taken.at >= lookingMs) {
        newest.delete(key);
      }
    }
    if (seen.size === 0) {
      history.add(at, new Map());
      changes.fire();
    }
    for (const [app, workers] of seen) {
      if (!asking.has(app)) {
        void askApp(app, workers);
      }
    }
  };
  const stop = () => {
    clearInterval(timer);
    clearTimeout(forgetting);
  };
  return {
    setLooking(viewer, apps) {
      if (String(looking.get(viewer) ?? []) === String(apps)) {
        return;
      }
      looking.delete(viewer);
      if (apps.length > 0) {
        looking.set(viewer, apps);
      }
      stop();
      if (looking.size === 0) {
        known.clear();
        seeded.clear();
        forgetting = setTimeout(history.clear, historyMs).unref();
        return;
      }
      timer = setInterval(ask, everyMs);
      if (apps.length > 0) {
        ask();
      }
    },
    learn(app, worker, pulse) {
      if (isSeen(app)) {
        take(keyOf(app, worker), pulse, true);
      }
    },
    of: (app, worker) => known.get(app)?.get(keyOf(app, worker)),
    history: (app, worker) => history.of(keyOf(app, worker)),
    onDidChange: changes.on,
    dispose() {
      looking.clear();
      stop();
    },
  };
}

interface SeenWorker {
  readonly key: string;
  readonly id: number;
  readonly client: Pick<SupervisorClient, "request">;
}

/** The apps that somebody looks at, each with its workers that can answer. */
function seenApps({ sessions }: Source, isSeen: (app: string) => boolean): Map<string, readonly SeenWorker[]> {
  return new Map(
    sessions
      .filter(({ key }) => isSeen(key))
      .flatMap(({ key, client, view }) =>
        client === undefined || !isActive(view)
          ? []
          : [
              [
                key,
                (view.snapshot?.workers ?? [])
                  .filter(({ state, health }) => state === "ready" && health === "responsive")
                  .map(({ id }) => ({ key: figuresKey(key, view.snapshot?.supervisor.pid, id), id, client })),
              ] as const,
            ],
      ),
  );
}

/** Ids begin anew with each supervisor. */
function figuresKey(app: string, supervisor: number | undefined, worker: number): string {
  return `${app}#${supervisor ?? 0}#${worker}`;
}
