import type { RequestInFlight } from "../../shared/drainView.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Acceptor } from "../accept/acceptor.ts";
import { steadyNow } from "../clock.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { HandoffBroker } from "./handoffBroker.ts";

/** Workers are asked for their count at the end; one that does not answer within this time is left out. */
const countDeadlineMs = 250;

/** So long, in milliseconds, a report waits for connections that no new worker has taken yet. */
const transitDeadlineMs = 5_000;

/**
 * So much later, in milliseconds, a client may learn that the worker at the other end of its connection is gone: the news is on
 * its way, and a request that it sends meanwhile is lost.
 */
const noticedWithinMs = 1_000;

export interface TrafficTotals {
  readonly traffic: NonNullable<RenewalReport["traffic"]>;
  readonly cutRequests: NonNullable<RenewalReport["cutRequests"]>;
}

export interface TrafficMeterParts {
  readonly workers: () => Iterable<WorkerHandle>;
  readonly broker: Pick<HandoffBroker, "counts" | "arrivals">;
  /** Accepts connections, some of which get no answer; `unansweredAt` is when the last one was closed, on the clock of `now`. */
  readonly acceptor: Pick<Acceptor, "unanswered" | "unansweredAt" | "strandedAfter">;
  /** Milliseconds; default: those of the steady clock. */
  readonly now?: () => number;
}

/** Counts what the clients have of a renewal: requests answered and cut, connections handed over, closed and cut. */
export class TrafficMeter {
  readonly #workers: () => Iterable<WorkerHandle>;
  readonly #broker: Pick<HandoffBroker, "counts" | "arrivals">;
  readonly #acceptor: TrafficMeterParts["acceptor"];
  readonly #now: () => number;
  #counting = false;
  #totals = emptyTotals();
  #brokerAtStart: HandoffBroker["counts"];
  #unansweredAtStart = 0;
  /** When a worker last ended with what it was answering, on the clock of `now`. */
  #lostAt = Number.NEGATIVE_INFINITY;
  readonly #asked = new Set<WorkerHandle>();
  #allAnswered: (() => void) | undefined;

  constructor(parts: TrafficMeterParts) {
    const { workers, broker, acceptor, now = steadyNow } = parts;
    this.#workers = workers;
    this.#broker = broker;
    this.#acceptor = acceptor;
    this.#now = now;
    this.#brokerAtStart = { ...broker.counts };
  }

  begin(): void {
    this.#counting = true;
    this.#totals = emptyTotals();
    this.#brokerAtStart = { ...this.#broker.counts };
    this.#broker.counts.longestStallMs = 0;
    this.#unansweredAtStart = this.#acceptor.unanswered;
    const lostAt = Math.max(this.#lostAt, this.#acceptor.unansweredAt);
    this.#totals.traffic.afterLoss = this.#now() - lostAt < noticedWithinMs;
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
    const lost = lossOf(worker);
    if (lost.crashed + lost.silent + lost.requests + lost.cut > 0) {
      this.#lostAt = this.#now();
    }
    if (this.#counting) {
      const { traffic, cutRequests } = this.#totals;
      traffic.crashed = (traffic.crashed ?? 0) + lost.crashed;
      traffic.silent = (traffic.silent ?? 0) + lost.silent;
      traffic.cut += lost.cut;
      traffic.opaque = (traffic.opaque ?? 0) + lost.opaque;
      traffic.failed += lost.requests;
      traffic.served += lost.served;
      traffic.closed += lost.closed;
      cutRequests.push(
        ...lost.inFlight.map((request) => ({
          worker: worker.id,
          slot: worker.slot,
          generation: worker.generation,
          ...request,
        })),
      );
    }
  }

  /** Waits for what is under way, asks the workers that live for their counts, and ends. */
  async end(): Promise<TrafficTotals> {
    const arrivals = Promise.all([
      this.#broker.arrivals(transitDeadlineMs),
      this.#acceptor.strandedAfter(transitDeadlineMs),
    ]);
    for (const worker of this.#workers()) {
      // One that has died, and of whose output not all has been read, will be told of in a moment.
      if (worker.send({ type: "count", on: false }) || !worker.connected) {
        this.#asked.add(worker);
      }
    }
    if (this.#asked.size > 0) {
      await new Promise<void>((resolve) => {
        // What came while the event loop was busy is read first.
        const deadline = setTimeout(() => setImmediate(resolve), countDeadlineMs);
        this.#allAnswered = () => {
          clearTimeout(deadline);
          resolve();
        };
      });
    }
    const [handed, stranded] = await arrivals;
    const { traffic } = this.#totals;
    for (const worker of this.#asked) {
      if (!worker.connected) {
        traffic.crashed = (traffic.crashed ?? 0) + lossOf(worker).crashed;
      }
    }
    this.#asked.clear();
    this.#allAnswered = undefined;
    this.#counting = false;
    const { handedOver, closed, cut, longestStallMs } = this.#broker.counts;
    traffic.handedOver = handedOver - this.#brokerAtStart.handedOver;
    traffic.closed += closed - this.#brokerAtStart.closed;
    traffic.inTransit = handed + stranded;
    traffic.longestStallMs = longestStallMs;
    traffic.cut += cut - this.#brokerAtStart.cut + this.#acceptor.unanswered - this.#unansweredAtStart;
    return this.#totals;
  }

  /** Its count is not waited for any more. */
  #forget(worker: WorkerHandle): void {
    if (this.#asked.delete(worker) && this.#asked.size === 0) {
      this.#allAnswered?.();
    }
  }
}

/** What clients lost, or may have lost, with a worker that has ended. */
interface Loss {
  /** 1 if it died by itself: what it was answering is not known. */
  readonly crashed: number;
  /** 1 if it had to go and has told nothing. */
  readonly silent: number;
  /** Requests that it still had, and connections that carried none of them. */
  readonly requests: number;
  readonly cut: number;
  /** Of those connections, such of which nothing but their bytes is known. */
  readonly opaque: number;
  readonly inFlight: readonly RequestInFlight[];
  /** What it had answered and closed since counting began. */
  readonly served: number;
  readonly closed: number;
}

function lossOf(worker: WorkerHandle): Loss {
  const { drain, dismissed, wasReachable, handedOver } = worker;
  const none = { crashed: 0, silent: 0, cut: 0, opaque: 0, requests: 0, inFlight: [], served: 0, closed: 0 };
  if (!wasReachable) {
    // What it has is of our own making: a readiness check, or its own requests to itself.
    return none;
  }
  if (!dismissed) {
    return { ...none, crashed: 1 };
  }
  if (drain === undefined) {
    return { ...none, silent: 1 };
  }
  const { served, closed, connections, carriers, requests, inFlight, kinds } = drain;
  const open = Math.max(0, connections - (handedOver - drain.handedOver));
  const cut = Math.max(0, open - carriers);
  const lost = open > 0 && { cut, opaque: Math.min(cut, kinds.raw), requests, inFlight };
  return { ...none, served, closed, ...lost };
}

function emptyTotals(): TrafficTotals {
  return {
    traffic: {
      served: 0,
      failed: 0,
      handedOver: 0,
      closed: 0,
      cut: 0,
      opaque: 0,
      longestStallMs: 0,
      crashed: 0,
      silent: 0,
      afterLoss: false,
    },
    cutRequests: [],
  };
}
