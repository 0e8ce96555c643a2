import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import {
  holdSocket,
  onMissingInternal,
  socketOf,
  watchAccepts,
  watchDispatch,
} from "../../../src/supervisor/internals.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";
import { takeListener } from "./listeningHandle.ts";

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
    removeTempFolders();
  });

  it("is there in this version, for ports and for Unix sockets", async () => {
    const local = process.platform === "win32" ? [] : [{ path: join(tempFolder(), "a.sock") }];
    let opened = 0;
    watchAccepts(() => {
      opened += 1;
      return { admit: () => true, closed: () => undefined };
    });
    for (const where of [{ host: "127.0.0.1", port: 0 }, ...local]) {
      const listener = await takeListener(where);
      const client = "path" in where ? connect(where.path) : connect(listener.port, "127.0.0.1");
      await listener.until(1);
      const revived = socketOf(listener.accepted[0] ?? {});
      assert.ok(revived !== undefined);
      revived.destroy();
      client.destroy();
      listener.close();
    }
    assert.equal(opened, 1 + local.length);
    assert.deepEqual(missed, []);
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
    assert.equal(socketOf({}), undefined);
    assert.equal(socketOf({}), undefined);
    assert.equal(holdSocket(Object.assign(new EventEmitter(), { _handle: {} }) as unknown as Socket), false);
    const child = Object.assign(new EventEmitter(), { send: () => true }) as unknown as ChildProcess;
    watchDispatch(child, { sent: () => heard.push("sent"), answered: () => heard.push("answered") });
    const handle = {} as Socket;
    child.send({ cmd: "NODE_CLUSTER", ack: 1 }, handle);
    child.send({ cmd: "NODE_HITLESS", type: "connection" }, handle);
    assert.equal(missed.length, 2);
    child.send({ cmd: "NODE_CLUSTER", act: "newer" }, handle);
    assert.deepEqual(
      missed.map((what) => what.split(":")[0]),
      [
        "the handle of an accepted connection",
        "the handle of a connection that is handed over",
        "the message by which node",
      ],
    );
    onMissingInternal((what) => heard.push(what));
    assert.deepEqual(heard, missed);
  });
});
