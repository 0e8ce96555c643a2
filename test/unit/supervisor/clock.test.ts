import assert from "node:assert/strict";
import { mock } from "node:test";
import { shownTime, steadyNow } from "../../../src/supervisor/clock.ts";

const hour = 3_600_000;

describe("clock", () => {
  let ran = 0;
  let jumped = 0;

  beforeEach(() => {
    ran = 0;
    jumped = 0;
    const { timeOrigin } = performance;
    mock.method(performance, "now", () => ran);
    mock.method(Date, "now", () => Math.round(timeOrigin + ran + jumped));
  });

  afterEach(() => {
    jumped = 0;
    // What is kept of the last jump is corrected by the next look.
    shownTime(0);
    mock.reset();
    shownTime(0);
  });

  it("goes on by itself, however the wall clock is set", () => {
    const before = steadyNow();
    jumped = -6 * hour;
    ran += 1_000;
    assert.equal(steadyNow() - before, 1_000);
  });

  for (const [what, jump] of [
    ["a sleep of eight hours", 8 * hour],
    ["a clock set back by a year", -8_760 * hour],
  ] as const) {
    it(`shows how long ago something was rightly after ${what}`, () => {
      const startedAt = steadyNow();
      ran += 5_000;
      jumped = jump;
      assert.equal(Date.now() - shownTime(startedAt), 5_000);
      ran += 1_000;
      assert.equal(Date.now() - shownTime(startedAt), 6_000);
    });
  }

  it("does not let shown times tremble with a clock that is only disciplined", () => {
    const startedAt = steadyNow();
    const shown = shownTime(startedAt);
    for (const drift of [-400, 300, 900, -1]) {
      jumped = drift;
      assert.equal(shownTime(startedAt), shown);
    }
  });
});
