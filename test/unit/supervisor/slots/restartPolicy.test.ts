import assert from "node:assert/strict";
import { createRestartPolicy } from "../../../../src/supervisor/slots/restartPolicy.ts";

describe("restartPolicy", () => {
  let time = 0;
  const now = () => time;
  const limits =
    (maxRestarts: number, workers = 2, restartDelay = 100) =>
    () => ({ maxRestarts, restartDelay, minUptime: 30_000, workers });
  const delays = (decisions: readonly { readonly kind: string; readonly delayMs?: number }[]) =>
    decisions.map((decision) => decision.delayMs ?? decision.kind);

  beforeEach(() => {
    time = 1_000;
  });

  it("doubles the delay from 100 ms to 15 s", () => {
    const policy = createRestartPolicy(limits(100), now);
    const seen = Array.from({ length: 10 }, () => policy.decide(1, 0));
    assert.deepEqual(delays(seen), [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
  });

  it("doubles a delay that was set, to 15 s; a longer one stays, and none stays none", () => {
    const delaysOf = (restartDelay: number) => {
      const policy = createRestartPolicy(limits(100, 2, restartDelay), now);
      return delays([0, 0, 0, 30_000].map((upMs) => policy.decide(1, upMs)));
    };
    assert.deepEqual(delaysOf(5_000), [5_000, 10_000, 15_000, 5_000]);
    assert.deepEqual(delaysOf(60_000), [60_000, 60_000, 60_000, 60_000]);
    assert.deepEqual(delaysOf(2 ** 31 - 1), Array(4).fill(2 ** 31 - 1));
    assert.deepEqual(delaysOf(0), [0, 0, 0, 0]);
  });

  it("keeps delays of slots apart", () => {
    const policy = createRestartPolicy(limits(100), now);
    policy.decide(1, 0);
    policy.decide(1, 0);
    assert.deepEqual(delays([policy.decide(2, 0), policy.decide(1, 0)]), [100, 400]);
  });

  it("begins again after 30 s up, and not a millisecond before", () => {
    const policy = createRestartPolicy(limits(100), now);
    policy.decide(1, 0);
    policy.decide(1, 0);
    assert.deepEqual(
      delays([policy.decide(1, 29_999), policy.decide(1, 30_000), policy.decide(1, 0)]),
      [400, 100, 200],
    );
  });

  it("starts each of many workers again when all die together, and gives up when they do so again", () => {
    const policy = createRestartPolicy(limits(3, 5), now);
    const slots = [1, 2, 3, 4, 5];
    assert.deepEqual(
      delays(slots.map((slot) => policy.decide(slot, 0))),
      slots.map(() => 100),
    );
    assert.deepEqual(delays([policy.decide(1, 0)]), ["giveUp"]);
  });

  it("never starts a worker again with a budget of 0, and follows a limit that changes", () => {
    let maxRestarts = 0;
    const policy = createRestartPolicy(() => limits(maxRestarts, 64)(), now);
    assert.deepEqual(delays([policy.decide(1, 60_000)]), ["giveUp"]);
    maxRestarts = 1;
    assert.deepEqual(delays([policy.decide(1, 60_000)]), [100]);
  });

  it("begins anew after minUptime, whatever it is, and not for a worker that never was ready", () => {
    let minUptime = 2_000;
    const policy = createRestartPolicy(() => ({ ...limits(100)(), minUptime }), now);
    assert.deepEqual(delays([1_999, 1_999, 2_000].map((up) => policy.decide(1, up))), [100, 200, 100]);
    minUptime = 0;
    assert.deepEqual(delays([1, 0, 0, 1].map((up) => policy.decide(2, up))), [100, 200, 400, 100]);
  });

  it("gives up when the budget of 60 s is used up, whichever slots used it", () => {
    const policy = createRestartPolicy(limits(3), now);
    assert.deepEqual(delays([1, 2, 3, 4].map((slot) => policy.decide(slot, 0))), [100, 100, 100, "giveUp"]);
  });

  it("lets restarts older than 60 s go", () => {
    const policy = createRestartPolicy(limits(3), now);
    for (const at of [0, 30_000, 59_999]) {
      time = at;
      assert.equal(policy.decide(1, 30_000).kind, "restart");
    }
    assert.equal(policy.decide(1, 30_000).kind, "giveUp");
    time = 60_000;
    assert.equal(policy.decide(1, 30_000).kind, "restart");
    assert.equal(policy.decide(1, 30_000).kind, "giveUp");
  });

  it("gives up on a slot that fails so often in a row, however slowly", () => {
    const policy = createRestartPolicy(limits(3), now);
    for (let turn = 0; turn < 3; turn += 1) {
      time += 100_000;
      assert.equal(policy.decide(1, 29_000).kind, "restart");
    }
    time += 100_000;
    assert.equal(policy.decide(1, 29_000).kind, "giveUp");
    assert.equal(policy.decide(2, 0).kind, "restart");
  });

  it("never restarts with a budget of 0", () => {
    assert.equal(createRestartPolicy(limits(0), now).decide(1, 1e9).kind, "giveUp");
  });

  it("forgets everything when a person asks", () => {
    const policy = createRestartPolicy(limits(1), now);
    policy.decide(1, 0);
    assert.equal(policy.decide(1, 0).kind, "giveUp");
    policy.reset();
    assert.deepEqual(delays([policy.decide(1, 0)]), [100]);
  });
});
