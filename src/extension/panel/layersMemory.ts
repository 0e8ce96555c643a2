import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import type { CpuSample } from "../../shared/layers/sample.ts";
import type { Snapshot } from "../../shared/snapshot.ts";

/** Ended workers whose facts are kept, so that generations can be compared. */
const goneKept = 8;

export interface RememberedWorker {
  worker: PanelWorker;
  facts?: LayerFacts;
  pulse?: LayerPulse;
  sample?: CpuSample;
  /** The same as the content of a `.cpuprofile` file. */
  profile?: string;
}

/** What is known of the workers of one app, as long as its supervisor lives. */
export interface LayersMemory {
  /** Takes over the current workers. Those of another supervisor are forgotten: their ids mean other workers. */
  follow(snapshot: Snapshot): void;
  /** The app has stopped: all its workers have ended. */
  end(): void;
  /** Live workers by slot, then ended ones, newest first, as far as something is known of them. */
  workers(): readonly PanelWorker[];
  find(id: number): RememberedWorker | undefined;
  /** Whether a worker itself has reported this file. */
  names(file: string): boolean;
}

export function createLayersMemory(): LayersMemory {
  let supervisor: number | undefined;
  let known = new Map<number, RememberedWorker>();

  const entry = (id: number) => known.get(id);
  const markGone = (isGone: (worker: PanelWorker) => boolean) => {
    for (const remembered of known.values()) {
      if (isGone(remembered.worker)) {
        remembered.worker = { ...remembered.worker, state: "gone", unresponsive: false };
      }
    }
    const kept = [...known.values()].filter(({ worker, facts }) => worker.state !== "gone" || facts !== undefined);
    const gone = kept.filter(({ worker }) => worker.state === "gone").sort(newestFirst);
    const dropped = new Set(gone.slice(goneKept));
    known = new Map(kept.filter((remembered) => !dropped.has(remembered)).map((each) => [each.worker.id, each]));
  };

  return {
    follow(snapshot) {
      if (snapshot.supervisor.pid !== supervisor) {
        supervisor = snapshot.supervisor.pid;
        known = new Map();
      }
      const live = new Set<number>();
      for (const { id, slot, pid, generation, state, health } of snapshot.workers) {
        if (state !== "exited") {
          live.add(id);
          const worker: PanelWorker = { id, slot, pid, generation, state, unresponsive: health === "unresponsive" };
          const remembered = entry(id);
          if (remembered === undefined) {
            known.set(id, { worker });
          } else {
            // The same object: an answer that belongs to it may be on its way.
            remembered.worker = worker;
          }
        }
      }
      markGone(({ id }) => !live.has(id));
    },
    end: () => markGone(() => true),
    workers() {
      const all = [...known.values()];
      const live = all.filter(({ worker }) => worker.state !== "gone");
      const gone = all.filter(({ worker }) => worker.state === "gone").sort(newestFirst);
      live.sort(({ worker: one }, { worker: other }) => one.slot - other.slot || one.id - other.id);
      return [...live, ...gone].map(({ worker }) => worker);
    },
    find: entry,
    names: (file) => [...known.values()].some((remembered) => namesFile(remembered, file)),
  };
}

function newestFirst({ worker: one }: RememberedWorker, { worker: other }: RememberedWorker): number {
  return other.id - one.id;
}

function namesFile({ facts, sample }: RememberedWorker, file: string): boolean {
  return (
    facts?.code.entry === file ||
    facts?.code.modules.some((module) => module.file === file) === true ||
    facts?.api.warnings.some(({ at }) => at?.file === file) === true ||
    sample?.parts.some(({ functions }) =>
      functions.some(({ at, caller }) => at?.file === file || caller?.at?.file === file),
    ) === true ||
    [...(sample?.own ?? []), ...(sample?.tree ?? [])].some(({ at }) => at?.file === file)
  );
}
