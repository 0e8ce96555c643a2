import type { Channel } from "./channel.ts";

/** Wraps a callback so that a fault in the preload never reaches the app; it is reported to the supervisor instead. */
export type Guard = <Args extends unknown[]>(what: string, run: (...args: Args) => void) => (...args: Args) => void;

/** At most this many faults of one worker are reported, so that a fault per request can't flood the channel. */
const mostReports = 20;

export function createGuard(channel: Channel): Guard {
  let reports = 0;
  return (what, run) =>
    (...args) => {
      try {
        run(...args);
      } catch (thrown) {
        reports += 1;
        if (reports <= mostReports) {
          channel.send({
            type: "trouble",
            message: `${what}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`,
          });
        }
      }
    };
}
