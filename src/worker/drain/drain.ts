import type { TrackedServer } from "../connections/servers.ts";
import { type DrainOrder, type DrainParts, RunningDrain } from "./runningDrain.ts";

/** The drain of this worker, which the supervisor orders once. */
export class Drain {
  readonly #parts: DrainParts;
  /** Node's own cluster module listens to messages too. */
  readonly #ownListeners = process.listenerCount("message");
  #running: RunningDrain | undefined;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  isDraining(): boolean {
    return this.#running !== undefined;
  }

  /** Begins; a second call changes nothing. */
  start(order: DrainOrder): void {
    const { guard, hold, parking } = this.#parts;
    guard("drain start", () => {
      if (this.#running === undefined) {
        hold.drainBegins();
        parking.confirm();
        this.#running = new RunningDrain(this.#parts, order, this.#ownListeners);
        this.#running.begin();
      }
    })();
  }

  /** A server of the app began to listen; during a drain it is drained with the others, its connections not moved. */
  serverListens(tracked: TrackedServer): void {
    this.#parts.guard("late server", () => this.#running?.serverListens(tracked))();
  }

  /** These of the connections that were sent have a new owner. */
  arrived(ids: readonly number[]): void {
    this.#parts.guard("handoff", () => this.#running?.arrived(ids))();
  }

  /** Idle connections that can't be handed over may stay `ms` milliseconds longer. */
  extend(ms: number): void {
    this.#running?.extend(ms);
  }
}
