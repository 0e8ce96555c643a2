import { setTimeout as delay } from "node:timers/promises";
import type { RenewalReport } from "../../../shared/report.ts";
import type { Snapshot } from "../../../shared/snapshot.ts";
import type { WorkerMetrics } from "../../../shared/workerMessages.ts";
import type { WorkerHandle } from "../../worker/workerHandle.ts";
import { AppMetrics } from "./appMetrics.ts";
import { promText } from "./metricFamily.ts";
import { MetricsQuestions } from "./metricsQuestions.ts";
import { ownMetrics } from "./ownMetrics.ts";
import { RenewalTotals } from "./renewalTotals.ts";

/** Milliseconds for the workers to tell their metrics: Prometheus itself gives 10 s unless told otherwise. */
const scrapeDeadlineMs = 2_000;

/** Whoever asks without a pause is answered no more often than this, in milliseconds: the app's workers have other work. */
const leastPauseMs = 100;

/** A worker that is about to end has so long for its last answer, in milliseconds. */
const lastDeadlineMs = 500;

/** What it has to know of the app. */
export interface MetricsHost {
  /** Whether metrics can be asked for at all: without, no worker is asked for its last ones. */
  readonly isAsked: boolean;
  isReady(): boolean;
  snapshot(): Snapshot;
  workers(): Iterable<WorkerHandle>;
}

/** Answers `/metrics`: what Hitless knows, and the app's own metrics over all workers. */
export class Metrics {
  readonly #host: MetricsHost;
  readonly #questions = new MetricsQuestions();
  readonly #app = new AppMetrics();
  readonly #renewals = new RenewalTotals();
  /** What each worker has last told of its process. */
  readonly #told = new Map<number, WorkerMetrics>();
  #running: Promise<string> | undefined;
  #collectedAt = Number.NEGATIVE_INFINITY;
  #scrape = 0;
  #crashes = 0;

  constructor(host: MetricsHost) {
    this.#host = host;
  }

  /** In the text format of Prometheus. Whoever asks while others wait gets the same. */
  text(): Promise<string> {
    this.#running ??= this.#collectPaced().finally(() => {
      this.#running = undefined;
      this.#collectedAt = performance.now();
    });
    return this.#running;
  }

  async #collectPaced(): Promise<string> {
    const wait = this.#collectedAt + leastPauseMs - performance.now();
    if (wait > 0) {
      await delay(wait);
    }
    return this.#collect();
  }

  /** A worker has answered, perhaps too late: then it counts for the next scrape. */
  answered(worker: WorkerHandle, id: number, answer: WorkerMetrics): void {
    this.#told.set(worker.id, answer);
    this.#app.heard(worker.id, answer.metrics, this.#scrape);
    this.#questions.answered(worker.id, id, answer);
  }

  /** Asks a worker that has nothing left to do for what it has counted; calls back soon, whether it answers or not. */
  askLast(worker: WorkerHandle, done: () => void): void {
    if (this.#host.isAsked && worker.vitals.responsive) {
      void this.#questions.ask(worker, lastDeadlineMs).then(done);
    } else {
      done();
    }
  }

  /** @param crashed Whether nobody had asked it to end. */
  workerExited(worker: WorkerHandle, crashed: boolean): void {
    this.#crashes += crashed ? 1 : 0;
    this.#questions.workerGone(worker.id);
    this.#app.retire(worker.id);
    this.#told.delete(worker.id);
  }

  /** Workers that have crashed, ever. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Goes on counting where the supervisor before this one was. */
  adopt(crashes: number, reports: readonly RenewalReport[]): void {
    this.#crashes += crashes;
    for (const report of reports) {
      this.#renewals.add(report);
    }
  }

  renewed(report: RenewalReport): void {
    this.#renewals.add(report);
  }

  async #collect(): Promise<string> {
    this.#scrape += 1;
    const scrape = this.#scrape;
    // One that has not been ready yet may be in its boot for long, and one that hangs does not answer.
    const serving = [...this.#host.workers()].filter((worker) => worker.wasReady && worker.connected);
    const answers = await Promise.all(
      serving.map((worker) => (worker.vitals.responsive ? this.#questions.ask(worker, scrapeDeadlineMs) : undefined)),
    );
    const app = this.#app.families(scrape);
    const own = [
      ...ownMetrics({
        snapshot: this.#host.snapshot(),
        ready: this.#host.isReady(),
        crashes: this.#crashes,
        workers: [...this.#host.workers()].map((worker) => this.#figuresOf(worker)),
        missing: serving.filter((worker, index) => worker.connected && answers[index] === undefined).length,
        leftOut: answers.reduce((sum, answer) => sum + (answer?.leftOut ?? 0), this.#app.givenUp),
      }),
      ...this.#renewals.families(),
    ];
    const names = new Set(own.map(({ name }) => name));
    return promText([...own, ...app.filter(({ name }) => !names.has(name))]);
  }

  #figuresOf(worker: WorkerHandle): Parameters<typeof ownMetrics>[0]["workers"][number] {
    const { id, slot, generation, vitals } = worker;
    const { cpuSeconds, loopUtilization } = this.#told.get(id) ?? {};
    return { id, slot, generation, memory: vitals.memory, delayMs: vitals.delayMs, cpuSeconds, loopUtilization };
  }
}
