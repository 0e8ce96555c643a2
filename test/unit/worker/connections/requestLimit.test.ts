import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { FromWorkerBody } from "../../../../src/shared/workerMessages.ts";
import { countFrom, countLimitedRequests, requestsOn } from "../../../../src/worker/connections/requestLimit.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

describe("countLimitedRequests", () => {
  const troubles: FromWorkerBody[] = [];
  const guard = createGuard({ connected: true, send: (body) => troubles.push(body), listen: () => undefined });
  let server: Server;
  let client: Socket;
  let socket: Socket;
  let dropped = 0;
  const limits: (number | null)[] = [];

  beforeEach(async () => {
    dropped = 0;
    limits.length = 0;
    server = createServer((_, response) => {
      limits.push(server.maxRequestsPerSocket);
      response.setHeader("content-length", 8).end("answered");
    });
    server.maxRequestsPerSocket = 3;
    server.on("dropRequest", () => {
      dropped += 1;
      limits.push(server.maxRequestsPerSocket);
    });
    countLimitedRequests(server, guard);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const accepted = once(server, "connection");
    client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    [socket] = await accepted;
  });

  afterEach(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
    assert.deepEqual(troubles, []);
  });

  /** Asks so many times, one after the other, and tells the status and the `Connection` of each answer. */
  async function ask(times: number, version = "1.1"): Promise<string[]> {
    const answers: string[] = [];
    for (let asked = 0; asked < times; asked += 1) {
      client.write(`GET / HTTP/${version}\r\nHost: test\r\nConnection: keep-alive\r\n\r\n`);
      const [text] = await once(client, "data");
      const [, status] = /^HTTP\/1.1 (\d+)/.exec(String(text)) ?? [];
      answers.push(`${status} ${/^connection: (.*)$/im.exec(String(text))?.[1]?.trim()}`);
    }
    return answers;
  }

  /** What Node does by itself, on every version. */
  const byNode = ["200 keep-alive", "200 keep-alive", "200 close", "503 close", "503 close"];

  it("leaves a connection that this worker accepted to Node", async () => {
    assert.deepEqual(await ask(5), byNode);
    assert.equal(dropped, 2);
  });

  for (const before of [1, 2, 3, 7]) {
    it(`goes on where another worker was asked ${before} times`, async () => {
      countFrom(socket, before);
      const rest = before > 3 ? ["503 close", "503 close"] : byNode.slice(before);
      assert.deepEqual(await ask(rest.length), rest);
      assert.equal(dropped, rest.filter((answer) => answer.startsWith("503")).length);
      // For the next worker.
      assert.equal(requestsOn(socket), before + rest.length);
      assert.equal(Object.hasOwn(server, "emit"), false);
      assert.deepEqual(
        limits,
        rest.map(() => 3),
        "the app sees its own limit",
      );
    });
  }

  it("counts no request of HTTP/1.0, as Node", async () => {
    countFrom(socket, 2);
    await ask(2, "1.0");
    assert.equal(requestsOn(socket), 2);
    assert.deepEqual(await ask(1), ["200 close"]);
  });
});
