import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { AppRegistry } from "./appRegistry.ts";
import { isActive } from "./appView.ts";

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

/** Measures the workers of all apps while somebody looks, and nothing at other times. */
export interface WorkerFiguresWatch extends Disposable {
  /** Whether a view that shows the figures is visible. */
  setVisible(visible: boolean): void;
  /** What was measured last; `undefined` before, and of a worker that does not answer. */
  of(app: string, worker: number): WorkerFigures | undefined;
  onDidChange(listener: () => void): Disposable;
}

/** Milliseconds between two measurements. Observation in the worker ends 5 s after the last one. */
const everyMs = 2_000;

type Source = Pick<AppRegistry, "sessions">;

export function createWorkerFigures(source: Source): WorkerFiguresWatch {
  const known = new Map<string, WorkerFigures>();
  /** Workers that have been asked before: what the first answer says is of the whole life of the process. */
  const asked = new Set<string>();
  const changes = createEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let visible = false;

  const ask = async (): Promise<void> => {
    asking = true;
    const workers = source.sessions.flatMap(({ key, client, view }) =>
      client === undefined || !isActive(view)
        ? []
        : (view.snapshot?.workers ?? [])
            .filter(({ state, health }) => state === "ready" && health === "responsive")
            .map(({ id }) => ({ key: figuresKey(key, view.snapshot?.supervisor.pid, id), id, client })),
    );
    const answers = await Promise.all(
      workers.map(async ({ key, id, client }) => {
        const pulse = await client.request("layers/pulse", { worker: id }).catch(() => undefined);
        return { key, pulse };
      }),
    );
    asking = false;
    const before = new Set(asked);
    known.clear();
    asked.clear();
    for (const { key, pulse } of visible ? answers : []) {
      if (pulse !== undefined) {
        asked.add(key);
        if (before.has(key)) {
          known.set(key, figuresOf(pulse));
        }
      }
    }
    changes.fire();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    setVisible(now) {
      visible = now;
      stop();
      if (visible) {
        timer = setInterval(() => asking || void ask(), everyMs);
        void (asking || ask());
      }
    },
    of(app, worker) {
      const session = source.sessions.find(({ key }) => key === app);
      return known.get(figuresKey(app, session?.view.snapshot?.supervisor.pid, worker));
    },
    onDidChange: changes.on,
    dispose() {
      visible = false;
      stop();
    },
  };
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
