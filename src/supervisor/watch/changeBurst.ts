/** A burst that does not end is taken for one after this many milliseconds. */
const longestBurstMs = 10_000;

/** After this many milliseconds without a change, the next one is the first of another burst. */
const apartMs = 1_000;

/** A changed file, and when it was last told of, in epoch milliseconds. */
export type NotedChange = readonly [file: string, at: number];

export interface ChangeBurstOptions {
  /** Milliseconds without a change before they are acted on: for the first time in a burst, for the second … */
  quiet(): readonly number[];
  /** Whether more is known to come. */
  held(): Promise<boolean>;
  /** Acts on what has changed. Resolves with whether anything had. */
  act(noted: readonly NotedChange[]): Promise<boolean>;
}

/**
 * Gathers changes of files. The first of a burst are acted on soon; when more come, they are waited for a longer time, so that
 * a burst is acted on a few times at most, however many files it has.
 */
export class ChangeBurst {
  readonly #options: ChangeBurstOptions;
  #noted = new Map<string, number>();
  #firstAt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #acts = 0;
  #timer: NodeJS.Timeout | undefined;
  #acting = 0;

  constructor(options: ChangeBurstOptions) {
    this.#options = options;
  }

  /** Whether there are changes that have not been acted on. */
  get pending(): boolean {
    return this.#timer !== undefined || this.#acting > 0;
  }

  /** Milliseconds since the last change. */
  get quietFor(): number {
    return performance.now() - this.#lastAt;
  }

  note(file: string): void {
    const now = performance.now();
    if (!this.pending) {
      this.#firstAt = now;
      this.#acts = this.quietFor > apartMs ? 0 : this.#acts;
    }
    this.#lastAt = now;
    this.#noted.set(file, Date.now());
    this.#wait();
  }

  /** What has been noted is not to be acted on. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#noted.clear();
  }

  #wait(): void {
    const steps = this.#options.quiet();
    const step = steps[Math.min(this.#acts, steps.length - 1)] ?? 0;
    const left = Math.max(0, this.#firstAt + longestBurstMs - performance.now());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settle(), Math.min(step, left));
  }

  async #settle(): Promise<void> {
    this.#acting += 1;
    try {
      const isLate = performance.now() >= this.#firstAt + longestBurstMs;
      const timer = this.#timer;
      if (!isLate && (await this.#options.held())) {
        if (this.#timer === timer && timer !== undefined) {
          this.#wait();
        }
        return;
      }
      if (this.#timer !== timer || timer === undefined) {
        // Another change has come, or all were forgotten.
        return;
      }
      this.#timer = undefined;
      const noted = [...this.#noted];
      this.#noted.clear();
      if (await this.#options.act(noted)) {
        this.#acts += 1;
      }
    } finally {
      this.#acting -= 1;
    }
  }
}
