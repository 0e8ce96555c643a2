import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { keptSockets } from "../../../src/client/launch/keptSockets.ts";

const manager = { NOTIFY_SOCKET: "/run/notify", PATH: "/bin", FDSTORE: "8" };

describe("keptSockets", () => {
  it("knows a manager that keeps sockets by both of its variables", () => {
    assert.equal(keptSockets({}), undefined);
    assert.equal(keptSockets({ ...manager, NOTIFY_SOCKET: "" }), undefined);
    assert.equal(keptSockets({ NOTIFY_SOCKET: "/run/notify" }), undefined);
    for (const FDSTORE of ["0", "", "many"]) {
      assert.equal(keptSockets({ ...manager, FDSTORE }), undefined);
    }
    assert.deepEqual(keptSockets(manager)?.take(), { notifySocket: "/run/notify", path: "/bin", sockets: [] });
  });

  it("takes no descriptors that are meant for another process, nor what is no socket", () => {
    const file = openSync("/dev/null", "r");
    try {
      const given = { ...manager, LISTEN_FDS: "40", LISTEN_FDNAMES: Array.from({ length: 40 }, () => "a").join(":") };
      assert.deepEqual(keptSockets({ ...given, LISTEN_PID: "1" })?.take().sockets, []);
      const own = keptSockets({ ...given, LISTEN_PID: String(process.pid) });
      const { sockets } = own?.take() ?? { sockets: [] };
      assert.ok(
        sockets.every(({ fd }) => fd !== file && fd >= 3),
        JSON.stringify(sockets),
      );
      assert.deepEqual(own?.take().sockets, [], "they are given once");
    } finally {
      closeSync(file);
    }
  });
});
