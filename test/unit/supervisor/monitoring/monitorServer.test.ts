import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import {
  type MonitorAnswer,
  type MonitorServer,
  openMonitorServer,
} from "../../../../src/supervisor/monitoring/monitorServer.ts";

const loopback = { host: "127.0.0.1", port: 0 };
const fine: MonitorAnswer = { status: 200, type: "application/json; charset=utf-8", body: '{"ready":true}\n' };

describe("monitorServer", () => {
  let server: MonitorServer | undefined;
  let sockets: Socket[] = [];

  const open = async (answer: (path: string) => MonitorAnswer | undefined | Promise<never>): Promise<MonitorServer> => {
    server = await openMonitorServer(loopback, answer);
    return server;
  };

  /** What is answered to a request as it is written, up to the end of the connection. */
  const say = async (text: string): Promise<string> => {
    const socket = connect(server?.place.port ?? 0, "127.0.0.1");
    let heard = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      heard += data;
    });
    socket.on("error", () => undefined);
    socket.write(text);
    await once(socket, "close");
    return heard;
  };

  afterEach(async () => {
    for (const socket of sockets) {
      socket.destroy();
    }
    sockets = [];
    await server?.close();
    server = undefined;
  });

  it("answers GET, and HEAD with the same head and no body", async () => {
    await open((path) => (path === "/ready" ? fine : undefined));
    const heads = ["GET", "HEAD"].map(
      (method) => `${method} /ready?probe=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    const [get = "", head = ""] = await Promise.all(heads.map(say));
    assert.match(get, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(get, /\r\nCache-Control: no-store\r\n/i);
    assert.match(get, /\r\n\r\n\{"ready":true\}\n$/);
    const withoutDate = (text: string): string => text.replace(/Date: .*\r\n/, "");
    assert.equal(withoutDate(head), withoutDate(get).replace(fine.body, ""));
  });

  it("knows a path also in the form that a proxy sends", async () => {
    const paths: string[] = [];
    await open((path) => {
      paths.push(path);
      return fine;
    });
    await say("GET http://api.internal:9100/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert.deepEqual(paths, ["/ready"]);
  });

  it("says 404 to what is not there, 405 to other methods, 400 to what is no request, 500 to its own faults", async () => {
    await open((path) => (path === "/fault" ? Promise.reject(new Error("no answer is known")) : undefined));
    const ask = (first: string): Promise<string> => say(`${first} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(await ask("GET /"), /^HTTP\/1\.1 404 [\s\S]*\/live, \/ready and \/metrics/);
    assert.match(await ask("OPTIONS *"), /^HTTP\/1\.1 405 /);
    assert.match(await ask("DELETE /ready"), /^HTTP\/1\.1 405 [\s\S]*Allow: GET, HEAD\r\n/);
    assert.match(await ask("GET /fault"), /^HTTP\/1\.1 500 [\s\S]*no answer is known/);
    assert.match(await say("nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
  });

  it("makes room for whoever comes when silent clients hold every place", async () => {
    const { place } = await open(() => fine);
    sockets = Array.from({ length: 100 }, () => connect(place.port, "127.0.0.1"));
    await Promise.all(
      sockets.map((socket) =>
        once(
          socket.on("error", () => undefined),
          "connect",
        ),
      ),
    );
    for (let count = 0; count < 3; count += 1) {
      const asked = request({ ...place, path: "/ready", agent: false }).end();
      const [response] = await once(asked, "response");
      assert.equal(response.statusCode, 200);
      response.resume();
    }
  });

  it("sends one away that does not finish its request, and one that says nothing at all", async () => {
    server = await openMonitorServer(loopback, () => assert.fail("answered"), { requestMs: 100, silenceMs: 200 });
    const heads = ["GET /ready HTTP/1.1\r\nHost: x\r\n", ""];
    const [unfinished = "", silent = ""] = await Promise.all(heads.map(say));
    assert.match(unfinished, /^(?:HTTP\/1\.1 408 [\s\S]*)?$/);
    assert.match(silent, /^(?:HTTP\/1\.1 408 [\s\S]*)?$/);
  });

  it("sends one away that does not take its answer", async () => {
    const large: MonitorAnswer = { ...fine, body: "x".repeat(32 * 1_048_576) };
    server = await openMonitorServer(loopback, () => large, { requestMs: 60_000, silenceMs: 200 });
    const socket = connect(server.place.port, "127.0.0.1");
    sockets = [socket];
    socket.on("error", () => undefined);
    socket.pause();
    socket.write("GET /ready HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "connect");
    // Others that came later have been silent for too long, so this one has too. Node looks twice when something is to be written.
    for (let count = 0; count < 4; count += 1) {
      await say("");
    }
    let received = 0;
    socket.on("data", (bytes: Buffer) => {
      received += bytes.length;
    });
    socket.resume();
    await once(socket, "close");
    assert.ok(received < large.body.length, `${received} bytes`);
  });

  it("frees its port when it closes, though clients are connected", async () => {
    const { place, close } = await open(() => fine);
    const socket = connect(place.port, "127.0.0.1");
    sockets = [socket];
    await once(socket, "connect");
    await close();
    const next = await openMonitorServer({ host: "127.0.0.1", port: place.port }, () => fine);
    await next.close();
  });

  it("names the setting when the port is in use", async () => {
    const { place } = await open(() => fine);
    await assert.rejects(
      openMonitorServer({ host: "127.0.0.1", port: place.port }, () => fine),
      new RegExp(`health: 127\\.0\\.0\\.1:${place.port} is in use\\.`),
    );
  });
});
