import assert from "node:assert/strict";
import { mock } from "node:test";
import { createVitals, type Health, watchHealth } from "../../../src/supervisor/health.ts";
import type { WorkerHandle } from "../../../src/supervisor/workerHandle.ts";

const mebibyte = 1_048_576;
const sign = { memory: 50 * mebibyte, debugging: false, inspectable: true };

describe("watchHealth", () => {
  let now = 0;
  let heard: string[] = [];
  let health: Health;
  let worker: WorkerHandle;
  let beats = 0;
  let recipe = { unresponsiveAfter: 3_000, maxMemory: 100 };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    mock.method(performance, "now", () => now);
    now = 0;
    heard = [];
    beats = 0;
    recipe = { unresponsiveAfter: 3_000, maxMemory: 100 };
    worker = {
      readyAt: 1,
      connected: true,
      state: "ready",
      vitals: createVitals(),
      send: () => {
        beats += 1;
        return true;
      },
    } as unknown as WorkerHandle;
    health = watchHealth({
      recipe: () => recipe,
      workers: () => [worker],
      becameUnresponsive: () => heard.push("unresponsive"),
      becameResponsive: () => heard.push("responsive"),
      outgrew: (_worker, bytes) => heard.push(`outgrew ${bytes / mebibyte}`),
      turned: () => undefined,
    });
  });

  afterEach(() => mock.reset());

  /** Lets whole seconds pass, one heartbeat each. */
  function pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      now += 1_000;
      mock.timers.tick(1_000);
    }
  }

  it("calls a worker unresponsive once, when it owes an answer for too long, and says when it answers again", () => {
    pass(4);
    assert.deepEqual([beats, heard], [1, []]);
    pass(3);
    assert.deepEqual([beats, heard], [1, ["unresponsive"]]);
    health.beat(worker, sign);
    health.beat(worker, sign);
    assert.deepEqual(heard, ["unresponsive", "responsive"]);
    assert.equal(worker.vitals.responsive, true);
    pass(1);
    assert.equal(beats, 2);
  });

  it("asks one that answers at every turn, and finds nothing amiss", () => {
    for (let second = 0; second < 20; second += 1) {
      pass(1);
      health.beat(worker, sign);
    }
    assert.deepEqual([beats, heard], [20, []]);
  });

  it("concludes nothing from time in which this process itself was stopped or asleep", () => {
    pass(1);
    now += 3_600_000;
    mock.timers.tick(1_000);
    assert.deepEqual([beats, heard], [2, []]);
    pass(4);
    assert.deepEqual(heard, ["unresponsive"]);
  });

  it("concludes nothing while a debugger is attached", () => {
    pass(1);
    health.beat(worker, { ...sign, debugging: true });
    pass(20);
    assert.deepEqual(heard, []);
    health.beat(worker, sign);
    pass(5);
    assert.deepEqual(heard, ["unresponsive"]);
  });

  it("never calls it unresponsive with 0, and follows a recipe that changes", () => {
    recipe.unresponsiveAfter = 0;
    pass(60);
    assert.deepEqual(heard, []);
    recipe.unresponsiveAfter = 3_000;
    pass(1);
    assert.deepEqual(heard, ["unresponsive"]);
  });

  it("does not ask a worker that is not ready yet or can't be reached", () => {
    worker.readyAt = undefined;
    pass(10);
    Object.assign(worker, { readyAt: 1, connected: false });
    pass(10);
    assert.deepEqual([beats, heard], [0, []]);
  });

  it("says once that a worker uses more than maxMemory, and only of one that serves", () => {
    health.beat(worker, { ...sign, memory: 100 * mebibyte });
    Object.assign(worker, { state: "draining" });
    health.beat(worker, { ...sign, memory: 101 * mebibyte });
    assert.deepEqual(heard, []);
    Object.assign(worker, { state: "ready" });
    health.beat(worker, { ...sign, memory: 102 * mebibyte });
    health.beat(worker, { ...sign, memory: 103 * mebibyte });
    assert.deepEqual(heard, ["outgrew 102"]);
  });
});
