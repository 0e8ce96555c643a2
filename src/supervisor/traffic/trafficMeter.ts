import type { RenewalReport } from "../../shared/report.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import type { HandoffBroker } from "./handoffBroker.ts";

/** Workers are asked for their count at the end; one that does not answer within this time is left out. */
const countDeadlineMs = 250;

export interface TrafficTotals {
  readonly traffic: NonNullable<RenewalReport["traffic"]>;
  readonly cutRequests: NonNullable<RenewalReport["cutRequests"]>;
}

/** Counts what the clients have of a renewal: requests answered and cut, connections handed over, closed and cut. */
export interface TrafficMeter {
  begin(): void;
  /** A worker that starts while it counts, counts too. */
  workerStarted(worker: WorkerHandle): void;
  workerCounted(worker: WorkerHandle, served: number): void;
  workerExited(worker: WorkerHandle): void;
  /** Asks the workers that live for their counts, and ends. */
  end(): Promise<TrafficTotals>;
}

export function createTrafficMeter(workers: () => Iterable<WorkerHandle>, broker: HandoffBroker): TrafficMeter {
  let counting = false;
  let totals = emptyTotals();
  let brokerAtStart = { ...broker.counts };
  const asked = new Set<WorkerHandle>();
  let answered: (() => void) | undefined;

  return {
    begin() {
      counting = true;
      totals = emptyTotals();
      brokerAtStart = { ...broker.counts };
      broker.counts.longestStallMs = 0;
      for (const worker of workers()) {
        worker.send({ type: "count", on: true });
      }
    },
    workerStarted(worker) {
      if (counting) {
        worker.send({ type: "count", on: true });
      }
    },
    workerCounted(worker, served) {
      if (asked.delete(worker)) {
        totals.traffic.served += served;
        if (asked.size === 0) {
          answered?.();
        }
      }
    },
    workerExited(worker) {
      if (asked.delete(worker) && asked.size === 0) {
        answered?.();
      }
      const { drain } = worker;
      if (counting && !worker.dismissed && worker.readyAt !== undefined) {
        totals.traffic.crashed = (totals.traffic.crashed ?? 0) + 1;
      }
      if (!counting) {
        return;
      }
      if (drain === undefined) {
        totals.traffic.silent = (totals.traffic.silent ?? 0) + (worker.dismissed && served(worker) ? 1 : 0);
        return;
      }
      totals.traffic.served += drain.served;
      totals.traffic.closed += drain.closed;
      const left = Math.max(0, drain.connections - (worker.handedOver - drain.handedOver));
      if (left > 0) {
        totals.traffic.cut += left;
        totals.traffic.failed += drain.requests;
        totals.cutRequests.push(...drain.inFlight.map((request) => ({ worker: worker.id, ...request })));
      }
    },
    async end() {
      for (const worker of workers()) {
        if (worker.send({ type: "count", on: false })) {
          asked.add(worker);
        }
      }
      if (asked.size > 0) {
        await new Promise<void>((resolve) => {
          const deadline = setTimeout(resolve, countDeadlineMs);
          answered = () => {
            clearTimeout(deadline);
            resolve();
          };
        });
      }
      asked.clear();
      answered = undefined;
      counting = false;
      const { handedOver, closed, longestStallMs } = broker.counts;
      totals.traffic.handedOver = handedOver - brokerAtStart.handedOver;
      totals.traffic.closed += closed - brokerAtStart.closed;
      totals.traffic.longestStallMs = longestStallMs;
      return totals;
    },
  };
}

/** Whether anybody could have reached it. */
function served({ readyAt, servers }: WorkerHandle): boolean {
  return readyAt !== undefined || servers.size > 0;
}

function emptyTotals(): TrafficTotals {
  return {
    traffic: { served: 0, failed: 0, handedOver: 0, closed: 0, cut: 0, longestStallMs: 0, crashed: 0, silent: 0 },
    cutRequests: [],
  };
}
