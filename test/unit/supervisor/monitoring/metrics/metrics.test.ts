import assert from "node:assert/strict";
import type { ToWorkerBody, WorkerMetrics } from "../../../../../src/shared/workerMessages.ts";
import { Metrics } from "../../../../../src/supervisor/monitoring/metrics/metrics.ts";
import { Vitals } from "../../../../../src/supervisor/worker/vitals.ts";
import type { WorkerHandle } from "../../../../../src/supervisor/worker/workerHandle.ts";
import { sampleSnapshot } from "../../../client/samples.ts";

const told: WorkerMetrics = {
  cpuSeconds: 1.5,
  loopUtilization: 0.25,
  leftOut: 2,
  metrics: [{ name: "hits_total", help: "", type: "counter", aggregator: "sum", values: [{ labels: {}, value: 3 }] }],
};

describe("metrics", () => {
  let metrics: Metrics;
  let asked: number;
  let isAsked: boolean;
  /** What becomes of a question. */
  let answer: (worker: WorkerHandle, id: number) => boolean;
  let worker: WorkerHandle;

  beforeEach(() => {
    asked = 0;
    isAsked = true;
    answer = (from, id) => {
      setImmediate(() => metrics.answered(from, id, told));
      return true;
    };
    const fields: Partial<WorkerHandle> = {
      id: 1,
      slot: 1,
      generation: 4,
      vitals: new Vitals(),
      wasReady: true,
      connected: true,
      send: (body: ToWorkerBody) => {
        asked += 1;
        return body.type === "metrics" && answer(worker, body.id);
      },
    };
    worker = fields as WorkerHandle;
    metrics = new Metrics({
      get isAsked() {
        return isAsked;
      },
      isReady: () => true,
      snapshot: () => sampleSnapshot(),
      workers: () => [worker],
    });
  });

  it("tells what workers have told, by their place", async () => {
    const text = await metrics.text();
    assert.match(text, /^hits_total 3$/m);
    assert.match(text, /^hitless_worker_cpu_seconds_total\{worker="1",slot="1",generation="4"\} 1\.5$/m);
    assert.match(text, /^hitless_worker_event_loop_utilization\{.*\} 0\.25$/m);
    assert.match(text, /^hitless_scrape_metrics_left_out 2$/m);
    assert.match(text, /^hitless_scrape_workers_missing 0$/m);
  });

  it("asks the workers once for all that ask at the same time, and pauses before the next time", async () => {
    const begunAt = performance.now();
    const [one, two] = await Promise.all([metrics.text(), metrics.text()]);
    assert.equal(one, two);
    assert.equal(asked, 1);
    await metrics.text();
    assert.equal(asked, 2);
    assert.ok(performance.now() - begunAt >= 99);
  });

  it("counts a worker as missing that can't be asked, and one that ends before it answers", async () => {
    answer = () => false;
    assert.match(await metrics.text(), /^hitless_scrape_workers_missing 1$/m);
    answer = () => true;
    const text = metrics.text();
    while (asked < 2) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    metrics.workerExited(worker, true);
    assert.match(await text, /^hitless_worker_crashes_total 1$/m);
  });

  it("keeps an own name from being taken by a metric of the app", async () => {
    answer = (from, id) => {
      const [metric] = told.metrics;
      setImmediate(() =>
        metrics.answered(from, id, { ...told, metrics: metric ? [{ ...metric, name: "hitless_ready" }] : [] }),
      );
      return true;
    };
    assert.deepEqual((await metrics.text()).match(/^hitless_ready .*$/gm), ["hitless_ready 1"]);
  });

  it("asks a worker for its last figures before it is told to end, if anybody can ask for metrics", async () => {
    await new Promise<void>((resolve) => metrics.askLast(worker, resolve));
    assert.equal(asked, 1);
    isAsked = false;
    let done = false;
    metrics.askLast(worker, () => {
      done = true;
    });
    assert.deepEqual([done, asked], [true, 1]);
  });
});
