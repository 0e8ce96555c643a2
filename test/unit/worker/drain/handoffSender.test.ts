import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, Socket } from "node:net";
import type { Channel, DrainChannel } from "../../../../src/worker/channel.ts";
import type { Parking } from "../../../../src/worker/connections/parking.ts";
import type { TrackedServer } from "../../../../src/worker/connections/servers.ts";
import { createHandoffSender, type HandoffSender, searchEveryMs } from "../../../../src/worker/drain/handoffSender.ts";
import { silentFor } from "../../../../src/worker/internals/sockets.ts";

const request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

describe("sender", () => {
  let server: Server;
  let clients: Socket[] = [];
  let sender: HandoffSender;
  let tracked: TrackedServer;
  /** What was given to Node and has not had its turn. */
  let waiting: { readonly socket: Socket; readonly sent: () => void }[] = [];
  let given: Socket[] = [];
  let ids: number[] = [];
  /** How long nothing has come on each connection. */
  let silentMs = 0;

  const channel: Channel & Pick<DrainChannel, "isCrowded"> = {
    connected: true,
    isCrowded: false,
    send(body, socket, sent) {
      assert(body.type === "connection" && socket instanceof Socket && sent !== undefined);
      given.push(socket);
      ids.push(body.id);
      waiting.push({ socket, sent });
    },
    listen: () => undefined,
  };
  const parking: Parking = {
    receive: () => undefined,
    parked: () => new Map(),
    release: () => undefined,
    confirm: () => undefined,
  };

  beforeEach(async () => {
    [clients, waiting, given, ids] = [[], [], [], []];
    silentMs = 0;
    server = createServer((_, response) => response.end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    tracked = {
      server,
      protocol: "http",
      key: "key",
      address: "",
      systemPort: false,
      sessions: new Set(),
      webSockets: new Map(),
    };
    sender = createHandoffSender({
      channel,
      parking,
      movable: [tracked],
      handoff: new Set(["key"]),
      isFar: false,
      silentFor: () => silentMs,
      emptied: () => undefined,
    });
  });

  afterEach(async () => {
    for (const client of clients) {
      client.destroy();
    }
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });

  /** Opens connections that have been answered once and are idle since. */
  async function openIdle(count: number): Promise<void> {
    const { port } = server.address() as AddressInfo;
    for (let index = 0; index < count; index += 1) {
      const client = connect(port, "127.0.0.1");
      clients.push(client);
      client.write(request);
      await once(client, "data");
    }
  }

  /** Node has detached the connection that waited longest. */
  function turn(): void {
    const next = waiting.shift();
    next?.sent();
  }

  it("gives each idle connection once, though it looks idle until its turn comes", async () => {
    await openIdle(3);
    for (let searches = 0; searches < 4; searches += 1) {
      sender.arrived(ids.splice(0, ids.length - 1));
      sender.pump();
      // The last one has not had its turn while the next searches find it.
      while (waiting.length > 1) {
        turn();
      }
      await new Promise((resolve) => setTimeout(resolve, searchEveryMs + 5));
    }
    turn();
    assert.equal(given.length, 3);
    assert.equal(new Set(given).size, 3);
    assert.equal(sender.handedOver, 3);
  });

  it("keeps few under way, and goes on when they have a new owner", async () => {
    await openIdle(5);
    const turns = (): number[] => {
      while (waiting.length > 0) {
        turn();
      }
      return ids.splice(0);
    };
    sender.pump();
    assert.deepEqual(turns(), [1, 2]);
    sender.pump();
    assert.deepEqual(turns(), []);
    sender.arrived([1, 2]);
    const next = turns();
    assert(next.length >= 2);
    sender.arrived(next);
    turns();
    assert.equal(sender.handedOver, 5);
  });

  it("has more under way of those that have been silent for a second", async () => {
    await openIdle(12);
    silentMs = 1_000;
    sender.pump();
    while (waiting.length > 0) {
      turn();
    }
    assert.deepEqual(ids, [1, 2, 3, 4, 5, 6, 7, 8]);
    sender.arrived([1]);
    while (waiting.length > 0) {
      turn();
    }
    assert(ids.length > 8);
  });

  it("has no more of them under way than of others where clients are answered meanwhile", async () => {
    await openIdle(12);
    silentMs = 1_000;
    for (let answers = 0; answers < 16; answers += 1) {
      sender.answerEnded(new Socket(), tracked);
    }
    sender.pump();
    while (waiting.length > 0) {
      turn();
    }
    assert.deepEqual(ids, [1, 2]);
  });

  it("tells for how long a connection has been silent", async () => {
    const accepted = once(server, "connection");
    await openIdle(1);
    const [socket] = (await accepted) as [Socket];
    for (let most = 0; most < 5; ) {
      await new Promise(setImmediate);
      const silent = silentFor(socket);
      assert(silent >= most, "it only grows");
      most = silent;
    }
    // As of a server that keeps no connection.
    assert.equal(silentFor(new Socket()), 0);
  });

  it("keeps a connection within whose next header the client is", async () => {
    await openIdle(2);
    const [client] = clients;
    const seen = new Promise<void>((resolve) => {
      server.once("request", () => resolve());
    });
    client?.write(`${request}GET /half`);
    await seen;
    await once(client as Socket, "data");
    sender.pump();
    while (waiting.length > 0) {
      turn();
    }
    assert.equal(given.length, 1);
    assert.notEqual(given[0]?.remotePort, client?.localPort);
  });

  it("gives all that is idle when the process ends, however many, and none again that has gone", async () => {
    await openIdle(5);
    sender.pump();
    const gone = waiting.shift();
    gone?.sent();
    const left = new Set(waiting.map(({ socket }) => socket));
    const before = given.length;
    let onTheWay = 0;
    const sent = (): void => {
      onTheWay += 1;
    };
    sender.giveAll({ makeRoom: () => true, sent, finish: () => undefined });
    const again = given.slice(before);
    assert.deepEqual([again.length, new Set(again).size, onTheWay], [4, 4, 4]);
    assert.equal(gone !== undefined && again.includes(gone.socket), false);
    assert.ok([...left].every((socket) => again.includes(socket)));
  });

  it("gives no more when the supervisor does not read any more", async () => {
    await openIdle(5);
    let onTheWay = 0;
    const sent = (): void => {
      onTheWay += 1;
    };
    sender.giveAll({ makeRoom: () => onTheWay < 3, sent, finish: () => undefined });
    assert.equal(given.length, 3);
  });
});
