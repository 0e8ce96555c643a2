/** A worker that refused a connection is asked again after 1 ms, 2, 4, 8 and at most this. */
const longestMs = 16;

/**
 * Pauses for workers that refuse connections, because a server has as many as it may (`maxConnections`). `node:cluster`
 * sends them around in a circle as fast as it can instead.
 */
export class Rests<Who> {
  readonly #rests = new Map<Who, { ms: number; timer: NodeJS.Timeout | undefined }>();
  readonly #over: (who: Who) => void;

  /** @param over Called when a rest has ended. */
  constructor(over: (who: Who) => void) {
    this.#over = over;
  }

  /** Whether any member rests now. */
  has(who: Who): boolean {
    return this.#rests.get(who)?.timer !== undefined;
  }

  /** Begins a rest, longer than the last if nothing was taken since. */
  begin(who: Who): void {
    const rest = this.#rests.get(who) ?? { ms: 0.5, timer: undefined };
    rest.ms = Math.min(longestMs, rest.ms * 2);
    clearTimeout(rest.timer);
    rest.timer = setTimeout(() => {
      rest.timer = undefined;
      this.#over(who);
    }, rest.ms);
    this.#rests.set(who, rest);
  }

  /** It took one. */
  delete(who: Who): void {
    clearTimeout(this.#rests.get(who)?.timer);
    this.#rests.delete(who);
  }
}
