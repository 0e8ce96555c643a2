import assert from "node:assert/strict";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { createGuard } from "../../../../src/worker/guard.ts";
import { watchFatalErrors } from "../../../../src/worker/process/fatalErrors.ts";

describe("watchFatalErrors", () => {
  const sent: FromWorkerBody[] = [];
  const channel = { connected: true, send: (body: FromWorkerBody) => sent.push(body), listen: () => undefined };
  let ours: ((error: Error) => void) | undefined;

  before(() => {
    const before = process.listeners("uncaughtExceptionMonitor");
    watchFatalErrors(channel, createGuard(channel));
    ours = process.listeners("uncaughtExceptionMonitor").find((listener) => !before.includes(listener)) as typeof ours;
  });

  after(() => {
    assert(ours !== undefined);
    process.off("uncaughtExceptionMonitor", ours);
  });

  /** What the supervisor is told of something that was thrown. */
  function told(thrown: unknown): FromWorkerBody {
    sent.splice(0);
    ours?.(thrown as Error);
    const [message] = sent;
    assert(message !== undefined && sent.length === 1);
    return message;
  }

  it("tells what tells failures apart", () => {
    const error = Object.assign(new Error("bind EADDRINUSE null:3000"), {
      code: "EADDRINUSE",
      address: null,
      port: 3000,
    });
    assert.deepEqual(told(error), {
      type: "fatal",
      name: "Error",
      code: "EADDRINUSE",
      message: "bind EADDRINUSE null:3000",
      stack: error.stack,
      address: null,
      port: 3000,
    });
  });

  it("takes whatever was thrown", () => {
    for (const thrown of [undefined, null, 3, "text", Symbol("s"), {}, [], Object.create(null)]) {
      const message = told(thrown);
      // What can't be described is still told of, as trouble.
      assert(message.type === "fatal" || message.type === "trouble", String(message.type));
    }
    const hostile = {
      get message(): string {
        throw new Error("no");
      },
    };
    assert.equal(told(hostile).type, "trouble");
  });

  it("cuts what is too long for a message", () => {
    const message = told(new Error("x".repeat(1_000_000)));
    assert(message.type === "fatal");
    assert.deepEqual([message.message.length, message.stack.length], [2_000, 8_000]);
  });
});
