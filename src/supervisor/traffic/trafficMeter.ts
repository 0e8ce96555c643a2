import type { RenewalReport } from "../../shared/report.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { HandoffBroker } from "./handoffBroker.ts";

/** Workers are asked for their count at the end; one that does not answer within this time is left out. */
const countDeadlineMs = 250;

/** So long, in milliseconds, a report waits for connections that a new worker has not taken yet. */
const transitDeadlineMs = 5_000;

export interface TrafficTotals {
  readonly traffic: NonNullable<RenewalReport["traffic"]>;
  readonly cutRequests: NonNullable<RenewalReport["cutRequests"]>;
}

/** Counts what the clients have of a renewal: requests answered and cut, connections handed over, closed and cut. */
export class TrafficMeter {
  readonly #workers: () => Iterable<WorkerHandle>;
  readonly #broker: Pick<HandoffBroker, "counts" | "arrivals">;
  readonly #acceptor: { readonly unanswered: number };
  #counting = false;
  #totals = emptyTotals();
  #brokerAtStart: HandoffBroker["counts"];
  #unansweredAtStart = 0;
  readonly #asked = new Set<WorkerHandle>();
  #allAnswered: (() => void) | undefined;

  constructor(parts: {
    readonly workers: () => Iterable<WorkerHandle>;
    readonly broker: Pick<HandoffBroker, "counts" | "arrivals">;
    /** Accepts connections, some of which may get no answer. */
    readonly acceptor: { readonly unanswered: number };
  }) {
    const { workers, broker, acceptor } = parts;
    this.#workers = workers;
    this.#broker = broker;
    this.#acceptor = acceptor;
    this.#brokerAtStart = { ...broker.counts };
  }

  begin(): void {
    this.#counting = true;
    this.#totals = emptyTotals();
    this.#brokerAtStart = { ...this.#broker.counts };
    this.#broker.counts.longestStallMs = 0;
    this.#unansweredAtStart = this.#acceptor.unanswered;
    for (const worker of this.#workers()) {
      worker.send({ type: "count", on: true });
    }
  }

  /** A worker that starts while it counts, counts too. */
  workerStarted(worker: WorkerHandle): void {
    if (this.#counting) {
      worker.send({ type: "count", on: true });
    }
  }

  workerCounted(worker: WorkerHandle, served: number): void {
    if (this.#asked.has(worker)) {
      this.#totals.traffic.served += served;
      this.#forget(worker);
    }
  }

  workerExited(worker: WorkerHandle): void {
    this.#forget(worker);
    const { drain, dismissed, readyAt, wasReachable } = worker;
    // What a worker has that no client could reach is of our own making: a readiness check, or its own requests to itself.
    if (!this.#counting || !wasReachable) {
      return;
    }
    const { traffic, cutRequests } = this.#totals;
    if (!dismissed && readyAt !== undefined) {
      traffic.crashed = (traffic.crashed ?? 0) + 1;
    }
    if (drain === undefined) {
      traffic.silent = (traffic.silent ?? 0) + (dismissed ? 1 : 0);
      return;
    }
    traffic.served += drain.served;
    traffic.closed += drain.closed;
    const left = Math.max(0, drain.connections - (worker.handedOver - drain.handedOver));
    if (left > 0) {
      traffic.cut += left;
      traffic.failed += drain.requests;
      cutRequests.push(...drain.inFlight.map((request) => ({ worker: worker.id, ...request })));
    }
  }

  /** Waits for what is under way, asks the workers that live for their counts, and ends. */
  async end(): Promise<TrafficTotals> {
    const arrivals = this.#broker.arrivals(transitDeadlineMs);
    for (const worker of this.#workers()) {
      if (worker.send({ type: "count", on: false })) {
        this.#asked.add(worker);
      }
    }
    if (this.#asked.size > 0) {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, countDeadlineMs);
        this.#allAnswered = () => {
          clearTimeout(deadline);
          resolve();
        };
      });
    }
    const inTransit = await arrivals;
    this.#asked.clear();
    this.#allAnswered = undefined;
    this.#counting = false;
    const { traffic } = this.#totals;
    const { handedOver, closed, longestStallMs } = this.#broker.counts;
    traffic.handedOver = handedOver - this.#brokerAtStart.handedOver;
    traffic.closed += closed - this.#brokerAtStart.closed;
    traffic.inTransit = inTransit;
    traffic.longestStallMs = longestStallMs;
    traffic.cut += this.#acceptor.unanswered - this.#unansweredAtStart;
    return this.#totals;
  }

  /** Its count is not waited for any more. */
  #forget(worker: WorkerHandle): void {
    if (this.#asked.delete(worker) && this.#asked.size === 0) {
      this.#allAnswered?.();
    }
  }
}

function emptyTotals(): TrafficTotals {
  return {
    traffic: { served: 0, failed: 0, handedOver: 0, closed: 0, cut: 0, longestStallMs: 0, crashed: 0, silent: 0 },
    cutRequests: [],
  };
}
