import assert from "node:assert/strict";
import type { FromWorkerBody } from "../../../src/shared/workerMessages.ts";
import { createGuard } from "../../../src/worker/guard.ts";

describe("guard", () => {
  const sent: FromWorkerBody[] = [];
  const channel = { connected: true, send: (body: FromWorkerBody) => sent.push(body), listen: () => undefined };

  beforeEach(() => {
    sent.splice(0);
  });

  it("passes arguments on", () => {
    const seen: unknown[] = [];
    createGuard(channel)("it", (a: number, b: string) => seen.push(a, b))(1, "two");
    assert.deepEqual([seen, sent], [[1, "two"], []]);
  });

  it("keeps a fault to itself and tells the supervisor what failed", () => {
    const guard = createGuard(channel);
    guard("drain", () => {
      throw new TypeError("boom");
    })();
    guard("drain", () => {
      throw "a string";
    })();
    const [first, second] = sent;
    assert(first?.type === "trouble" && second?.type === "trouble");
    assert.match(first.message, /^drain: TypeError: boom\n {4}at /);
    assert.equal(second.message, "drain: a string");
  });

  it("does not flood the supervisor with a fault that comes again and again", () => {
    const run = createGuard(channel)("request", () => {
      throw new Error("again");
    });
    for (let turn = 0; turn < 10_000; turn += 1) {
      run();
    }
    assert.equal(sent.length, 20);
  });
});
