import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { watchAcceptQueue } from "../../../../src/supervisor/traffic/acceptQueue.ts";
import { takeListener } from "../listeningHandle.ts";

describe("watchAcceptQueue", () => {
  let clients: Socket[] = [];
  let close: () => void = () => undefined;

  afterEach(() => {
    limit = 10_000;
    for (const client of clients) {
      client.destroy();
    }
    clients = [];
    close();
  });

  // One for all: it watches whatever listens in this process.
  let limit = 10_000;
  let refusedAt: number[] = [];
  const queue = watchAcceptQueue({
    limit: () => limit,
    mostOpenFiles: () => 140,
    onRefused: (count) => refusedAt.push(count),
  });

  async function listen(most: number) {
    limit = most;
    refusedAt = [];
    const before = queue.refused;
    const listener = await takeListener({ host: "127.0.0.1", port: 0 });
    close = listener.close;
    const open = (): Socket => {
      const client = connect(listener.port, "127.0.0.1");
      client.on("error", () => undefined);
      clients.push(client);
      return client;
    };
    return { listener, open, refused: () => queue.refused - before };
  }

  it("counts what waits until it leaves for a worker", async () => {
    const { listener, open, refused } = await listen(10);
    open();
    open();
    await listener.until(2);
    assert.equal(queue.waiting, 2);
    const [first] = listener.accepted;
    assert.ok(first);
    queue.left(first);
    queue.left(first);
    assert.deepEqual([queue.waiting, refused()], [1, 0]);
  });

  it("closes what comes when the limit is reached, and takes more once there is room", async () => {
    const { listener, open, refused } = await listen(2);
    open();
    open();
    await listener.until(2);
    const late = open();
    await once(late, "close");
    assert.deepEqual([queue.waiting, refused(), refusedAt], [2, 1, [2]]);
    const [, second] = listener.accepted;
    assert.ok(second);
    queue.left(second);
    open();
    await listener.until(3);
    assert.deepEqual([queue.waiting, refused()], [2, 1]);
  });

  it("leaves half of the open files to others, whatever the limit", async () => {
    const { listener, open, refused } = await listen(10_000);
    for (let count = 0; count < 70; count += 1) {
      open();
    }
    await listener.until(70);
    await once(open(), "close");
    assert.deepEqual([queue.waiting, refused()], [70, 1]);
  });

  it("forgets what waited at an address that is not listened on any more", async () => {
    const { listener, open } = await listen(10);
    open();
    await listener.until(1);
    const [waiting] = listener.accepted;
    assert.ok(waiting);
    assert.equal(queue.isAbandoned(waiting), false);
    listener.close();
    close = () => undefined;
    assert.deepEqual([queue.waiting, queue.isAbandoned(waiting)], [0, true]);
  });
});
