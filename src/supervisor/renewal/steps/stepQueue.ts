import type { Slot } from "../../slots/slot.ts";
import type { RenewalOptions } from "../renewalOptions.ts";

/** Which slots a renewal comes to next: a step at a time, of the first step one before the others if it has a canary. */
export class StepQueue {
  readonly #slots: ReadonlyMap<number, Slot>;
  readonly #options: RenewalOptions;
  /** Slots not yet started. */
  #pending: number[];
  #canary: number | undefined;
  /** Slots of the step that wait for the canary. */
  #behindCanary: number[] = [];

  constructor(slots: ReadonlyMap<number, Slot>, options: RenewalOptions) {
    this.#slots = slots;
    this.#options = options;
    this.#pending = [...options.slots];
  }

  /** Of the step that may have one, the slot that goes before the others. */
  get canary(): number | undefined {
    return this.#canary;
  }

  /** How many slots have not been started. */
  get length(): number {
    return this.#behindCanary.length + this.#pending.length;
  }

  get hasBehindCanary(): boolean {
    return this.#behindCanary.length > 0;
  }

  has(index: number): boolean {
    return this.#pending.includes(index);
  }

  /** All at once, as a restart has it. */
  takeAll(): number[] {
    return this.#pending.splice(0);
  }

  takeBehindCanary(): number[] {
    return this.#behindCanary.splice(0);
  }

  /**
   * The slots of the next step, without those closed meanwhile, and at the end those opened meanwhile.
   * @param isFirst Whether nothing has been renewed yet.
   */
  takeStep(isFirst: boolean): number[] {
    const { surge, canary, single, stopFirst } = this.#options;
    this.#pending = this.#pending.filter((index) => this.#slots.has(index));
    if (this.#pending.length === 0 && !single) {
      // Slots opened meanwhile, because the app was scaled.
      this.#pending = [...this.#slots.values()].filter((slot) => this.#isBehind(slot)).map(({ index }) => index);
    }
    if (stopFirst) {
      // A slot whose worker is down is renewed before one whose worker alone serves is ended.
      this.#pending.sort((one, other) => this.#servesIn(one) - this.#servesIn(other));
    }
    const step = this.#pending.splice(0, surge);
    if (canary && isFirst) {
      this.#canary = step[0];
      this.#behindCanary = step.splice(1);
    }
    return step;
  }

  #servesIn(index: number): number {
    return this.#slots.get(index)?.current?.state === "ready" ? 1 : 0;
  }

  #isBehind(slot: Slot): boolean {
    return this.#options.kind !== "restart" && slot.generation !== this.#options.to;
  }
}
