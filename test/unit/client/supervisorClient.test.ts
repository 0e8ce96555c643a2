import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import { replayEvents } from "../../../src/client/connection/replayEvents.ts";
import { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import type { Snapshot } from "../../../src/shared/snapshot.ts";
import { type Answer, type FakeSupervisor, fakeSupervisor, refuse } from "./fakeSupervisor.ts";
import { sampleReport, sampleSnapshot } from "./samples.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

const identity = { name: "test", version: "0.0.0" };

function frame(message: object): string {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

describe("SupervisorClient", () => {
  let supervisor: FakeSupervisor | undefined;
  let client: SupervisorClient | undefined;

  async function start(answers: Record<string, Answer> = {}): Promise<FakeSupervisor> {
    supervisor = await fakeSupervisor(tempFolder(), answers);
    return supervisor;
  }

  async function connected(answers: Record<string, Answer> = {}): Promise<SupervisorClient> {
    client = await SupervisorClient.connect((await start(answers)).endpoint, identity);
    return client;
  }

  function peer() {
    const found = supervisor?.peers[0];
    assert(found !== undefined);
    return found;
  }

  afterEach(async () => {
    client?.dispose();
    client = undefined;
    await supervisor?.close();
    supervisor = undefined;
    removeTempFolders();
  });

  it("knows the state once it is connected", async () => {
    assert.deepEqual((await connected()).snapshot, sampleSnapshot());
  });

  it("names a wrong secret", async () => {
    const { endpoint } = await start();
    await assert.rejects(SupervisorClient.connect({ ...endpoint, secret: "guess" }, identity), {
      code: "badSecret",
      message: "The secret is wrong.",
      remedy: "retry",
    });
  });

  it("refuses a supervisor that answers with another protocol version", async () => {
    const { endpoint } = await start({ initialize: () => ({ protocolVersion: 99, snapshot: sampleSnapshot() }) });
    await assert.rejects(SupervisorClient.connect(endpoint, identity), {
      code: "protocolMismatch",
      message: /version 99/,
    });
  });

  it("passes on that the supervisor refuses its version", async () => {
    const { endpoint } = await start({
      initialize: () => {
        throw refuse("protocolMismatch", "I speak 7.");
      },
    });
    await assert.rejects(SupervisorClient.connect(endpoint, identity), {
      code: "protocolMismatch",
      message: "I speak 7.",
    });
  });

  it("gives up on a supervisor that says nothing", async () => {
    const { endpoint } = await start({ initialize: () => new Promise(() => undefined) });
    await assert.rejects(SupervisorClient.connect(endpoint, identity, { deadlineMs: 50 }), { code: "deadline" });
  });

  it("says when nobody listens", async () => {
    const { endpoint } = await start();
    const gone = { ...endpoint, socket: join(tempFolder(), "gone.sock") };
    await assert.rejects(SupervisorClient.connect(gone, identity), {
      code: "connectionLost",
      message: /"api" \(pid \d+\)/,
    });
  });

  it("gives up on a peer that speaks no JSON-RPC", async () => {
    const socket = join(tempFolder(), "x.sock");
    const server = createServer((peerSocket) => peerSocket.end("HTTP/1.1 200 OK\r\nserver: other\r\n\r\n"));
    server.listen(socket);
    await once(server, "listening");
    try {
      const { endpoint } = await start();
      await assert.rejects(SupervisorClient.connect({ ...endpoint, socket }, identity), { code: "badMessage" });
    } finally {
      server.close();
    }
  });

  it("refuses an answer of another shape, naming the field", async () => {
    const { endpoint } = await start({
      initialize: () => ({ protocolVersion, snapshot: { ...sampleSnapshot(), workers: [{ id: "one" }] } }),
    });
    await assert.rejects(SupervisorClient.connect(endpoint, identity), {
      code: "badMessage",
      message: /initialize, field snapshot\.workers\.0/,
    });
  });

  it("sends parameters and returns the answer", async () => {
    const seen: unknown[] = [];
    const it = await connected({
      "app/scale": (params) => {
        seen.push(params);
        return { from: 2, to: 4 };
      },
    });
    assert.deepEqual(await it.request("app/scale", { workers: 4 }), { from: 2, to: 4 });
    assert.deepEqual(seen, [{ workers: 4 }]);
  });

  it("rejects with the supervisor's own error", async () => {
    const it = await connected({
      "app/killWorker": () => {
        throw refuse("workerNotFound", "There is no worker 9.", ["There are 1 and 2."]);
      },
    });
    await assert.rejects(it.request("app/killWorker", { worker: 9 }), {
      name: "HitlessError",
      code: "workerNotFound",
      message: "There is no worker 9.",
      detail: ["There are 1 and 2."],
    });
  });

  it("gives up on an answer after its deadline", async () => {
    const it = await connected({ "app/reports": () => new Promise(() => undefined) });
    await assert.rejects(it.request("app/reports", {}, { deadlineMs: 20 }), {
      code: "deadline",
      message: /app\/reports/,
    });
  });

  it("cancels, and still waits for the report", async () => {
    const it = await connected({
      "app/renew": (_params, token: CancellationToken) =>
        new Promise((resolve) => {
          token.onCancellationRequested(() => resolve(sampleReport({ outcome: "cancelled" })));
          aborter.abort();
        }),
    });
    const aborter = new AbortController();
    const report = await it.request("app/renew", { kind: "reload" }, { signal: aborter.signal });
    assert.equal(report.outcome, "cancelled");
  });

  it("cancels at once when the signal was aborted before", async () => {
    const it = await connected({
      "app/renew": (_params, token: CancellationToken) =>
        new Promise((resolve) => {
          token.onCancellationRequested(() => resolve(sampleReport({ outcome: "cancelled" })));
        }),
    });
    const report = await it.request("app/renew", { kind: "reload" }, { signal: AbortSignal.abort() });
    assert.equal(report.outcome, "cancelled");
  });

  it("tells of new states and ignores one that is overtaken", async () => {
    const it = await connected();
    const seen: number[] = [];
    const third = new Promise<Snapshot>((resolve) => {
      it.onDidSnapshot((snapshot) => {
        seen.push(snapshot.sequence);
        if (snapshot.sequence === 3) {
          resolve(snapshot);
        }
      });
    });
    for (const sequence of [2, 1, 3]) {
      await peer().connection.sendNotification("app/snapshot", sampleSnapshot({ sequence }));
    }
    await third;
    assert.deepEqual(seen, [2, 3]);
    assert.equal(it.snapshot.sequence, 3);
  });

  it("passes on events and reports until the listener is disposed", async () => {
    const it = await connected();
    const event = { sequence: 1, time: 5, level: "info" as const, code: "workerReady", message: "Ready.", worker: 1 };
    const seen: unknown[] = [];
    it.onDidEvent((given) => seen.push(given));
    const reported = new Promise((resolve) => it.onDidReport(resolve));
    it.onDidEvent(() => seen.push("never")).dispose();
    await peer().connection.sendNotification("app/event", event);
    await peer().connection.sendNotification("app/report", sampleReport());
    assert.deepEqual(await reported, sampleReport());
    assert.deepEqual(seen, [event]);
  });

  describe("replays events", () => {
    const event = (sequence: number) => ({
      sequence,
      time: 5,
      level: "info" as const,
      code: "workerReady",
      message: `Event ${sequence}.`,
    });

    it("those it remembers first, then those that came meanwhile, each once and in order", async () => {
      const it = await connected({
        "app/events": async (_params, _token, { connection }) => {
          for (const sequence of [2, 3, 4]) {
            await connection.sendNotification("app/event", event(sequence));
          }
          return { events: [event(1), event(2), event(3)] };
        },
      });
      const seen: number[] = [];
      const replay = replayEvents(it, ({ sequence }) => seen.push(sequence));
      await replay.caughtUp;
      assert.deepEqual(seen, [1, 2, 3, 4]);
      const reported = new Promise((resolve) => it.onDidReport(resolve));
      await peer().connection.sendNotification("app/event", event(4));
      await peer().connection.sendNotification("app/event", event(5));
      await peer().connection.sendNotification("app/report", sampleReport());
      await reported;
      assert.deepEqual(seen, [1, 2, 3, 4, 5]);
    });

    it("the new ones also when it does not say which it remembers", async () => {
      const it = await connected({
        "app/events": async (_params, _token, { connection }) => {
          await connection.sendNotification("app/event", event(7));
          throw refuse("invalidState", "Not now.");
        },
      });
      const seen: number[] = [];
      await replayEvents(it, ({ sequence }) => seen.push(sequence)).caughtUp;
      assert.deepEqual(seen, [7]);
    });
  });

  it("closes on a notification of another shape", async () => {
    const it = await connected();
    const closed = new Promise<void>((resolve) => it.onDidClose(resolve));
    await peer().connection.sendNotification("app/snapshot", { sequence: 2 });
    await closed;
    await assert.rejects(it.request("app/snapshot", {}), { code: "badMessage", message: /app\/snapshot, field/ });
  });

  it("rejects what is pending when the supervisor goes, and says so once", async () => {
    const it = await connected({ "app/renew": (_params, _token, { socket }) => socket.destroy() });
    let closes = 0;
    it.onDidClose(() => {
      closes += 1;
    });
    await assert.rejects(it.request("app/renew", { kind: "reload" }), { code: "connectionLost" });
    assert.equal(it.closed, true);
    it.dispose();
    assert.equal(closes, 1);
  });

  it("receives everything that was sent before the supervisor hung up", async () => {
    const it = await connected({
      "app/stop": (_params, _token, { socket }) => {
        const states = Array.from({ length: 49 }, (_, index) =>
          frame({ jsonrpc: "2.0", method: "app/snapshot", params: sampleSnapshot({ sequence: index + 2 }) }),
        );
        // The second request of the connection, after `initialize`, has the id 1.
        socket.end(states.join("") + frame({ jsonrpc: "2.0", id: 1, result: { killed: 0 } }));
        return new Promise(() => undefined);
      },
    });
    assert.deepEqual(await it.request("app/stop", {}), { killed: 0 });
    assert.equal(it.snapshot.sequence, 50);
  });

  it("tells a late listener that it is closed, and refuses further requests", async () => {
    const it = await connected();
    it.dispose();
    let told = false;
    const closed = new Promise<void>((resolve) => {
      it.onDidClose(() => {
        told = true;
        resolve();
      });
    });
    assert.equal(told, false);
    await closed;
    await assert.rejects(it.request("app/snapshot", {}), { code: "connectionLost" });
  });
});
