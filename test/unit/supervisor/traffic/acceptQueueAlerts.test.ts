import assert from "node:assert/strict";
import { createEventLog } from "../../../../src/supervisor/logs/eventLog.ts";
import { watchAcceptQueueAlerts } from "../../../../src/supervisor/traffic/acceptQueueAlerts.ts";

describe("watchAcceptQueueAlerts", () => {
  const queue = { waiting: 0, refused: 0, left: () => undefined, isAbandoned: () => false };
  let codes: string[] = [];
  let watch: ReturnType<typeof watchAcceptQueueAlerts>;

  beforeEach(() => {
    Object.assign(queue, { waiting: 0, refused: 0 });
    codes = [];
    const events = createEventLog();
    events.onDidLog(({ code, message }) => codes.push(`${code}: ${/\d+/.exec(message)?.[0]}`));
    watch = watchAcceptQueueAlerts(() => queue, events);
  });

  const look = (waiting: number, refused = queue.refused): boolean => {
    Object.assign(queue, { waiting, refused });
    return watch.look();
  };

  it("warns once of many, and again after there were none", () => {
    assert.deepEqual([look(99), look(100), look(300), look(50), look(200)], [true, true, true, true, true]);
    assert.deepEqual(codes, ["waiting: 100"]);
    assert.deepEqual([look(0), look(0), look(101)], [true, false, true]);
    assert.deepEqual(codes, ["waiting: 100", "waiting: 101"]);
  });

  it("says when it begins to refuse, and how many it were when it is over", () => {
    for (const refused of [1, 2, 3]) {
      queue.refused = refused;
      watch.refused(10);
    }
    assert.deepEqual(codes, ["refusing: 10"]);
    assert.equal(look(10), true);
    queue.refused = 4;
    watch.refused(10);
    assert.equal(look(10), true);
    assert.equal(look(10), false);
    assert.deepEqual(codes, ["refusing: 10", "refused: 4"]);
    queue.refused = 5;
    watch.refused(7);
    look(7);
    look(7);
    assert.deepEqual(codes.slice(2), ["refusing: 7", "refused: 1"]);
  });
});
