import type { Slot } from "../../slots/slot.ts";
import type { RenewalOptions } from "../renewalOptions.ts";
import { booting } from "./bootBudget.ts";

/**
 * Which slots a renewal comes to next: a step at a time, of the first step one before the others if it has a canary, and of each
 * step no more at the same moment than the machine has room for.
 */
export class StepQueue {
  readonly #slots: ReadonlyMap<number, Slot>;
  readonly #options: RenewalOptions;
  /** Slots not yet started. */
  #pending: number[];
  #canary: number | undefined;
  /** Slots of the step that wait for the canary. */
  #behindCanary: number[] = [];
  /** Slots of the step that start as soon as the machine has room. */
  #due: number[] = [];

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
    return this.#due.length + this.#behindCanary.length + this.#pending.length;
  }

  /** Whether slots of the step have not been started. */
  get hasUnstarted(): boolean {
    return this.#due.length + this.#behindCanary.length > 0;
  }

  has(index: number): boolean {
    return this.#pending.includes(index);
  }

  /** All at once, as a restart has it. */
  takeAll(): number[] {
    return this.#pending.splice(0);
  }

  /** The others of the step may start. */
  freeBehindCanary(): void {
    this.#due.push(...this.#behindCanary.splice(0));
  }

  /** These slots of the step may start. */
  free(slots: readonly number[]): void {
    this.#due.push(...slots);
  }

  /**
   * Slots that start now.
   * @param started Those of the step that have been started.
   * @param wakeAfter Called when others may start after this many milliseconds, whatever else happens.
   */
  takeDue(started: readonly Slot[], wakeAfter: (ms: number) => void): number[] {
    this.#due = this.#due.filter((index) => this.#slots.has(index));
    const { count, ms } = booting(started, this.#options.kind);
    const taken = this.#due.splice(0, Math.max(0, this.#options.boots - count));
    if (this.#due.length > 0) {
      wakeAfter(ms);
    }
    return taken;
  }

  /**
   * The slots of the next step, without those closed meanwhile, and at the end those opened meanwhile.
   * @param isFirst Whether nothing has been renewed yet.
   */
  takeStep(isFirst: boolean): number[] {
    const { surge, canary, single, stopFirst } = this.#options;
    // Of a step whose started slots have all been closed.
    this.#pending.unshift(...this.#due.splice(0));
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
