import assert from "node:assert/strict";
import { AppCondition, type Headcount } from "../../../../src/supervisor/app/appCondition.ts";

const full: Headcount = { workers: 2, serving: 2, desired: 2, givenUp: false, done: 0, renewing: false };

describe("appCondition", () => {
  let condition: AppCondition;

  beforeEach(() => {
    condition = new AppCondition();
    condition.started(0);
  });

  it("is starting until all workers were ready at once, degraded when fewer are left", () => {
    const half = { ...full, serving: 1 };
    condition.workerReady(1, 2);
    assert.equal(condition.state(half), "starting");
    condition.workerReady(2, 2);
    assert.equal(condition.state(full), "running");
    assert.equal(condition.state(half), "degraded");
  });

  it("does not call an app degraded whose further workers boot", () => {
    condition.workerReady(2, 2);
    condition.scaled(2, 2, 3);
    assert.equal(condition.state({ ...full, desired: 3 }), "starting");
  });

  it("still calls it degraded when it is scaled while one is missing, or scaled down", () => {
    condition.workerReady(2, 2);
    condition.scaled(1, 2, 3);
    assert.equal(condition.state({ ...full, serving: 1, desired: 3 }), "degraded");
    condition.scaled(3, 3, 2);
    assert.equal(condition.state({ ...full, serving: 1 }), "degraded");
  });

  it("names a crash loop before a renewal, and a renewal before a lack of workers", () => {
    condition.workerReady(2, 2);
    assert.equal(condition.state({ ...full, givenUp: true, renewing: true }), "crash-looping");
    assert.equal(condition.state({ ...full, serving: 0, renewing: true }), "reloading");
  });

  it("stops as long as processes are left", () => {
    condition.running = false;
    assert.equal(condition.state(full), "stopping");
    assert.equal(condition.state({ ...full, workers: 0, serving: 0 }), "stopped");
  });

  it("forgets with the next start what the last came to", () => {
    condition.workerReady(2, 2);
    condition.failure = { code: "exited", message: "It ended.", exitCode: 1, signal: null, stderr: [] };
    condition.scriptEnded(true);
    assert.deepEqual([condition.running, condition.finished], [false, true]);
    condition.started(1);
    assert.deepEqual(
      [condition.running, condition.finished, condition.failure, condition.everReady],
      [true, false, undefined, true],
    );
    assert.equal(condition.state({ ...full, serving: 1 }), "starting");
  });
});
