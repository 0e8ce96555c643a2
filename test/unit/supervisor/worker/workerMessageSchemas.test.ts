import assert from "node:assert/strict";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { isWellFormed } from "../../../../src/supervisor/worker/messages/workerMessageSchemas.ts";

const kinds = { http: 1, https: 0, http2: 0, webSocket: 0, eventStream: 0, raw: 0 };

/** One of each type, as a preload sends it. */
const sound: readonly FromWorkerBody[] = [
  { type: "hello" },
  {
    type: "listening",
    server: "::|3000",
    protocol: "http",
    address: { address: "::", port: 3000, family: "IPv6" },
    systemPort: false,
    tried: [3000, "/run/app.sock"],
    handoff: true,
  },
  { type: "listens", server: "::|3000", attended: true },
  { type: "listenFailed", name: "Error", code: "EADDRINUSE", message: "in use", address: null, port: -1 },
  { type: "closed", server: "/run/app.sock" },
  { type: "fatal", name: "Error", code: null, message: "boom", stack: "", address: "::", port: 3000 },
  { type: "exits", stack: "" },
  { type: "mine", port: 40_000, to: 3_000 },
  { type: "acceptStopped" },
  { type: "unserved", key: "null:3000:4" },
  { type: "alone" },
  {
    type: "drain",
    requests: 1,
    connections: 1,
    carriers: 1,
    handedOver: 0,
    closed: 0,
    kinds,
    inFlight: [{ method: "GET", url: "/", since: 1 }],
    served: 3,
    done: false,
    settled: false,
    listens: false,
  },
  { type: "connection", id: 1, server: "::|3000", requests: 0, unused: true, stoppedAt: 1, idleSince: 1 },
  { type: "taken", ids: [1, 2], stallMs: 3 },
  { type: "refused", id: 1 },
  { type: "beat", memory: 1, inspectable: true },
  { type: "counted", served: 1 },
  { type: "layers", id: 1, error: "no" },
  { type: "trouble", message: "odd" },
];

describe("isWellFormed", () => {
  it("lets every message of a preload through", () => {
    for (const message of sound) {
      assert.equal(isWellFormed(message), true, message.type);
    }
    const onPath = { ...sound[1], type: "listening", address: "/run/app.sock" };
    const answer = { type: "layers", id: 1, answer: { kind: "pulse" } };
    assert.deepEqual([isWellFormed(onPath), isWellFormed(answer)], [true, true]);
  });

  it("stops each whose fields are not those of its type, whichever it is", () => {
    for (const message of sound) {
      for (const field of Object.keys(message).filter((name) => name !== "type")) {
        for (const wrong of [undefined, [null], { toString: 1 }]) {
          assert.equal(isWellFormed({ ...message, [field]: wrong }), false, `${message.type}.${field}`);
        }
      }
    }
  });

  it("knows no other types, those of the prototype included", () => {
    for (const type of ["constructor", "toString", "__proto__", "", 1, null, undefined, ["hello"]]) {
      assert.equal(isWellFormed({ type }), undefined);
    }
  });
});
