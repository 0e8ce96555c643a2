import assert from "node:assert/strict";
import { primaryProtocolOf } from "../../../../../src/supervisor/worker/notices/primaryProtocols.ts";

describe("primaryProtocolOf", () => {
  for (const [library, message] of [
    ["log4js", { topic: "log4js:message", data: "{}" }],
    ["@socket.io/cluster-adapter", { source: "_sio_adapter", type: 1, nsp: "/" }],
    ["@socket.io/sticky", { type: "sticky:connection", data: "abc" }],
    ["rate-limiter-flexible", { channel: "rate_limiter_flexible", type: "init" }],
    ["winston-cluster", { cmd: "log", worker: 1, level: "info", msg: "hello", meta: {} }],
    ["cluster-shared-memory", { isSharedMemoryMessage: true, id: 1, method: "get" }],
    ["@pm2/io", { type: "axm:monitor", data: {} }],
  ] as const) {
    it(`knows ${library} by what it says`, () => {
      assert.ok(primaryProtocolOf(message)?.library.startsWith(library));
    });
  }

  it("takes nothing else for one", () => {
    for (const message of ["ready", null, undefined, 1, [], {}, { type: "ready" }, { cmd: "log" }, { topic: "log4" }]) {
      assert.equal(primaryProtocolOf(message), undefined);
    }
  });
});
