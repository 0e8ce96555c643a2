import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { connect, type ListenOptions } from "node:net";
import { join } from "node:path";
import { guardAccepts, type StrandedConnection } from "../../../../src/supervisor/process/acceptGuard.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";
import { type RawConnection, takeListener } from "../listeningHandle.ts";

class FakeChild extends EventEmitter {
  readonly sent: unknown[] = [];
  send(...args: unknown[]): boolean {
    this.sent.push(args[0]);
    return true;
  }
}

describe("guardAccepts", () => {
  let closes: (() => void)[] = [];

  afterEach(() => {
    for (const close of closes.reverse()) {
      close();
    }
    closes = [];
    removeTempFolders();
  });

  async function accept(count: number, where: ListenOptions = { host: "127.0.0.1", port: 0 }) {
    const listener = await takeListener(where);
    closes.push(listener.close);
    const clients = Array.from({ length: count }, () => {
      const client = where.path === undefined ? connect(listener.port, "127.0.0.1") : connect(where.path);
      client.on("error", () => undefined);
      closes.push(() => client.destroy());
      return client;
    });
    await listener.until(count);
    return { ...listener, clients };
  }

  function guard() {
    const child = new FakeChild();
    const left: unknown[] = [];
    const sentBack: StrandedConnection[] = [];
    const gone = new Set<object>();
    const stranded = guardAccepts(child as unknown as ChildProcess, {
      sent: (connection) => left.push(connection),
      isAbandoned: (connection) => gone.has(connection),
      abandoned: (connection) => {
        sentBack.push(connection);
        closes.push(() => connection.socket.destroy());
      },
    });
    let seq = 0;
    const give = (connection: RawConnection, key: string): number => {
      seq += 1;
      child.send({ cmd: "NODE_CLUSTER", act: "newconn", seq, key }, connection);
      return seq;
    };
    const answer = (ack: number, accepted = true): void => {
      child.emit("internalMessage", { cmd: "NODE_CLUSTER", ack, accepted });
    };
    const take = (): StrandedConnection[] => {
      const connections = stranded();
      closes.push(
        ...connections.map(
          ({ socket }) =>
            () =>
              socket.destroy(),
        ),
      );
      return connections;
    };
    return { child, left, gone, sentBack, give, answer, take };
  }

  it("finds what a dead worker has not answered for, unread, with the port that it came to", async () => {
    const { accepted, port, clients } = await accept(3);
    const { child, left, give, answer, take } = guard();
    const numbers = accepted.map((connection) => give(connection, `127.0.0.1:${port}:4:-1:0`));
    answer(numbers[1] ?? 0);
    clients[2]?.write("GET / HTTP/1.1\r\n\r\n");
    const stranded = take();
    assert.deepEqual([left.length, child.sent.length], [3, 3]);
    assert.deepEqual(
      stranded.map(({ port: at, path }) => [at, path]),
      [
        [port, undefined],
        [port, undefined],
      ],
    );
    const [text] = await once(stranded[1]?.socket.resume() ?? new EventEmitter(), "data");
    assert.equal(String(text), "GET / HTTP/1.1\r\n\r\n");
    assert.deepEqual(take(), []);
  });

  it("leaves alone what was closed meanwhile, and what a worker sent back", async () => {
    const { accepted, port } = await accept(2);
    const { give, answer, take } = guard();
    const numbers = accepted.map((connection) => give(connection, `127.0.0.1:${port}:4:-1:0`));
    accepted[0]?.close();
    answer(numbers[1] ?? 0, false);
    assert.deepEqual(take(), []);
  });

  it("tells of what a worker sent back when nobody listened any more, and of nothing that was taken", async () => {
    const { accepted, port } = await accept(3);
    const { gone, sentBack, give, answer, take } = guard();
    const numbers = accepted.map((connection) => give(connection, `127.0.0.1:${port}:4:-1:0`));
    gone.add(accepted[0] ?? {}).add(accepted[1] ?? {});
    answer(numbers[0] ?? 0, false);
    answer(numbers[1] ?? 0, true);
    answer(numbers[2] ?? 0, false);
    assert.deepEqual(
      sentBack.map(({ port: at }) => at),
      [port],
    );
    assert.deepEqual(take(), []);
  });

  it("names the path of a Unix socket, colons in it included", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const path = join(tempFolder(), "a:b.sock");
    const { accepted } = await accept(1, { path });
    const { give, take } = guard();
    for (const connection of accepted) {
      give(connection, `${path}:-1:-1:-1:0`);
    }
    assert.deepEqual(
      take().map(({ port, path: at }) => [port, at]),
      [[undefined, path]],
    );
  });

  it("passes every other message through, and what `send` returns", () => {
    const { child, left, take } = guard();
    assert.equal(child.send({ cmd: "NODE_CLUSTER", act: "disconnect", seq: 1 }), true);
    assert.equal(child.send("shutdown"), true);
    assert.deepEqual([child.sent.length, left, take()], [2, [], []]);
  });
});
