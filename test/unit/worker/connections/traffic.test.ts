import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mostRequestsNamed } from "../../../../src/shared/facts/drainLimits.ts";
import type { ServerTracker, TrackedServer } from "../../../../src/worker/connections/servers.ts";
import { watchTraffic } from "../../../../src/worker/connections/traffic.ts";
import { createGuard } from "../../../../src/worker/guard.ts";

describe("watchTraffic", () => {
  let server: Server;
  let agent: Agent;
  let tracked: TrackedServer[] = [];
  let responses: ServerResponse[] = [];
  const tracker = { servers: () => tracked } as unknown as ServerTracker;
  const traffic = watchTraffic(
    tracker,
    createGuard({ connected: true, send: () => undefined, listen: () => undefined }),
  );

  beforeEach(async () => {
    responses = [];
    agent = new Agent({ keepAlive: true });
    server = createServer((_request, response) => {
      responses.push(response);
      server.emit("asked");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    tracked = [{ server, protocol: "http", sessions: new Set(), webSockets: new Map() } as unknown as TrackedServer];
  });

  afterEach(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });

  async function ask(path: string, count = 1): Promise<void> {
    const { port } = server.address() as AddressInfo;
    const wanted = responses.length + count;
    for (let asked = 0; asked < count; asked += 1) {
      get({ port, path, agent }, (response) => response.resume()).on("error", () => undefined);
    }
    while (responses.length < wanted) {
      await once(server, "asked");
    }
  }

  it("names what is being answered, without query, and since when", async () => {
    await ask("/orders/7?token=secret");
    const { count, carriers, named } = traffic.inFlight(tracked);
    assert.deepEqual([count, carriers], [1, 1]);
    assert.deepEqual(named, [{ method: "GET", url: "/orders/7", since: named[0]?.since }]);
    assert.deepEqual(traffic.inFlight(tracked).named, named);
    responses[0]?.end();
    await once(responses[0] ?? server, "close");
    assert.deepEqual(traffic.inFlight(tracked), { count: 0, carriers: 0, named: [] });
  });

  it("counts all of many and names the first, with long paths cut", async () => {
    await ask(`/${"x".repeat(1_000)}`, mostRequestsNamed + 5);
    const { count, named } = traffic.inFlight(tracked);
    assert.deepEqual([count, named.length, named[0]?.url.length], [mostRequestsNamed + 5, mostRequestsNamed, 200]);
  });

  it("tells idle connections, event streams and the rest apart", async () => {
    await ask("/idle", 2);
    await ask("/events");
    responses.at(-1)?.writeHead(200, { "content-type": "text/event-stream" });
    responses.at(-1)?.write("data: 1\n\n");
    const kinds = traffic.kinds(tracked, 6, 1);
    assert.deepEqual(kinds, { http: 3, https: 0, http2: 0, webSocket: 0, eventStream: 1, raw: 2 });
  });

  it("counts answers only while it is asked to, from 0 each time", async () => {
    const answer = async (): Promise<void> => {
      await ask("/");
      const response = responses.at(-1);
      const finished = once(response ?? server, "finish");
      response?.end();
      await finished;
    };
    await answer();
    traffic.count(true);
    await answer();
    await answer();
    traffic.count(false);
    await answer();
    assert.equal(traffic.served(), 2);
    traffic.count(true);
    assert.equal(traffic.served(), 0);
    traffic.count(false);
  });
});
