import { count } from "../../shared/text/count.ts";
import type { Acceptor } from "../accept/acceptor.ts";

import type { EventLog } from "../logs/eventLog.ts";

/** From this many on, waiting connections are worth a warning. */
const manyWaiting = 100;

export interface AcceptQueueAlerts {
  /** Checks the queue; returns whether its figures in snapshots have changed. */
  look(): boolean;
  /** A connection was refused, with this many waiting. */
  refused(waiting: number): void;
}

/** Warns of connections that wait for a worker or were refused: once when it begins, and when it is over. */
export function watchAcceptQueueAlerts(
  queue: () => Pick<Acceptor, "waiting" | "refused">,
  events: EventLog,
): AcceptQueueAlerts {
  let shown = { waiting: 0, refused: 0 };
  let warned = false;
  let refusedBefore: number | undefined;
  return {
    look() {
      const { waiting, refused } = queue();
      const changed = waiting !== shown.waiting || refused !== shown.refused;
      if (waiting >= manyWaiting && !warned) {
        warned = true;
        events.log(
          "warning",
          "waiting",
          `${count(waiting, "connection")} ${waiting === 1 ? "waits" : "wait"} for a worker: all workers are busy`,
        );
      } else if (waiting === 0) {
        warned = false;
      }
      if (refusedBefore !== undefined && refused === shown.refused) {
        events.log(
          "warning",
          "refused",
          `${count(refused - refusedBefore, "connection")} ${refused - refusedBefore === 1 ? "was" : "were"} closed: too many waited already`,
        );
        refusedBefore = undefined;
      }
      shown = { waiting, refused };
      return changed;
    },
    refused(waiting) {
      if (refusedBefore === undefined) {
        refusedBefore = queue().refused - 1;
        events.log(
          "error",
          "refusing",
          `all workers are busy and ${count(waiting, "connection")} ${waiting === 1 ? "waits" : "wait"} for them (maxWaiting, or half of the open files this system allows); further ones are closed at once`,
        );
      }
    },
  };
}
