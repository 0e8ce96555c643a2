import type { ToWorkerBody, WorkerMetrics } from "../../../shared/workerMessages.ts";

/** A worker, as far as it is asked for metrics. */
interface Asked {
  readonly id: number;
  send(body: ToWorkerBody): boolean;
}

/** Asks workers for their metrics, each with a deadline. */
export class MetricsQuestions {
  readonly #waiting = new Map<string, (answer: WorkerMetrics | undefined) => void>();
  #last = 0;

  /** Resolves with `undefined` if the worker can't be reached, ends, or does not answer in time. */
  async ask(worker: Asked, deadlineMs: number): Promise<WorkerMetrics | undefined> {
    this.#last += 1;
    const id = this.#last;
    const key = `${worker.id} ${id}`;
    const answer = new Promise<WorkerMetrics | undefined>((resolve) => this.#waiting.set(key, resolve));
    const timer = setTimeout(() => this.#settle(key, undefined), deadlineMs);
    if (!worker.send({ type: "metrics", id })) {
      this.#settle(key, undefined);
    }
    const told = await answer;
    clearTimeout(timer);
    return told;
  }

  answered(worker: number, id: number, answer: WorkerMetrics): void {
    this.#settle(`${worker} ${id}`, answer);
  }

  workerGone(worker: number): void {
    for (const key of this.#waiting.keys()) {
      if (key.startsWith(`${worker} `)) {
        this.#settle(key, undefined);
      }
    }
  }

  #settle(key: string, answer: WorkerMetrics | undefined): void {
    const resolve = this.#waiting.get(key);
    this.#waiting.delete(key);
    resolve?.(answer);
  }
}
