import { steadyNow } from "../clock.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogStore } from "../logs/logStore.ts";
import { nameOfClient } from "./controlSession.ts";

/** After the app was stopped, clients may read the last output this long, in milliseconds. */
const lingerMs = 2_000;

/** Those that must lose nothing of it, as long as they are behind; looked at every `lookMs`. */
const patientLingerMs = 30_000;
const lookMs = 100;

export interface LastOutput {
  /** Resolves when nobody is behind, or `lingerMs` after the end of the app, with who is. */
  settled(): Promise<{ readonly unread?: string[]; readonly unreadMs?: number }>;
  /** The app has ended. Calls when clients have had their time. */
  end(done: () => void): void;
}

/** Leaves clients of a stopped app the time to read what it wrote last, and says for whom its supervisor waits. */
export function createLastOutput(logs: Pick<LogStore, "awaited">, events: EventLog): LastOutput {
  const awaited = (): string[] =>
    logs.awaited.map((reader) => (reader === "expected" ? "who has started it" : nameOfClient(reader)));
  let endedAt: number | undefined;
  /** Calls when nobody is behind, or at a time. */
  const wait = (until: number, done: () => void): void => {
    if (logs.awaited.length === 0 || steadyNow() >= until) {
      done();
    } else {
      setTimeout(wait, lookMs, until, done);
    }
  };
  const ended = (): number => (endedAt ??= steadyNow());
  return {
    settled: () =>
      new Promise((resolve) => {
        wait(ended() + lingerMs, () => {
          const unread = awaited();
          const unreadMs = Math.round(ended() + patientLingerMs - steadyNow());
          resolve(unread.length === 0 ? {} : { unread, unreadMs });
        });
      }),
    end(done) {
      const since = ended();
      setTimeout(() => {
        const unread = awaited();
        if (unread.length > 0) {
          const most = Math.ceil((since + patientLingerMs - steadyNow()) / 1_000);
          events.log(
            "warning",
            "unread",
            `the app has ended; its supervisor (pid ${process.pid}) waits up to ${most} s for who has not read its last output: ${unread.join(", ")}`,
          );
        }
        wait(since + patientLingerMs, done);
      }, lingerMs);
    },
  };
}
