/** An app whose requests take longer is told after this part of its `drainTimeout`, so that it has the rest for itself. */
const shareOfDrain = 1 / 3;

/** Nor is it told later than this, in milliseconds. */
const latestMs = 10_000;

/**
 * When the app of a draining worker is told `shutdown`: once, as soon as it has no connection any more that will be handed
 * over or closed after its answer, so that nothing that the app then does in its own way can harm one.
 */
export class ShutdownNotice {
  readonly #give: () => void;
  readonly #timer: NodeJS.Timeout;
  #over = false;

  /** @param drainTimeout Milliseconds that the drain may take in all. */
  constructor(drainTimeout: number, give: () => void) {
    this.#give = give;
    this.#timer = setTimeout(() => this.giveNow(), Math.min(drainTimeout * shareOfDrain, latestMs));
  }

  /** Whether it was given, or is too late. */
  get isOver(): boolean {
    return this.#over;
  }

  giveNow(): void {
    if (!this.#over) {
      this.cancel();
      this.#give();
    }
  }

  /** It is too late for it. */
  cancel(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
