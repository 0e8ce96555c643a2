import assert from "node:assert/strict";
import { mock } from "node:test";
import { createWorkerFigures } from "../../../src/extension/apps/workerFigures.ts";
import { steadyFigures } from "../../../src/extension/views/steadyFigures.ts";
import { sampleSnapshot } from "../client/samples.ts";
import { sampleView } from "./fixtures.ts";

describe("the figures of workers", () => {
  const key = sampleView().key;

  function source() {
    const asked: number[] = [];
    const request = async (_name: string, { worker }: { worker: number }) => {
      asked.push(worker);
      if (worker === 2) {
        throw new Error("blocked");
      }
      return { api: { requestsPerSecond: 3 }, uv: { utilisation: 0.5 }, os: { cpuUser: 0.1, cpuSystem: 0.05, rss: 9 } };
    };
    const sessions = [{ key, view: sampleView({ snapshot: sampleSnapshot() }), client: { request } }];
    return { asked, sessions: sessions as unknown as Parameters<typeof createWorkerFigures>[0]["sessions"] };
  }

  /** Resolves with the next round of answers. */
  function round(watch: ReturnType<typeof createWorkerFigures>): Promise<void> {
    return new Promise((resolve) => {
      const listening = watch.onDidChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }

  afterEach(() => mock.timers.reset());

  it("are asked for while somebody looks, of each worker, and shown from the second answer on", async () => {
    const { asked, sessions } = source();
    mock.timers.enable({ apis: ["setInterval"] });
    const watch = createWorkerFigures({ sessions });
    assert.deepEqual(asked, []);
    watch.setVisible(true);
    await round(watch);
    assert.deepEqual(asked, [1, 2]);
    assert.equal(watch.of(key, 1), undefined, "the first is over the life of the process");
    const second = round(watch);
    mock.timers.tick(2_000);
    await second;
    assert.deepEqual(watch.of(key, 1), { cpu: 0.15000000000000002, memory: 9, requestsPerSecond: 3, busy: 0.5 });
    assert.equal(watch.of(key, 2), undefined, "one that does not answer has none");
    watch.setVisible(false);
    mock.timers.tick(60_000);
    assert.deepEqual(asked, [1, 2, 1, 2], "nobody is asked while hidden");
    watch.dispose();
  });

  it("tremble in no row: what has hardly changed is shown as it was", () => {
    const shown = { cpu: 0.1, memory: 100_000_000, requestsPerSecond: 20 };
    const near = { cpu: 0.11, memory: 101_000_000, requestsPerSecond: 21 };
    assert.equal(steadyFigures(shown, near), shown);
    for (const change of [{ cpu: 0.2 }, { memory: 120_000_000 }, { requestsPerSecond: 30 }, { requestsPerSecond: 0 }]) {
      assert.deepEqual(steadyFigures(shown, { ...near, ...change }), { ...near, ...change });
    }
    assert.equal(steadyFigures(shown, undefined), undefined);
    assert.equal(steadyFigures(undefined, near), near);
  });
});
