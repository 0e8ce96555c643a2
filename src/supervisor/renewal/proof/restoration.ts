import type { Failure } from "../../../shared/failure.ts";
import type { Slot } from "../../slots/slot.ts";

/**
 * The slots of a renewal with `stopFirst` whose old workers were ended and whose new ones have not taken over. If it fails the old
 * ones are started again, by the one that fills empty slots; what they are started from may be what has failed.
 */
export class Restoration {
  readonly #slots: ReadonlyMap<number, Slot>;
  /** By slot, its last failure before. */
  readonly #due = new Map<number, Failure | undefined>();

  constructor(slots: ReadonlyMap<number, Slot>) {
    this.#slots = slots;
  }

  /** Whether it is known what has become of all. */
  get isOver(): boolean {
    return this.#due.size === 0;
  }

  /** The old worker of this slot is about to be ended. */
  emptied({ index, lastFailure }: Slot): void {
    this.#due.set(index, lastFailure);
  }

  /** Its new worker serves in its place. */
  tookOver(index: number): void {
    this.#due.delete(index);
  }

  /** Looks what has become of those that are started again. Returns why the first one that failed did. */
  look(): Failure | undefined {
    let failure: Failure | undefined;
    for (const [index, before] of this.#due) {
      const slot = this.#slots.get(index);
      if (slot === undefined || slot.current?.state === "ready") {
        this.#due.delete(index);
      } else if (slot.current === undefined) {
        const { lastFailure, givenUp, finished } = slot;
        if (lastFailure !== undefined && (lastFailure !== before || givenUp || finished !== undefined)) {
          this.#due.delete(index);
          failure ??= lastFailure;
        }
      }
    }
    return failure;
  }
}
