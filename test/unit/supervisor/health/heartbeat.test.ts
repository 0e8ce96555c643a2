import assert from "node:assert/strict";
import { mock } from "node:test";
import { Heartbeat } from "../../../../src/supervisor/health/heartbeat.ts";
import { Vitals } from "../../../../src/supervisor/worker/vitals.ts";
import type { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";

const mebibyte = 1_048_576;
const sign = { memory: 50 * mebibyte, inspectable: true };

describe("heartbeat", () => {
  let now = 0;
  let heard: string[] = [];
  let health: Heartbeat;
  let worker: WorkerHandle;
  let beats = 0;
  let held = false;
  let recipe = { unresponsiveAfter: 3_000 };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    mock.method(performance, "now", () => now);
    now = 0;
    heard = [];
    beats = 0;
    held = false;
    recipe = { unresponsiveAfter: 3_000 };
    worker = {
      readyAt: 1,
      connected: true,
      state: "ready",
      vitals: new Vitals(),
      debugging: { url: undefined, pause: undefined, look: () => Promise.resolve(held), answered: () => undefined },
      send: () => {
        beats += 1;
        return true;
      },
    } as unknown as WorkerHandle;
    health = new Heartbeat({
      recipe: () => recipe,
      workers: () => [worker],
      becameUnresponsive: () => heard.push("unresponsive"),
      becameResponsive: () => heard.push("responsive"),
      changed: () => undefined,
      turned: () => undefined,
    });
  });

  afterEach(() => mock.reset());

  /** Lets whole seconds pass, one heartbeat each. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      now += 1_000;
      mock.timers.tick(1_000);
      // Whether a debugger holds it is answered later.
      await new Promise(setImmediate);
    }
  }

  it("calls a worker unresponsive once, when it owes an answer for too long, and says when it answers again", async () => {
    await pass(4);
    assert.deepEqual([beats, heard], [1, []]);
    await pass(3);
    assert.deepEqual([beats, heard], [1, ["unresponsive"]]);
    health.answered(worker, sign);
    health.answered(worker, sign);
    assert.deepEqual(heard, ["unresponsive", "responsive"]);
    assert.equal(worker.vitals.responsive, true);
    await pass(1);
    assert.equal(beats, 2);
  });

  it("asks one that answers at every turn, and finds nothing amiss", async () => {
    for (let second = 0; second < 20; second += 1) {
      await pass(1);
      health.answered(worker, sign);
    }
    assert.deepEqual([beats, heard], [20, []]);
  });

  it("concludes nothing from time in which this process itself was stopped or asleep", async () => {
    await pass(1);
    now += 3_600_000;
    mock.timers.tick(1_000);
    assert.deepEqual([beats, heard], [2, []]);
    await pass(4);
    assert.deepEqual(heard, ["unresponsive"]);
  });

  it("concludes nothing while a debugger has stopped it, and begins anew when it goes on", async () => {
    held = true;
    await pass(20);
    assert.deepEqual(heard, []);
    held = false;
    await pass(8);
    assert.deepEqual(heard, ["unresponsive"]);
  });

  it("concludes nothing of one that has answered while it was asked about", async () => {
    await pass(4);
    now += 1_000;
    mock.timers.tick(1_000);
    health.answered(worker, sign);
    await new Promise(setImmediate);
    assert.deepEqual([heard, worker.vitals.responsive], [[], true]);
  });

  it("never calls it unresponsive with 0, and follows a recipe that changes", async () => {
    recipe.unresponsiveAfter = 0;
    await pass(60);
    assert.deepEqual(heard, []);
    recipe.unresponsiveAfter = 3_000;
    await pass(1);
    assert.deepEqual(heard, ["unresponsive"]);
  });

  it("does not ask a worker that is not ready yet or can't be reached", async () => {
    Object.assign(worker, { readyAt: undefined });
    await pass(10);
    Object.assign(worker, { readyAt: 1, connected: false });
    await pass(10);
    assert.deepEqual([beats, heard], [0, []]);
  });

  it("asks one that starts with an open inspector, and does not call it unresponsive however long it boots", async () => {
    Object.assign(worker, { readyAt: undefined });
    Object.assign(worker.debugging, { url: "ws://127.0.0.1:1/x" });
    await pass(20);
    assert.deepEqual([beats, heard], [1, []]);
  });
});
