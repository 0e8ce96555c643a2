import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onClusterMessage } from "../../../src/supervisor/accept/clusterInternals.ts";
import { holdSocket, onMissingInternal } from "../../../src/supervisor/internals.ts";

describe("what the supervisor touches of Node", () => {
  const missed: string[] = [];
  onMissingInternal((what) => missed.push(what));

  beforeEach(() => missed.splice(0));
  let closes: (() => void)[] = [];
  afterEach(() => {
    for (const close of closes.reverse()) {
      close();
    }
    closes = [];
  });

  it("holds a socket, so that nothing is read of it here", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    closes.push(() => server.close());
    await once(server, "listening");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [socket] = (await once(server, "connection")) as [Socket];
    closes.push(
      () => client.destroy(),
      () => socket.destroy(),
    );
    assert.equal(holdSocket(socket), true);
    client.write("a request");
    const echo = createServer((other) => other.end("over")).listen(0, "127.0.0.1");
    closes.push(() => echo.close());
    await once(echo, "listening");
    await once(connect((echo.address() as AddressInfo).port, "127.0.0.1"), "data");
    assert.equal(socket.bytesRead, 0);
    socket.destroy();
    assert.equal(holdSocket(socket), false);
    assert.deepEqual(missed, []);
  });

  it("is told of once where it is missing, each with what is lost", () => {
    const heard: string[] = [];
    const socket = Object.assign(new EventEmitter(), { _handle: {} }) as unknown as Socket;
    assert.equal(holdSocket(socket), false);
    assert.equal(holdSocket(socket), false);
    const child = Object.assign(new EventEmitter(), { send: () => true }) as unknown as ChildProcess;
    const asked = (): boolean => heard.push("asked") > 0;
    onClusterMessage(child, { asked, closed: () => undefined, answered: () => undefined });
    child.emit("internalMessage", { cmd: "NODE_CLUSTER", act: "queryServer", seq: 1, addressType: "udp4", port: 1 });
    child.emit("internalMessage", {
      cmd: "NODE_CLUSTER",
      act: "queryServer",
      seq: 1,
      address: null,
      fd: 7,
      port: null,
    });
    assert.equal(missed.length, 1);
    child.emit("internalMessage", { cmd: "NODE_CLUSTER", act: "queryServer", seq: 1, where: "localhost" });
    assert.deepEqual(
      missed.map((what) => what.split(":")[0]),
      ["the handle of a connection that is handed over", "what a worker asks of node"],
    );
    onMissingInternal((what) => heard.push(what));
    assert.deepEqual(heard, missed);
  });
});
