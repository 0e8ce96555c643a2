import { HitlessError } from "../../shared/errors.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { DebugStart } from "../process/workerForker.ts";
import { describeWorker } from "../worker/describeExit.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** A launcher that debugs the app from its first line says so within this time after the start, in milliseconds. */
const expectedMs = 10_000;

/** What one client debugs. */
export interface DebugWish {
  /** Only the worker of this slot, and those that follow it there; absent: all. */
  readonly slot?: number;
  /** New workers stop at the app's first line. */
  readonly stopOnEntry: boolean;
}

export interface DebugSessionsOptions {
  readonly events: EventLog;
  readonly workers: () => Iterable<WorkerHandle>;
}

/**
 * Which clients debug which workers. The inspector of a worker is open, on a random port of this machine, while somebody debugs
 * it, and closed when the last one has left; workers that start meanwhile wait for a debugger before the app's first line.
 */
export class DebugSessions {
  readonly #options: DebugSessionsOptions;
  readonly #wishes = new Map<AbortSignal, DebugWish>();
  /** The app was launched by a client that is still to say that it debugs. */
  #expected: DebugWish | undefined;

  constructor(options: DebugSessionsOptions) {
    this.#options = options;
  }

  /** Until the launcher has connected, workers wait for its debugger as if it had begun. */
  expect(wish: DebugWish): void {
    this.#expected = wish;
    setTimeout(() => this.#expectNoMore(), expectedMs).unref();
  }

  /** How a worker that is about to start in this slot does so. */
  startOf(slot: number): DebugStart {
    const wishes = this.#wishesFor(slot);
    if (wishes.length === 0) {
      return "no";
    }
    return wishes.some(({ stopOnEntry }) => stopOnEntry) ? "break" : "wait";
  }

  /**
   * Opens the inspectors of the workers that the client is to debug, until `end` or until the client has gone.
   * @returns what could not be opened, with the reason.
   */
  async begin(client: AbortSignal, wish: DebugWish): Promise<{ readonly worker: number; readonly reason: string }[]> {
    if (client.aborted) {
      throw new HitlessError("connectionLost", "The client that wants to debug is gone.");
    }
    if (!this.#wishes.has(client)) {
      client.addEventListener("abort", () => this.end(client), { once: true });
    }
    this.#wishes.set(client, wish);
    this.#expected = undefined;
    const opened = [...this.#options.workers()]
      .filter(({ slot, dead }) => !dead && this.#wishesFor(slot).length > 0)
      .map(async (worker) => {
        try {
          await worker.debugging.begin();
          return [];
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          this.#tell(worker, `can't be debugged: ${reason}`);
          return [{ worker: worker.id, reason }];
        }
      });
    return (await Promise.all(opened)).flat();
  }

  /** The client debugs no more: what nobody else debugs has its inspector closed, and goes on if it waits for a debugger. */
  end(client: AbortSignal): void {
    if (this.#wishes.delete(client)) {
      this.#closeUnwanted();
    }
  }

  #expectNoMore(): void {
    if (this.#expected !== undefined) {
      this.#expected = undefined;
      this.#closeUnwanted();
    }
  }

  #closeUnwanted(): void {
    for (const worker of this.#options.workers()) {
      if (this.#wishesFor(worker.slot).length === 0) {
        worker.debugging.end();
      }
    }
  }

  #wishesFor(slot: number): DebugWish[] {
    const all = this.#expected === undefined ? [...this.#wishes.values()] : [this.#expected, ...this.#wishes.values()];
    return all.filter((wish) => wish.slot === undefined || wish.slot === slot);
  }

  #tell(worker: WorkerHandle, what: string): void {
    this.#options.events.log("warning", "noInspector", `${describeWorker(worker)} ${what}`, worker.id);
  }
}
