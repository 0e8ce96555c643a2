import assert from "node:assert/strict";
import type { CollectedSample } from "../../../../src/shared/layers/collected.ts";
import { nativeInLoop } from "../../../../src/supervisor/layers/sample/loopTime.ts";

const frames = [
  { name: "(idle)", url: "", line: 0, column: 0 },
  { name: "handle", url: "file:///srv/app.js", line: 1, column: 1 },
];

/** Milliseconds of a sample in which so many were idle and busy, and so many the thread's CPU time. */
function loopMs(
  idleMs: number,
  busyMs: number,
  thread: CollectedSample["thread"],
  tls: CollectedSample["tls"] = "none",
  loopIdleMs?: number,
  processMs?: number,
) {
  const nodes = [
    { frame: 0, parent: -1, selfUs: idleMs * 1_000 },
    { frame: 1, parent: -1, selfUs: busyMs * 1_000 },
  ];
  const told = {
    ...(loopIdleMs === undefined ? {} : { loopIdleMs }),
    ...(processMs === undefined ? {} : { processMs }),
  };
  const found = nativeInLoop({ frames, nodes, ...(thread === undefined ? {} : { thread }), ...told, tls });
  return found === undefined ? undefined : [Math.round(found.us / 1_000), found.owner.id];
}

describe("the native work of the event loop", () => {
  it("is what the thread used of the CPU beyond what the profile shows as busy", () => {
    assert.deepEqual(loopMs(800, 200, { usedMs: 600 }), [390, "loop"]);
    assert.deepEqual(loopMs(100, 0, { usedMs: 100 }), [99, "loop"]);
  });

  it("is no more than what was idle beyond what the event loop waited, where Node.js tells that", () => {
    assert.deepEqual(loopMs(800, 200, { usedMs: 600 }, "none", 500), [300, "loop"]);
    assert.equal(loopMs(800, 200, { usedMs: 900 }, "none", 795), undefined);
  });

  it("is none in a thread that only waits, of which the profiler's signals have ended each waiting", () => {
    assert.equal(loopMs(1_000, 0, { usedMs: 20, waitedMs: 400, interruptedMs: 1 }, "none", 270), undefined);
    assert.deepEqual(loopMs(800, 200, { usedMs: 300 }, "none", 200), [90, "loop"]);
  });

  it("is not told from idle time in a thread that was kept from the CPU for far longer than it had it", () => {
    // Uploads over TLS beside many other processes.
    const starved = { usedMs: 31, waitedMs: 530, interruptedMs: 500 };
    assert.deepEqual(loopMs(392, 418, starved, "all", 34), [358, "idleOrLoop"]);
    assert.equal(loopMs(392, 418, starved, "all", 390), undefined);
    assert.deepEqual(loopMs(800, 200, { usedMs: 300, waitedMs: 60, interruptedMs: 50 }), [139, "loop"]);
  });

  it("is never more than what was idle", () => {
    assert.deepEqual(loopMs(100, 100, { usedMs: 900 }), [100, "loop"]);
  });

  it("is not told from idle time where the CPU time of the thread is unknown: the loop may have waited for a CPU", () => {
    // Node.js 20 on Windows: a busy loop, whose thread had no CPU for a third of the time.
    assert.deepEqual(loopMs(330, 670, undefined, "none", 0), [330, "idleOrLoop"]);
    assert.deepEqual(loopMs(800, 200, undefined, "all", 500), [300, "idleOrLoop"]);
    assert.equal(loopMs(1_000, 0, undefined, "none", 990), undefined);
    // Node.js 20 on macOS, where the profiler ends each waiting.
    assert.deepEqual(loopMs(800, 200, undefined, "all", undefined, 650), [400, "idleOrLoop"]);
    assert.equal(loopMs(1_000, 0, undefined, "none", undefined, 60), undefined);
    assert.deepEqual(loopMs(800, 200, undefined, "none", 700, 1_000), [100, "idleOrLoop"]);
  });

  it("is none where there is no more than the ticks cost, or where nothing is known", () => {
    assert.equal(loopMs(1_000, 0, { usedMs: 25 }), undefined);
    assert.equal(loopMs(500, 500, { usedMs: 400, waitedMs: 300 }), undefined);
    assert.equal(loopMs(800, 200, undefined), undefined);
    assert.equal(nativeInLoop({ frames: [], nodes: [], thread: { usedMs: 0 } }), undefined);
  });

  it("is told apart from waiting for a CPU that others have, by how often the thread was interrupted", () => {
    // On the CPU for half the time in which it could run.
    assert.deepEqual(loopMs(600, 400, { usedMs: 400, waitedMs: 500, interruptedMs: 400 }), [386, "loop"]);
    // Waits before each turn of a thread that mostly sleeps are none of its busy time.
    assert.equal(loopMs(980, 20, { usedMs: 30, waitedMs: 500, interruptedMs: 1 }), undefined);
  });

  it("is OpenSSL's where all servers speak TLS", () => {
    assert.deepEqual(loopMs(800, 200, { usedMs: 600 }, "all"), [390, "loop/openssl"]);
    assert.deepEqual(loopMs(800, 200, { usedMs: 600 }, "some"), [390, "loop"]);
  });
});
