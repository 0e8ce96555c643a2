import { steadyNow } from "../clock.ts";

/** Milliseconds without a request after which a reader is no longer waited for: the app must not stand still for it. */
const patienceMs = 30_000;

/** One of the two streams of a worker. */
export interface WorkerOutput {
  pause(): unknown;
  resume(): unknown;
}

/** Who must lose nothing: aborted once it is gone. */
export type Reader = AbortSignal;

export interface OutputGate {
  /** Whether some reader must lose nothing. */
  readonly hasReader: boolean;
  /** This is what the worker writes to. */
  add(worker: number, output: WorkerOutput): void;
  /** The worker has written. */
  wrote(worker: number): void;
  /** The worker's process is gone: little is left in its pipes, and is read even if a reader lags behind. */
  ended(worker: number): void;
  /** A reader has dealt with everything up to the cursor, of all workers or of one. */
  asked(reader: Reader, cursor: number, worker: number | undefined): void;
  /** All workers have to wait, whoever reads. */
  hold(on: boolean): void;
  /** A reader will come within this many milliseconds. */
  expect(milliseconds: number): void;
  /** The readers that have yet to read what came after a place that `isBehind` is asked of. */
  awaited(worker: number, isBehind: (cursor: number) => boolean): (Reader | "expected")[];
}

interface Place {
  readonly cursor: number;
  readonly worker: number | undefined;
  /** Steady milliseconds. */
  readonly until: number;
}

/**
 * Stops reading what a worker writes while a reader that must lose nothing is too far behind. The pipe then fills, and the
 * worker's own `process.stdout` tells its app, as it would with the reader at its other end.
 * @param isFar Whether a worker has written so much after a cursor that it has to wait.
 */
export function createOutputGate(isFar: (worker: number, cursor: number) => boolean): OutputGate {
  const outputs = new Map<number, WorkerOutput[]>();
  const readers = new Map<Reader | "expected", Place>();
  /** One that has stalled may read on later. */
  const known = new WeakSet<Reader>();
  const held = new Set<number>();
  let timer: NodeJS.Timeout | undefined;

  const isFor = (place: Place, worker: number): boolean => place.worker === undefined || place.worker === worker;
  const placesFor = (worker: number): Place[] => [...readers.values()].filter((place) => isFor(place, worker));
  let allHeld = false;
  const isHeld = (worker: number): boolean => allHeld || placesFor(worker).some(({ cursor }) => isFar(worker, cursor));
  const stopReading = (worker: number): void => {
    held.add(worker);
    for (const output of outputs.get(worker) ?? []) {
      output.pause();
    }
  };

  const letGo = (): void => {
    const now = steadyNow();
    for (const [reader, { until }] of readers) {
      if (until <= now) {
        readers.delete(reader);
      }
    }
    for (const worker of held) {
      if (!isHeld(worker)) {
        held.delete(worker);
        for (const output of outputs.get(worker) ?? []) {
          output.resume();
        }
      }
    }
    schedule();
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (held.size > 0 && readers.size > 0) {
      const next = Math.min(...[...readers.values()].map(({ until }) => until));
      timer = setTimeout(letGo, Math.max(1, next - steadyNow()));
    }
  };

  return {
    get hasReader() {
      return readers.size > 0;
    },
    add(worker, output) {
      outputs.set(worker, [...(outputs.get(worker) ?? []), output]);
      if (allHeld) {
        stopReading(worker);
      }
    },
    wrote(worker) {
      if (readers.size === 0 || held.has(worker) || !outputs.has(worker) || !isHeld(worker)) {
        return;
      }
      stopReading(worker);
      schedule();
    },
    hold(on) {
      if (on === allHeld) {
        return;
      }
      allHeld = on;
      if (!on) {
        letGo();
        return;
      }
      for (const worker of outputs.keys()) {
        stopReading(worker);
      }
      schedule();
    },
    ended(worker) {
      held.delete(worker);
      for (const output of outputs.get(worker) ?? []) {
        output.resume();
      }
      outputs.delete(worker);
    },
    asked(reader, cursor, worker) {
      if (reader.aborted) {
        return;
      }
      if (!readers.has(reader)) {
        readers.delete("expected");
      }
      if (!known.has(reader)) {
        known.add(reader);
        const forget = (): void => {
          readers.delete(reader);
          letGo();
        };
        reader.addEventListener("abort", forget, { once: true });
      }
      readers.set(reader, { cursor, worker, until: steadyNow() + patienceMs });
      letGo();
    },
    expect(milliseconds) {
      readers.set("expected", { cursor: 0, worker: undefined, until: steadyNow() + milliseconds });
    },
    awaited: (worker, isBehind) =>
      [...readers].flatMap(([reader, place]) =>
        isFor(place, worker) && place.until > steadyNow() && isBehind(place.cursor) ? [reader] : [],
      ),
  };
}
