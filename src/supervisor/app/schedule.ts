import type { Cron } from "croner";
import type { EventLog } from "../logs/eventLog.ts";

export interface ScheduleOptions {
  readonly events: Pick<EventLog, "log">;
  /** It is time; told the pattern. */
  readonly due: (pattern: string) => void;
}

/** Says when it is time by a cron pattern, in the time zone of the machine. */
export class Schedule {
  readonly #options: ScheduleOptions;
  #pattern: string | undefined;
  #cron: Cron | undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Whether it will be time again. */
  get active(): boolean {
    return this.#pattern !== undefined;
  }

  /** Epoch milliseconds of the next time; absent if there is none. */
  get nextAt(): number | undefined {
    return this.#cron?.nextRun()?.getTime();
  }

  /** @param pattern What was checked when the recipe was made; `undefined`: nothing is scheduled any more. */
  async follow(pattern: string | undefined): Promise<void> {
    if (pattern === this.#pattern) {
      return;
    }
    this.#pattern = pattern;
    this.#cron?.stop();
    this.#cron = undefined;
    const { events, due } = this.#options;
    if (pattern === undefined) {
      return;
    }
    try {
      // Few apps have one.
      const { Cron } = await import("croner");
      if (this.#pattern === pattern) {
        this.#cron = new Cron(pattern, { unref: true }, () => due(pattern));
        const next = this.#cron.nextRun()?.toISOString() ?? "never";
        events.log("info", "schedule", `the next reload by schedule (${pattern}): ${next}`);
      }
    } catch (error) {
      events.log("error", "schedule", `schedule: ${String(error)}`);
    }
  }
}
