import assert from "node:assert/strict";
import { mock } from "node:test";
import { createReplacementPolicy } from "../../../../src/supervisor/health/replacementPolicy.ts";

describe("replacementPolicy", () => {
  let now = 0;

  beforeEach(() => {
    now = 0;
    mock.method(performance, "now", () => now);
  });
  afterEach(() => mock.reset());

  it("lets each further replacement in a slot wait twice as long, up to five minutes", () => {
    const policy = createReplacementPolicy();
    const pauses: number[] = [];
    for (let id = 1; pauses.length < 10; id += 1) {
      const { now: admitted, pauseMs } = policy.admit({ id, slot: 1, readyMs: 1_000 });
      assert.equal(admitted, true);
      assert.equal(policy.admit({ id, slot: 1, readyMs: 1_000 }).now, false);
      pauses.push(pauseMs / 1_000);
      now += pauseMs;
    }
    assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it("tries the same worker again when its replacement failed, and knows slots apart", () => {
    const policy = createReplacementPolicy();
    const old = { id: 1, slot: 1, readyMs: 600_000 };
    assert.equal(policy.admit(old).now, true);
    assert.equal(policy.admit({ ...old, id: 2, slot: 2 }).now, true);
    assert.deepEqual(policy.admit(old), { now: false, pauseMs: 2_000 });
    now += 2_000;
    assert.deepEqual(policy.admit(old), { now: true, pauseMs: 4_000 });
  });

  it("begins anew after a worker that was well for a minute", () => {
    const policy = createReplacementPolicy();
    policy.admit({ id: 1, slot: 1, readyMs: 1_000 });
    assert.deepEqual(policy.admit({ id: 2, slot: 1, readyMs: 61_000 }), { now: true, pauseMs: 2_000 });
  });
});
