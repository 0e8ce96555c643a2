import assert from "node:assert/strict";
import { handoffWindow } from "../../../../src/shared/workerMessages.ts";
import { createTransitWindow, type TransitWindow } from "../../../../src/worker/drain/transitWindow.ts";

describe("transitWindow", () => {
  let now = 0;
  let window: TransitWindow;
  let next = 1;

  beforeEach(() => {
    now = 0;
    next = 1;
    window = createTransitWindow(() => now);
  });

  /** Sends as many as may go; returns their ids. */
  function fill(): number[] {
    const ids: number[] = [];
    while (window.isOpen(0)) {
      window.sent(next);
      ids.push(next);
      next += 1;
    }
    return ids;
  }

  /** All that are under way arrive after so many milliseconds, in this many rounds. */
  function rounds(count: number, tookMs: number): number {
    let size = 0;
    for (let round = 0; round < count; round += 1) {
      const ids = fill();
      size = ids.length;
      now += tookMs;
      window.arrived(ids);
    }
    return size;
  }

  it("begins with two, and grows by about one with each window that arrives at once, to the whole", () => {
    const sizes = Array.from({ length: 20 }, () => rounds(1, 1));
    assert.equal(sizes[0], 2);
    assert(sizes.every((size, round) => round === 0 || size - (sizes[round - 1] ?? 0) <= 1));
    assert.equal(sizes.at(-1), handoffWindow);
  });

  it("shrinks to two while connections take long, and grows again", () => {
    rounds(20, 1);
    assert.equal(rounds(10, 30), 2);
    assert.equal(rounds(20, 1), handoffWindow);
  });

  it("lets more be kept back than may go only while they arrive fast", () => {
    assert.deepEqual([window.mayKeepBack(1), window.mayKeepBack(2)], [true, false]);
    rounds(20, 1);
    assert.deepEqual([window.mayKeepBack(63), window.mayKeepBack(64)], [true, false]);
    const ids = fill();
    assert.deepEqual([window.mayKeepBack(47), window.mayKeepBack(48)], [true, false]);
    now += 30;
    window.arrived(ids);
    assert.deepEqual([window.mayKeepBack(1), window.mayKeepBack(2)], [true, false]);
  });

  it("counts those that are kept back to go", () => {
    assert.equal(window.isOpen(1), true);
    assert.equal(window.isOpen(2), false);
    window.sent(1);
    assert.equal(window.isOpen(0), true);
    assert.equal(window.isOpen(1), false);
  });

  it("passes over one that hangs also while the window grows", () => {
    rounds(1, 1);
    fill();
    now += 1_000;
    assert.equal(fill().length, 1);
  });

  it("lets one more a second go while nothing arrives, and takes no notice when the late ones do", () => {
    fill();
    now = 999;
    assert.equal(window.isOpen(0), false);
    now = 1_000;
    assert.equal(fill().length, 1);
    assert.equal(window.isOpen(0), false);
    now = 1_999;
    assert.equal(window.isOpen(0), false);
    now = 2_000;
    assert.equal(fill().length, 1);
    window.arrived([1, 2, 99]);
    assert.equal(window.isOpen(0), false);
    now = 3_500;
    window.arrived([3, 4]);
    assert.equal(fill().length, 2);
  });
});
