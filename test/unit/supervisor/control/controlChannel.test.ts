import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { socketPath } from "../../../../src/client/launch/socketPath.ts";
import { HitlessError } from "../../../../src/shared/errors.ts";
import { protocolVersion } from "../../../../src/shared/protocol.ts";
import { type ControlServer, openControlServer } from "../../../../src/supervisor/control/controlServer.ts";
import type { RequestHandlers } from "../../../../src/supervisor/control/controlSession.ts";
import { sampleReport, sampleSnapshot } from "../../client/samples.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";
import { type ControlClient, frame, openControlClient } from "./controlClient.ts";

const secret = "s".repeat(43);

describe("control channel", () => {
  let server: ControlServer;
  let path = "";
  let clients: ControlClient[] = [];
  let troubles: string[] = [];
  let counts: number[] = [];
  let calls: string[] = [];
  let renewBegan: Promise<void>;

  const initializeWith = (changes: Record<string, unknown> = {}) => ({
    protocolVersion,
    secret,
    client: { name: "test", version: "0" },
    ...changes,
  });

  function handlers(): RequestHandlers {
    const note =
      <Result>(name: string, result: Result) =>
      (): Result => {
        calls.push(name);
        return result;
      };
    const never = (): never => {
      throw new HitlessError("invalidState", "Nothing here asks for layers.");
    };
    let noteBegin: () => void = () => undefined;
    renewBegan = new Promise((resolve) => {
      noteBegin = resolve;
    });
    return {
      "app/snapshot": note("snapshot", sampleSnapshot()),
      "app/start": () => {
        throw new HitlessError("invalidState", "api runs already.", { remedy: "retry", detail: ["line"] });
      },
      "app/renew": (_params, signal) =>
        new Promise((resolve) => {
          noteBegin();
          signal.addEventListener("abort", () => resolve(sampleReport({ outcome: "cancelled" })));
        }),
      "debug/begin": note("debugBegin", { failed: [] }),
      "debug/end": note("debugEnd", {}),
      "debug/continue": note("debugContinue", {}),
      "debug/look": note("debugLook", { paused: false }),
      "app/rollback": note("rollback", sampleReport()),
      "app/productionSigns": note("productionSigns", { signs: [] }),
      "app/upgrade": note("upgrade", sampleReport()),
      "app/drain": note("drain", {}),
      "app/cancelRenewal": note("cancelRenewal", { cancelled: false }),
      "app/watch": note("watch", { state: "on" }),
      "app/stale": note("stale", { generation: 1, count: 0, files: [] }),
      "app/scale": note("scale", { from: 2, to: 3 }),
      "app/stop": () => {
        throw new TypeError("a fault of ours");
      },
      "app/killWorker": note("killWorker", {}),
      "app/reports": note("reports", { reports: [] }),
      "app/events": note("events", { events: [] }),
      "requests/read": never,
      "layers/facts": never,
      "layers/pulse": never,
      "layers/history": () => ({ now: 0, workers: [] }),
      "layers/servers": never,
      "layers/sample": never,
      "layers/heapSnapshot": never,
      "logs/reopen": note("reopen", { files: [] }),
      "logs/read": note("logs", { cursor: 0, chunks: [], skippedBytes: 0 }),
    };
  }

  beforeEach(async () => {
    path = socketPath(tempFolder(), randomBytes(4).toString("hex"));
    clients = [];
    troubles = [];
    counts = [];
    calls = [];
    server = await openControlServer({
      socket: path,
      secret,
      handlers: handlers(),
      onClientsChanged: (count) => counts.push(count),
      onTrouble: (message) => troubles.push(message),
    });
  });

  afterEach(async () => {
    server.close();
    await Promise.all(clients.map((client) => client.closes()));
    removeTempFolders();
  });

  async function open(): Promise<ControlClient> {
    const client = await openControlClient(path);
    clients.push(client);
    return client;
  }

  async function initialized(): Promise<ControlClient> {
    const client = await open();
    const answer = client.answer(1);
    client.request("initialize", initializeWith(), 1);
    assert.equal((await answer).error, undefined);
    return client;
  }

  async function ask(client: ControlClient, method: string, params: unknown, id = 7) {
    const answer = client.answer(id);
    client.request(method, params, id);
    return answer;
  }

  it("is open to nobody else on the machine", function () {
    if (process.platform === "win32") {
      this.skip();
    }
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it("answers initialize with the whole state", async () => {
    const client = await open();
    const { result } = await ask(client, "initialize", initializeWith());
    assert.deepEqual(result, { protocolVersion, snapshot: sampleSnapshot() });
    assert.deepEqual([server.clients, counts, troubles], [1, [1], []]);
  });

  it("tells nothing to a client with a wrong secret, and cuts it off", async () => {
    for (const wrong of ["", "x", `${secret}s`, "t".repeat(43), "é".repeat(43)]) {
      const client = await open();
      const answer = ask(client, "initialize", initializeWith({ secret: wrong }));
      const closed = client.closes().then(() => undefined);
      assert.equal((await Promise.race([answer, closed]))?.result, undefined);
      await closed;
    }
    assert.deepEqual([server.clients, counts, calls], [0, [], []]);
    assert.match(troubles[0] ?? "", /wrong secret/);
    assert(!troubles.join().includes(secret));
  });

  it("refuses everything before initialize, and whatever it does not know", async () => {
    const client = await open();
    const { error } = await ask(client, "app/scale", { workers: 3 });
    assert.deepEqual([error?.data?.code, calls], ["notInitialized", []]);
    const unknown = await ask(client, "app/explode", {});
    assert.equal(unknown.error?.code, -32_601);
    server.broadcast("app/snapshot", sampleSnapshot());
    const listed = client.notified("app/snapshot");
    assert.equal(await Promise.race([listed, ask(client, "app/events", {}).then(() => "no word")]), "no word");
  });

  it("refuses another protocol version by name", async () => {
    const client = await open();
    const { error } = await ask(client, "initialize", initializeWith({ protocolVersion: 99 }));
    assert.equal(error?.data?.code, "protocolMismatch");
    assert.match(error?.message ?? "", /version 1, the client 99/);
    assert.equal((await ask(client, "app/events", {})).error?.data?.code, "notInitialized");
  });

  it("names the field of a message that is not as agreed", async () => {
    const stranger = await open();
    const first = await ask(stranger, "initialize", { secret });
    assert.equal(first.error?.data?.code, "badMessage");
    const client = await initialized();
    for (const [params, field] of [
      [{ workers: "many" }, "workers"],
      [{ workers: -1 }, "workers"],
      [{}, "workers"],
    ] as const) {
      const { error } = await ask(client, "app/scale", params);
      assert.equal(error?.data?.code, "badMessage");
      assert.match(error?.message ?? "", new RegExp(`app/scale, field ${field}`));
    }
    assert.deepEqual(calls, ["snapshot"]);
  });

  it("passes on what a person should read of an error, and names a fault of ours internal", async () => {
    const client = await initialized();
    const { error } = await ask(client, "app/start", {});
    assert.equal(error?.message, "api runs already.");
    assert.deepEqual(error?.data, { code: "invalidState", remedy: "retry", detail: ["line"] });
    assert.equal((await ask(client, "app/stop", {})).error?.data?.code, "internal");
  });

  it("passes the cancelling of a request on", async () => {
    const client = await initialized();
    const answer = client.answer(5);
    client.request("app/renew", { kind: "reload" }, 5);
    await renewBegan;
    client.request("$/cancelRequest", { id: 5 });
    assert.equal((await answer).result?.outcome, "cancelled");
  });

  it("passes it on as well when it comes together with the request", async () => {
    const client = await initialized();
    const answer = client.answer(5);
    client.send(
      frame({ jsonrpc: "2.0", id: 5, method: "app/renew", params: { kind: "reload" } }) +
        frame({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 5 } }),
    );
    assert.equal((await answer).result?.outcome, "cancelled");
  });

  it("serves several clients alike, and counts those that come and go", async () => {
    const [a, b] = [await initialized(), await initialized()];
    const both = Promise.all([a.notified("app/snapshot"), b.notified("app/snapshot")]);
    server.broadcast("app/snapshot", sampleSnapshot({ sequence: 9 }));
    assert.deepEqual(
      (await both).map(({ params }) => (params as { sequence: number }).sequence),
      [9, 9],
    );
    a.socket.destroy();
    await a.closed;
    // Whatever the other is answered now, the first was noticed to be gone before.
    await ask(b, "app/events", {});
    b.socket.end();
    await b.closed;
    const c = await initialized();
    assert.deepEqual(counts, [1, 2, 1, 0, 1]);
    assert.equal((await ask(c, "app/events", {})).error, undefined);
  });

  it("counts a client that initializes twice once", async () => {
    const client = await initialized();
    await ask(client, "initialize", initializeWith());
    assert.deepEqual([server.clients, counts], [1, [1]]);
  });

  const garbage: Record<string, string | Buffer> = {
    "no header": "hello\r\n\r\nhello",
    "a header without a length": "Content-Type: x\r\n\r\n{}",
    "a length that is no number": "Content-Length: many\r\n\r\n{}",
    "a body that is no JSON": "Content-Length: 5\r\n\r\n{{{{{",
    "bytes that are no text": randomBytes(2_000),
    "a request of HTTP": "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  };
  for (const [what, bytes] of Object.entries(garbage)) {
    it(`outlives ${what}, before and after initialize`, async () => {
      const stranger = await open();
      stranger.socket.write(bytes);
      stranger.socket.end();
      await stranger.closes();
      const client = await initialized();
      client.socket.write(bytes);
      client.socket.end();
      await client.closes();
      const other = await initialized();
      assert.equal((await ask(other, "app/events", {})).error, undefined);
    });
  }

  it("outlives valid JSON that is no request", async () => {
    const client = await initialized();
    for (const body of [null, 3, "text", [], {}, { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: 9, result: {} }]) {
      client.socket.write(frame(body));
    }
    client.socket.end();
    await client.closes();
    assert.equal((await ask(await initialized(), "app/events", {})).error, undefined);
  });

  it("cuts off a client that floods it before it has presented the secret", async () => {
    const client = await open();
    client.socket.write("Content-Length: 100000000\r\n\r\n");
    const chunk = Buffer.alloc(16_384, "x");
    const flood = (): void => {
      while (!client.socket.destroyed && client.socket.write(chunk)) {}
    };
    client.socket.on("drain", flood);
    flood();
    await client.closes();
    assert.match(troubles.join(), /more than 65536 bytes before initialize/);
    assert.equal((await ask(await initialized(), "app/events", {})).error, undefined);
  });

  it("takes it for no trouble that a client leaves with something on its way to it", async () => {
    const client = await initialized();
    client.socket.end();
    while (server.clients > 0) {
      server.broadcast("app/report", sampleReport());
      await turn();
    }
    assert.deepEqual(troubles, []);
  });

  it("serves others while a client hangs in the middle of a message", async () => {
    const hanging = await initialized();
    hanging.socket.write(`Content-Length: 1000\r\n\r\n{"jsonrpc":`);
    const client = await initialized();
    assert.equal((await ask(client, "app/events", {})).error, undefined);
    const told = client.notified("app/report");
    server.broadcast("app/report", sampleReport());
    await told;
  });

  it("closes every client, and what it listened on, when it closes", async () => {
    const [stranger, client] = [await open(), await initialized()];
    server.close();
    await Promise.all([stranger.closes(), client.closes()]);
    assert.equal(existsSync(path), false);
    await assert.rejects(openControlClient(path), { code: "ENOENT" });
  });

  it("says why it can't listen", async () => {
    const options = {
      socket: path,
      secret,
      handlers: handlers(),
      onClientsChanged: () => undefined,
      onTrouble: () => undefined,
    };
    await assert.rejects(openControlServer(options), { code: "EADDRINUSE" });
  });
});
