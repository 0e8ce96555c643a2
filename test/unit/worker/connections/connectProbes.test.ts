import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { watchConnectProbes } from "../../../../src/worker/connections/connectProbes.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

describe("watchConnectProbes", () => {
  it("knows at once the local ports that answered, however they were asked, and no others", async () => {
    const guard = createGuard({ connected: true, send: () => assert.fail(), listen: () => undefined });
    const probes = watchConnectProbes(guard);
    const answering = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    const silent = createServer().listen(0, "127.0.0.1");
    await Promise.all([once(answering, "listening"), once(silent, "listening")]);
    const { port } = answering.address() as AddressInfo;
    const { port: closed } = silent.address() as AddressInfo;
    silent.close();
    await once(silent, "close");
    try {
      const raw = new Socket().connect(port, "127.0.0.1");
      await once(raw, "connect");
      assert.deepEqual([...probes.ports()], [port]);
      raw.destroy();
      const refused = connect(closed, "127.0.0.1");
      await once(refused, "error");
      const named = connect(port, "localhost");
      await once(named, "connect");
      named.destroy();
      assert.deepEqual([...probes.ports()], [port]);
    } finally {
      answering.close();
    }
  });
});
