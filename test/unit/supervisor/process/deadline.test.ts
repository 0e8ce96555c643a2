import assert from "node:assert/strict";
import { mock } from "node:test";
import { Deadline } from "../../../../src/supervisor/process/deadline.ts";

describe("a deadline", () => {
  let now = 0;
  let over: string[] = [];
  let held = false;
  let deadline: Deadline;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    mock.method(performance, "now", () => now);
    now = 0;
    over = [];
    held = false;
    deadline = new Deadline((act) => {
      if (!held) {
        act();
      }
    });
  });

  afterEach(() => mock.reset());

  function pass(ms: number): void {
    now += ms;
    mock.timers.tick(ms);
  }

  it("is over when its time is, once, and not when it was stopped or started anew", () => {
    deadline.start(1_000, () => over.push("first"));
    pass(900);
    deadline.start(1_000, () => over.push("second"));
    pass(900);
    assert.deepEqual(over, []);
    pass(100);
    assert.deepEqual(over, ["second"]);
    deadline.start(1_000, () => over.push("third"));
    deadline.stop();
    pass(5_000);
    assert.deepEqual(over, ["second"]);
  });

  it("stands still while the process is held, from the moment at which that began", () => {
    deadline.start(1_000, () => over.push("over"));
    pass(600);
    deadline.hold(Math.round(performance.timeOrigin) + 400);
    pass(60_000);
    deadline.release();
    pass(599);
    assert.deepEqual(over, []);
    pass(1);
    assert.deepEqual(over, ["over"]);
  });

  it("asks before it is over, and has what was left when the process goes on", () => {
    deadline.start(1_000, () => over.push("over"));
    held = true;
    pass(1_000);
    deadline.hold(Math.round(performance.timeOrigin) + 700);
    pass(60_000);
    held = false;
    assert.deepEqual(over, []);
    deadline.release();
    pass(299);
    assert.deepEqual(over, []);
    pass(1);
    assert.deepEqual(over, ["over"]);
  });

  it("begins to count when the process goes on if it is started meanwhile", () => {
    deadline.hold(Math.round(performance.timeOrigin));
    pass(500);
    deadline.start(1_000, () => over.push("over"));
    pass(10_000);
    deadline.release();
    pass(999);
    assert.deepEqual(over, []);
    pass(1);
    assert.deepEqual(over, ["over"]);
  });
});
