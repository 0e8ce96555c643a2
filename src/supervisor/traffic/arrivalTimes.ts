/** Arrivals that take less, in milliseconds, are alike: no client notices. */
const unnoticedMs = 5;

/** A worker that has not confirmed for so many milliseconds may hang: no more are sent there than to others. */
const mostWaitMs = 10;

/** A worker that was slow is taken for half as slow after so many milliseconds in which nothing has told otherwise. */
const halfLifeMs = 250;

/** How much the last arrival counts against those before it. */
const weight = 0.25;

/**
 * How long connections take to arrive at each worker, which tells how busy its event loop is: it confirms between two turns. So a
 * busy worker is given fewer than one that is free, and as many as the others once it is free again.
 */
export class ArrivalTimes {
  readonly #now: () => number;
  /** By worker: the average in milliseconds, and when it was last told. */
  readonly #averages = new Map<number, { ms: number; at: number }>();

  /** @param now Milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A connection has arrived there, so many milliseconds after it was sent. */
  arrived(worker: number, ms: number): void {
    const before = this.#average(worker);
    this.#averages.set(worker, { ms: before + (ms - before) * weight, at: this.#now() });
  }

  forget(worker: number): void {
    this.#averages.delete(worker);
  }

  /**
   * Whether what is sent there arrives before a client would notice.
   * @param waitsMs How long the oldest connection that is under way to it has been so, in milliseconds; 0 for none.
   */
  isFast(worker: number, waitsMs: number): boolean {
    return this.#average(worker) < unnoticedMs && waitsMs < mostWaitMs;
  }

  /** Of those that have room, the one where one more will have arrived first; of equal ones the first. */
  soonest<Target extends { readonly id: number }>(
    targets: readonly Target[],
    underWay: (id: number) => number,
  ): Target | undefined {
    let best: { readonly target: Target; readonly ms: number } | undefined;
    for (const target of targets) {
      const ms = (underWay(target.id) + 1) * Math.max(unnoticedMs, this.#average(target.id));
      best = best === undefined || ms < best.ms ? { target, ms } : best;
    }
    return best?.target;
  }

  #average(worker: number): number {
    const average = this.#averages.get(worker);
    return average === undefined ? 0 : average.ms * 0.5 ** ((this.#now() - average.at) / halfLifeMs);
  }
}
