import type { Disposable } from "../../shared/basics/disposable.ts";
import type { RehearsalMark, RehearsedWorker } from "../../shared/rehearsal/rehearsalResult.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import type { SupervisorClient } from "../connection/supervisorClient.ts";

/** Milliseconds between two looks at the workers' figures. */
const lookEveryMs = 1_000;
/** A worker that does not answer within so many milliseconds is left out of that look. */
const lookDeadlineMs = 3_000;

/** What the supervisor shows of a renewal while it runs. */
export interface WorkerWatch extends Disposable {
  readonly marks: readonly { readonly mark: RehearsalMark; readonly at: number }[];
  /** The renewal was ordered, or is over. */
  mark(mark: RehearsalMark): void;
  /** Whether a worker's inspector was open at any time. */
  readonly debugged: boolean;
  /** By slot and generation. */
  workers(): RehearsedWorker[];
}

type Figures = RehearsedWorker["figures"];

/** Notes when the phases of a renewal begin, and once a second what each worker uses and answers. */
export function watchWorkers(client: SupervisorClient, beganAt: number): WorkerWatch {
  const marks: { mark: RehearsalMark; at: number }[] = [];
  const workers = new Map<number, Omit<RehearsedWorker, "figures" | "answered">>();
  const figures = new Map<number, Figures>();
  /** Requests answered since the supervisor watches them: at the beginning of the load, and when it looked last. */
  const answered = new Map<number, { readonly first: number; readonly last: number }>();
  const since = (): number => Math.round(performance.now() - beganAt);

  const mark = (name: RehearsalMark): void => {
    if (!marks.some((known) => known.mark === name)) {
      marks.push({ mark: name, at: since() });
    }
  };
  let debugged = false;
  const see = ({ workers: seen, renewal }: Snapshot): void => {
    for (const { id, slot, generation, pid, inspector } of seen) {
      workers.set(id, { id, slot, generation, pid });
      debugged ||= inspector !== undefined;
    }
    if (renewal === undefined || marks.length === 0) {
      return;
    }
    if (renewal.ready > 0) {
      mark("firstReady");
    }
    if (renewal.total > 0 && renewal.ready >= renewal.total) {
      mark("ready");
    }
    if (renewal.phase === "draining") {
      mark("draining");
    }
  };

  const lookAt = async (id: number): Promise<void> => {
    const pulse = await client.request("layers/pulse", { worker: id }, { deadlineMs: lookDeadlineMs });
    const list = figures.get(id) ?? [];
    figures.set(id, list);
    const { delayP99 } = pulse.uv;
    list.push({
      at: since(),
      cpu: pulse.os.cpuUser + pulse.os.cpuSystem,
      memory: pulse.os.rss,
      ...(delayP99 === undefined ? {} : { delayP99 }),
    });
  };
  const count = async (): Promise<void> => {
    const reading = await client.request("requests/read", {}, { deadlineMs: lookDeadlineMs });
    for (const { worker, answered: sum } of reading.workers) {
      const isNew = marks.length > 0 && !answered.has(worker);
      answered.set(worker, { first: isNew ? 0 : (answered.get(worker)?.first ?? sum), last: sum });
    }
  };
  const look = (): void => {
    // A worker that ends meanwhile, or is blocked, has no figures for this second.
    const ids = client.closed ? [] : client.snapshot.workers.map(({ id }) => id);
    for (const looking of [...ids.map(lookAt), ...(client.closed ? [] : [count()])]) {
      looking.catch(() => undefined);
    }
  };

  see(client.snapshot);
  look();
  const timer = setInterval(look, lookEveryMs);
  const listening = client.onDidSnapshot(see);
  return {
    marks,
    mark,
    get debugged() {
      return debugged;
    },
    workers: () => {
      // What is no HTTP request, or answered by streams of HTTP/2 alone, is not seen by the workers: nobody knows who did it.
      const isSeen = [...answered.values()].some(({ first, last }) => last > first);
      return [...workers.values()]
        .sort((a, b) => a.slot - b.slot || a.generation - b.generation || a.id - b.id)
        .map((worker) => {
          const sum = isSeen ? answered.get(worker.id) : undefined;
          return {
            ...worker,
            ...(sum === undefined ? {} : { answered: sum.last - sum.first }),
            figures: figures.get(worker.id) ?? [],
          };
        });
    },
    dispose() {
      clearInterval(timer);
      listening.dispose();
    },
  };
}
