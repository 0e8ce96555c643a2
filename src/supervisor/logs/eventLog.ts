import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { type EventLevel, eventsKept, type SupervisorEvent } from "../../shared/logs.ts";

export interface EventLog {
  log(level: EventLevel, code: string, message: string, worker?: number): void;
  /** The last events, oldest first. */
  recent(): SupervisorEvent[];
  /** Replaces all that is kept by what another supervisor has kept, with its numbers; the next ones follow them. */
  adopt(events: readonly SupervisorEvent[]): void;
  onDidLog(listener: (event: SupervisorEvent) => void): Disposable;
}

/** Hitless's own events; a bounded number is kept. */
export function createEventLog(now: () => number = Date.now): EventLog {
  const events: SupervisorEvent[] = [];
  const logged = createEmitter<SupervisorEvent>();
  let sequence = 0;
  return {
    log(level, code, message, worker) {
      sequence += 1;
      const event = { sequence, time: now(), level, code, message, ...(worker !== undefined && { worker }) };
      events.push(event);
      if (events.length > eventsKept) {
        events.shift();
      }
      logged.fire(event);
    },
    recent: () => [...events],
    adopt(known) {
      events.splice(0, events.length, ...known);
      sequence = Math.max(sequence, ...known.map((event) => event.sequence));
    },
    onDidLog: logged.on,
  };
}
