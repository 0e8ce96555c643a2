import { steadyNow } from "../clock.ts";

/** Keys are given to new workers for so many milliseconds; the next worker's own are those of the time after. */
const usedForMs = 12 * 60 * 60 * 1_000;

/** So many workers' own keys are remembered, to tell keys that an app has set from those that OpenSSL makes at random. */
const mostRemembered = 50;

/**
 * The keys of TLS session tickets that the servers of one address share, over workers and generations, so that a client resumes
 * its session wherever it comes to. Node sends those of each TLS server with the question where to listen, and takes those of
 * the answer (`_getServerData` and `_setServerData` in lib/internal/tls/wrap.js). They are in memory only.
 */
export class TicketKeys {
  #shared: unknown;
  #since: number;
  readonly #now: () => number;
  /** The app's own keys are the same in several workers; keys made at random never are. */
  #areTheApps = false;
  readonly #offers = new Map<string, number>();

  /** @param inherited What the supervisor before this one had its workers share. */
  constructor(inherited?: unknown, now = steadyNow) {
    this.#shared = inherited;
    this.#now = now;
    this.#since = now();
  }

  get shared(): unknown {
    return this.#shared;
  }

  /**
   * What a worker is to use.
   * @param offered Its own.
   * @param shares Whether the app wants them shared.
   */
  answer(worker: number, offered: unknown, shares: boolean): unknown {
    const keys = keysOf(offered);
    if (keys === undefined) {
      return this.#shared ?? offered;
    }
    const by = this.#offers.get(keys);
    this.#remember(keys, worker);
    if (!shares) {
      return offered;
    }
    const isRepeated = by !== undefined && by !== worker;
    const areOld = this.#now() - this.#since > usedForMs;
    if (keysOf(this.#shared) === undefined || isRepeated || this.#areTheApps || areOld) {
      this.#shared = offered;
      this.#since = this.#now();
    }
    // A build that sets none any more is found out by its second worker.
    this.#areTheApps = isRepeated;
    return this.#shared;
  }

  #remember(keys: string, worker: number): void {
    if (!this.#offers.has(keys)) {
      this.#offers.set(keys, worker);
    }
    const [oldest] = this.#offers.keys();
    if (this.#offers.size > mostRemembered && oldest !== undefined) {
      this.#offers.delete(oldest);
    }
  }
}

function keysOf(data: unknown): string | undefined {
  const keys: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "ticketKeys") : undefined;
  return typeof keys === "string" ? keys : undefined;
}
