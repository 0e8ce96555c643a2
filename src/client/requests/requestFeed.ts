import type { RequestsReading, WatchedRequest, WorkerRequests } from "../../shared/layers/watchedRequests.ts";
import type { SupervisorClient } from "../connection/supervisorClient.ts";

/** Milliseconds for which an ended request is remembered. */
const keepMs = 300_000;
const mostKept = 1_000;

/** A request, and the worker that answers it or did. */
export interface SeenRequest extends WatchedRequest, Pick<WorkerRequests, "worker" | "slot" | "generation"> {}

export interface RequestFeedOptions {
  /** Only this worker. */
  readonly worker?: number;
  /** Ended requests are told if they took longer than this, in milliseconds, or failed; default 500. */
  readonly slowMs?: number;
}

/** What is new since the last look. */
export interface RequestLook {
  readonly ended: readonly SeenRequest[];
  /** Slow or failed requests that came too fast to be told one by one. */
  readonly skipped: number;
}

/** Reads, again and again, what an app's workers are answering. They watch as long as this is asked within 5 s. */
export class RequestFeed {
  readonly #client: Pick<SupervisorClient, "request">;
  readonly #options: RequestFeedOptions;
  #after: Record<string, number> = {};
  #ended: SeenRequest[] = [];
  #reading: RequestsReading = { workers: [], silent: [] };

  constructor(client: Pick<SupervisorClient, "request">, options: RequestFeedOptions = {}) {
    this.#client = client;
    this.#options = options;
  }

  /** The requests in flight, those that take longest first; at most 200 of each worker. */
  get inFlight(): readonly SeenRequest[] {
    const all = this.#reading.workers.flatMap((worker) => seen(worker, worker.inFlight));
    return all.sort((a, b) => b.ms - a.ms);
  }

  /** How many there are in all. */
  get inFlightCount(): number {
    return this.#reading.workers.reduce((sum, { inFlightCount }) => sum + inFlightCount, 0);
  }

  /** Slow and failed ones of the last five minutes, in the order of their ends; at most 1,000. */
  get ended(): readonly SeenRequest[] {
    return this.#ended;
  }

  /** Workers that did not answer the last time. */
  get silent(): readonly number[] {
    return this.#reading.silent;
  }

  /** @throws HitlessError as `SupervisorClient.request` does. */
  async look(signal?: AbortSignal): Promise<RequestLook> {
    const { worker, slowMs } = this.#options;
    const reading = await this.#client.request(
      "requests/read",
      { after: this.#after, ...(worker === undefined ? {} : { worker }), ...(slowMs === undefined ? {} : { slowMs }) },
      signal === undefined ? {} : { signal },
    );
    this.#reading = reading;
    const fresh = reading.workers.flatMap((one) => seen(one, one.ended)).sort((a, b) => endOf(a) - endOf(b));
    for (const { worker: id, cursor } of reading.workers) {
      this.#after[id] = cursor;
    }
    const oldest = Date.now() - keepMs;
    this.#ended = [...this.#ended, ...fresh].filter((one) => endOf(one) > oldest).slice(-mostKept);
    return { ended: fresh, skipped: reading.workers.reduce((sum, { skipped }) => sum + skipped, 0) };
  }
}

function seen(worker: WorkerRequests, requests: readonly WatchedRequest[]): SeenRequest[] {
  const { slot, generation } = worker;
  return requests.map((request) => ({ ...request, worker: worker.worker, slot, generation }));
}

function endOf({ startedAt, ms }: WatchedRequest): number {
  return startedAt + ms;
}
