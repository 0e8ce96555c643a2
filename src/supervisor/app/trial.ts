import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Failure } from "../../shared/failure.ts";
import type { InheritedSocket } from "../accept/acceptPool.ts";
import type { SlotTable } from "../slots/slotTable.ts";

/** Milliseconds for which all workers must have been ready at once: a probe for a free port listens for a moment. */
const provenMs = 100;

export interface TrialOptions {
  /** The handles at which the supervisor before this one accepts, by the keys of the addresses. */
  readonly sockets: ReadonlyMap<string, InheritedSocket>;
  readonly estate: { readonly generation: number; readonly desiredWorkers: number };
}

/** While another supervisor serves the app: whether the workers of this one could. It ends with the first that fails. */
export class Trial {
  readonly sockets: ReadonlyMap<string, InheritedSocket>;
  readonly estate: TrialOptions["estate"];
  /** Called once: all workers are ready, or one is not. */
  onDidEnd: (failure: Failure | undefined) => void = () => undefined;
  #isOn = true;
  #isTold = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ sockets, estate }: TrialOptions) {
    this.sockets = sockets;
    this.estate = estate;
  }

  /** Whether this supervisor does not serve yet. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Looks after every event whether it is decided. */
  look(table: SlotTable, desired: number, { minReady }: Pick<LaunchRecipe, "minReady">): void {
    if (!this.#isOn || this.#isTold) {
      return;
    }
    const ended = [...table.slots.values()].find(({ finished }) => finished !== undefined)?.finished;
    if (ended !== undefined) {
      this.fail(ended);
    } else if (table.serving().length < desired) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setTimeout(() => this.#tell(undefined), Math.max(provenMs, minReady));
    }
  }

  /** A worker has failed. */
  fail(failure: Failure): void {
    this.#tell(failure);
  }

  /** This supervisor serves. */
  end(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  #tell(failure: Failure | undefined): void {
    clearTimeout(this.#timer);
    if (!this.#isTold) {
      this.#isTold = true;
      this.onDidEnd(failure);
    }
  }
}
