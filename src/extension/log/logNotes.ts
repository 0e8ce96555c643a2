import type { SupervisorEvent } from "../../shared/logs.ts";

/** Events that belong between the lines of a log: what runs, borders of generations, what ended or stopped a worker, and why a save was no reload. */
const told: ReadonlySet<string> = new Set([
  "entryChosen",
  "starting",
  "stopping",
  "scaling",
  "renewing",
  "renewalEnded",
  "renewed",
  "workerDied",
  "workerKilled",
  "workerFinished",
  "finishedEarly",
  "crashLooping",
  "spawnFailed",
  "unresponsive",
  "responsive",
  "replacing",
  "drainCut",
  "abandoned",
  "notBuilt",
  "ownWrites",
]);

/** Milliseconds for which an event waits for output that was written before it and has not been read yet. */
export const notePatienceMs = 300;

/** Puts events between the lines of a log, by their time: they are told at once, while output is read later. */
export interface LogNotes {
  add(event: SupervisorEvent): void;
  /** Those that come before output of this time, in epoch milliseconds. */
  before(time: number): SupervisorEvent[];
  /** Those that have waited long enough for earlier output. */
  due(now: number): SupervisorEvent[];
  readonly waiting: boolean;
}

/** @param worker Only events of this worker and of the whole app. */
export function createLogNotes(worker?: number): LogNotes {
  let waiting: SupervisorEvent[] = [];
  const take = (isTaken: (event: SupervisorEvent) => boolean) => {
    const taken = waiting.filter(isTaken);
    waiting = waiting.filter((event) => !taken.includes(event));
    return taken;
  };
  return {
    add(event) {
      if (told.has(event.code) && (worker === undefined || event.worker === undefined || event.worker === worker)) {
        waiting.push(event);
      }
    },
    before: (time) => take((event) => event.time <= time),
    due: (now) => take((event) => event.time <= now - notePatienceMs),
    get waiting() {
      return waiting.length > 0;
    },
  };
}
