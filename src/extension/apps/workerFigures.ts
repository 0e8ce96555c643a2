import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { AppSession } from "./appSession.ts";
import { isActive } from "./appView.ts";
import { createFiguresHistory, historyMs, type MeasuredAt } from "./figuresHistory.ts";

/** What a worker uses now. */
export interface WorkerFigures {
  /** Share of one CPU, 0 to n. */
  readonly cpu: number;
  /** Bytes of memory (RSS). */
  readonly memory: number;
  /** Absent when it serves no HTTP. */
  readonly requestsPerSecond?: number;
  /** Share of the time for which the event loop is busy, 0 to 1; absent while it is sampled. */
  readonly busy?: number;
  /** Milliseconds by which the event loop is late, 99th percentile. */
  readonly delayP99?: number;
}

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

/** A worker stops observing this many milliseconds after it was last asked: what it says next is of its whole life. */
const lookingMs = 5_000;

/** Rates over fewer milliseconds say nothing. */
const leastMs = 500;

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

  const isSeen = (app: string) => [...looking.values()].some((apps) => apps === "all" || apps.includes(app));
  const keyOf = (app: string, worker: number) => {
    const session = source.sessions.find(({ key }) => key === app);
    return figuresKey(app, session?.view.snapshot?.supervisor.pid, worker);
  };
  const take = (key: string, pulse: LayerPulse, learnt: boolean): Taken => {
    const at = now();
    const before = newest.get(key);
    if (before !== undefined && at - before.at < leastMs) {
      return before;
    }
    const isRate = before !== undefined && at - before.at < lookingMs;
    const taken = { at, learnt, ...(isRate && { figures: figuresOf(pulse) }) };
    newest.set(key, taken);
    return taken;
  };
  const measure = async ({ key, id, client }: SeenWorker): Promise<readonly [string, Taken | undefined]> => {
    const before = newest.get(key);
    if (before !== undefined && now() - before.at < (before.learnt ? everyMs : leastMs)) {
      return [key, before];
    }
    const pulse = await client.request("layers/pulse", { worker: id }).catch(() => undefined);
    return [key, pulse && take(key, pulse, false)];
  };
  const askApp = async (app: string, workers: readonly SeenWorker[]): Promise<void> => {
    asking.add(app);
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

function figuresOf({ api, uv, os }: LayerPulse): WorkerFigures {
  const { requestsPerSecond } = api;
  const { utilisation, delayP99 } = uv;
  return {
    cpu: os.cpuUser + os.cpuSystem,
    memory: os.rss,
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(utilisation !== undefined && { busy: utilisation }),
    ...(delayP99 !== undefined && { delayP99 }),
  };
}
