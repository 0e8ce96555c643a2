import assert from "node:assert/strict";
import { resolve } from "node:path";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { createGuard } from "../../../../src/worker/guard.ts";
import { watchFatalErrors } from "../../../../src/worker/process/fatalErrors.ts";

describe("watchFatalErrors", () => {
  const sent: FromWorkerBody[] = [];
  const channel = { connected: true, send: (body: FromWorkerBody) => sent.push(body), listen: () => undefined };
  const ours: Record<string, (error?: unknown) => void> = {};

  beforeEach(() => {
    const events = ["uncaughtExceptionMonitor", "exit"];
    const before = events.map((event) => process.rawListeners(event));
    watchFatalErrors(channel, createGuard(channel));
    for (const [index, event] of events.entries()) {
      const added = process.rawListeners(event).find((listener) => before[index]?.includes(listener) === false);
      ours[event] = added as (error?: unknown) => void;
    }
  });

  afterEach(() => {
    for (const [event, listener] of Object.entries(ours)) {
      process.off(event, listener);
    }
  });

  /** What the supervisor is told of something that was thrown. */
  function told(thrown: unknown): FromWorkerBody {
    sent.splice(0);
    ours.uncaughtExceptionMonitor?.(thrown);
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
      stack: "",
      address: null,
      port: 3000,
    });
    ours.exit?.();
    assert.deepEqual(sent[1], { ...sent[0], stack: error.stack });
  });

  it("tells the whole path of a Unix socket, which the app may name from its folder", () => {
    const error = Object.assign(new Error("bind EADDRINUSE app.sock"), { code: "EADDRINUSE", port: -1 });
    const paths = ["app.sock", "/run/app.sock", "\0name"].map((address) => told(Object.assign(error, { address })));
    const isUnix = process.platform !== "win32";
    assert.deepEqual(
      paths.map((message) => message.type === "fatal" && message.address),
      [isUnix ? resolve("app.sock") : "app.sock", "/run/app.sock", "\0name"],
    );
  });

  it("leaves it to the app how the stack of an error is written that it catches", () => {
    let read = 0;
    const error = Object.defineProperty(new Error("caught"), "stack", {
      get: () => {
        read += 1;
        return "as the app writes it";
      },
    });
    told(error);
    assert.equal(read, 0);
    ours.exit?.();
    const [, atExit] = sent;
    assert(atExit?.type === "fatal");
    assert.equal(atExit.stack, "as the app writes it");
    // What is thrown by somebody who listens to the exit has no later moment.
    const late = told(error);
    assert(late.type === "fatal");
    assert.equal(late.stack, "as the app writes it");
  });

  it("tells by what calls the app ends the process, if nothing was thrown and its code is not 0", () => {
    sent.splice(0);
    ours.exit?.(0);
    assert.equal(sent.length, 0);
    const end = { process: { exit: () => ours.exit?.(1) } };
    const limit = Error.stackTraceLimit;
    (function config() {
      Object.defineProperty(end.process.exit, "name", { value: "process.exit" });
      end.process.exit();
    })();
    const message = sent.at(-1);
    assert(message?.type === "exits");
    assert.match(message.stack, /^ {4}at config /);
    assert.equal(Error.stackTraceLimit, limit);
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
    told(new Error("x".repeat(1_000_000)));
    ours.exit?.();
    const [, message] = sent;
    assert(message?.type === "fatal");
    assert.deepEqual([message.message.length, message.stack.length], [2_000, 8_000]);
  });
});
