import { outcomeNames, renewalNames } from "../../shared/facts/reportFacts.ts";
import { type Failure, withPlace } from "../../shared/failure.ts";
import type { RenewalOutcome, RenewalReport } from "../../shared/report.ts";
import { shownTime, steadyNow } from "../clock.ts";
import type { RenewalOptions } from "./renewalOptions.ts";

/** What is written down of one renewal for its report. */
export class RenewalRecord {
  readonly startedAt: number;
  /** Later than `startedAt` if it was begun anew; both on the monotonic clock. */
  readonly begunAt = steadyNow();
  readyAt: number | undefined;
  drainedAt: number | undefined;
  endedAt: number | undefined;
  end: { readonly outcome: RenewalOutcome; readonly reason: string; readonly failure?: Failure } | undefined;
  killed = 0;
  /** How often since the beginning clients could not connect somewhere. */
  unserved = 0;
  /** Whether old workers were ended before new ones started, though it is no restart. */
  stoppedFirst = false;
  /** Addresses of the old generation on which the new one does not listen. */
  readonly #lost = new Set<string>();
  readonly #options: RenewalOptions;
  readonly #notes: string[];
  #isEndTold = false;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.startedAt = options.startedAt ?? this.begunAt;
    this.#notes = [...options.notes];
  }

  /** One sentence, once. */
  note(text: string): void {
    if (!this.#notes.includes(text)) {
      this.#notes.push(text);
    }
  }

  /** What the comparison of the old and the new addresses has brought. */
  comparedAddresses({ notes, lost }: { readonly notes: readonly string[]; readonly lost: readonly string[] }): void {
    for (const text of notes) {
      this.note(text);
    }
    for (const address of lost) {
      this.#lost.add(address);
    }
  }

  /** Says how it ended, if it did not complete; once. */
  tellEnd(tell: (text: string) => void): void {
    if (this.end !== undefined && !this.#isEndTold) {
      this.#isEndTold = true;
      const { kind, to } = this.#options;
      const { outcome, reason, failure } = this.end;
      tell(
        `${renewalNames[kind]} to generation ${to} ${outcomeNames[outcome]}: ${withPlace(reason, failure?.location)}`,
      );
    }
  }

  report(workers: RenewalReport["workers"], totals: Pick<RenewalReport, "traffic" | "cutRequests">): RenewalReport {
    const { kind, from, to, files } = this.#options;
    const { end } = this;
    const outcome = end?.outcome ?? "completed";
    // If it was undone, the dismissed workers were the new ones.
    const drainedAt = outcome === "completed" || outcome === "failed" ? this.drainedAt : undefined;
    return {
      kind,
      outcome,
      from,
      to,
      startedAt: shownTime(this.startedAt),
      durationMs: (this.endedAt ?? steadyNow()) - this.startedAt,
      ...(end !== undefined && { reason: end.reason }),
      ...(files !== undefined && { cause: "watch" as const, files: [...files] }),
      ...(end?.failure?.location !== undefined && { location: end.failure.location }),
      ...(end?.failure !== undefined && { stderr: [...end.failure.stderr] }),
      ...(this.readyAt !== undefined && { readyMs: this.readyAt - this.startedAt }),
      ...(drainedAt !== undefined && { drainedMs: drainedAt - this.startedAt }),
      ...totals,
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...(this.#lost.size > 0 && { lostAddresses: [...this.#lost] }),
      ...(this.unserved > 0 && { unserved: this.unserved }),
      ...(this.stoppedFirst && { stoppedFirst: true }),
      workers,
      killed: this.killed,
    };
  }
}

/** Of a Unix socket whose file was put back. */
export function removedNote(path: string): string {
  return `A worker removed ${path}, on which others listen; clients were refused until it had been put back.`;
}
