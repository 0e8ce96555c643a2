import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { createWebSocketFarewell, type WebSocketFarewell } from "../../../../src/worker/drain/webSockets.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

describe("createWebSocketFarewell", () => {
  const troubles: FromWorkerBody[] = [];
  let server: Server;
  let port: number;
  let farewell: WebSocketFarewell;
  let looking: NodeJS.Timeout;
  const sockets = new Map<Socket, number>();

  beforeEach(async () => {
    sockets.clear();
    farewell = createWebSocketFarewell(
      createGuard({ connected: true, send: (body) => troubles.push(body), listen: () => undefined }),
    );
    looking = setInterval(() => farewell.look(), 10);
    server = createServer();
    server.prependListener("upgrade", (_request, socket: Socket) => sockets.set(socket, socket.bytesWritten));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => {
    clearInterval(looking);
    for (const socket of sockets.keys()) {
      socket.destroy();
    }
    server.close();
    server.closeAllConnections();
    assert.deepEqual(troubles, []);
  });

  /** The server's end of a connection that has left HTTP, and all that its client receives. */
  async function upgraded(): Promise<{ socket: Socket; received: Promise<string>; client: Socket }> {
    server.once("upgrade", (_request, socket: Socket) => socket.write("101"));
    const client = connect(port, "127.0.0.1");
    client.write("GET / HTTP/1.1\r\nHost: test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    const received = client
      .setEncoding("latin1")
      .toArray()
      .then((texts: unknown[]) => texts.join(""));
    const [, socket] = (await once(server, "upgrade")) as [unknown, Socket];
    return { socket, received, client };
  }

  it("lets the library that speaks on a socket close it, spread over the time it is given", async () => {
    const webSockets = new WebSocketServer({ server });
    const clients = [1, 2, 3].map(() => new WebSocket(`ws://127.0.0.1:${port}`));
    const codes = clients.map(async (client) => {
      const [code] = await once(client, "close");
      return code as number;
    });
    await Promise.all(clients.map((client) => once(client, "open")));
    const closedAtServer = [...webSockets.clients].map((webSocket) => once(webSocket, "close"));
    farewell.close(sockets, 30);
    farewell.close(sockets, 30);
    assert.deepEqual(await Promise.all(codes), [1012, 1012, 1012]);
    await Promise.all(closedAtServer);
  });

  it("waits until a message of several fragments has ended", async () => {
    const webSockets = new WebSocketServer({ server });
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    const [webSocket] = (await once(webSockets, "connection")) as [WebSocket];
    await once(client, "open");
    webSocket.send("first ", { fin: false });
    farewell.close(sockets, 0);
    const message = once(client, "message");
    const closed = once(client, "close");
    setTimeout(() => webSocket.send("last", { fin: true }), 60);
    assert.equal(String((await message)[0]), "first last");
    assert.equal((await closed)[0], 1012);
  });

  it("leaves one alone until its handshake is answered", async () => {
    let answer: (() => void) | undefined;
    const webSockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      answer = () => webSockets.handleUpgrade(request, socket, head, () => undefined);
      server.emit("asked");
    });
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(server, "asked");
    farewell.close(sockets, 0);
    const opened = once(client, "open");
    const closed = once(client, "close");
    setTimeout(() => answer?.(), 30);
    await opened;
    farewell.close(sockets, 0);
    assert.equal((await closed)[0], 1012);
  });

  it("writes the close frame behind whole messages of an app that writes them itself, and lets it write on", async () => {
    const { socket, received, client } = await upgraded();
    farewell.close(sockets, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(Buffer.from([0x81, 5]));
    socket.write("hello");
    client.end();
    await once(socket, "finish");
    // The app does not know.
    socket.write("more");
    assert.equal(await received, "101\x81\x05hello\x88\x02\x03\xf4");
  });

  it("writes nothing within a frame, and nothing into what is piped", async () => {
    const within = await upgraded();
    const piped = await upgraded();
    const source = new PassThrough();
    source.pipe(piped.socket);
    farewell.close(sockets, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    within.socket.write(Buffer.from([0x81, 10]));
    within.socket.write("hello");
    source.write(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from("hello")]));
    within.client.end();
    piped.client.end();
    assert.equal(await within.received, "101\x81\x0ahello");
    assert.equal(await piped.received, "101\x81\x05hello");
  });

  it("ends one that is quiet, whoever speaks on it", async () => {
    const { received, client } = await upgraded();
    client.on("end", () => client.end());
    farewell.close(sockets, 0);
    assert.equal(await received, "101");
  });
});
