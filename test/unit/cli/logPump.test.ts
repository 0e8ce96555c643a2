import assert from "node:assert/strict";
import { pumpLogs } from "../../../src/cli/run/logPump.ts";
import { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import type { LogChunk } from "../../../src/shared/logs.ts";
import { type Answer, type FakeSupervisor, fakeSupervisor } from "../client/fakeSupervisor.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";

function chunk(sequence: number): LogChunk {
  return { sequence, worker: 1, slot: 1, generation: 1, stream: "stdout", time: 1, text: `${sequence}` };
}

describe("pumpLogs", () => {
  let supervisor: FakeSupervisor | undefined;
  let client: SupervisorClient | undefined;

  let asked = 0;
  let onAsked: () => void = () => undefined;

  async function peerAsked(times: number): Promise<void> {
    while (asked < times) {
      await new Promise<void>((resolve) => {
        onAsked = resolve;
      });
    }
  }

  async function connect(read: Answer): Promise<SupervisorClient> {
    asked = 0;
    const counted: Answer = (...given) => {
      asked += 1;
      setImmediate(() => onAsked());
      return read(...given);
    };
    supervisor = await fakeSupervisor(tempFolder(), { "logs/read": counted });
    client = await SupervisorClient.connect(supervisor.endpoint, { name: "test", version: "0" });
    return client;
  }

  afterEach(async () => {
    client?.dispose();
    await supervisor?.close();
    removeTempFolders();
  });

  it("asks for more only when the last was dealt with", async () => {
    const ending = new AbortController();
    const connection = await connect((params) => {
      const { cursor } = params as { cursor: number };
      return cursor < 3
        ? { cursor: cursor + 1, chunks: [chunk(cursor + 1)], skippedBytes: cursor === 1 ? 77 : 0 }
        : { cursor, chunks: [], skippedBytes: 0 };
    });
    const askedWhenDone: number[] = [];
    const skipped: number[] = [];
    await pumpLogs(connection, {
      cursor: 0,
      receive: async ([first]) => {
        await new Promise(setImmediate);
        askedWhenDone.push(asked);
        if (first?.sequence === 3) {
          ending.abort();
        }
      },
      onDidSkip: (bytes) => skipped.push(bytes),
      ending: ending.signal,
    });
    assert.deepEqual(askedWhenDone, [1, 2, 3]);
    assert.deepEqual(skipped, [77]);
  });

  it("reads the rest once it shall end, though a question is open", async () => {
    const ending = new AbortController();
    const waits: number[] = [];
    const connection = await connect((params, token) => {
      const { cursor, waitMs } = params as { cursor: number; waitMs: number };
      waits.push(waitMs);
      if (waitMs > 0) {
        return new Promise((resolve) => {
          token.onCancellationRequested(() => resolve({ cursor, chunks: [], skippedBytes: 0 }));
          ending.abort();
        });
      }
      return cursor === 0
        ? { cursor: 2, chunks: [chunk(1), chunk(2)], skippedBytes: 0 }
        : { cursor, chunks: [], skippedBytes: 0 };
    });
    const seen: string[] = [];
    await pumpLogs(connection, {
      cursor: 0,
      receive: async (chunks) => void seen.push(...chunks.map(({ text }) => text)),
      onDidSkip: () => undefined,
      ending: ending.signal,
    });
    assert.deepEqual(seen, ["1", "2"]);
    assert.deepEqual(waits, [20_000, 0, 0]);
  });

  it("does not leave the rest with the supervisor while a slow reader has not taken the last", async () => {
    const ending = new AbortController();
    const connection = await connect((params) => {
      const { cursor } = params as { cursor: number };
      return { cursor: Math.min(cursor + 1, 3), chunks: cursor < 3 ? [chunk(cursor + 1)] : [], skippedBytes: 0 };
    });
    const seen: string[] = [];
    let take: () => void = () => undefined;
    const pumped = pumpLogs(connection, {
      cursor: 0,
      receive: async ([first]) => {
        if (first?.sequence === 1) {
          ending.abort();
          await new Promise<void>((resolve) => {
            take = resolve;
          });
        }
        seen.push(first?.text ?? "");
      },
      onDidSkip: () => undefined,
      ending: ending.signal,
    });
    await peerAsked(4);
    assert.deepEqual(seen, []);
    take();
    await pumped;
    assert.deepEqual(seen, ["1", "2", "3"]);
  });

  it("fails when the supervisor goes", async () => {
    const connection = await connect((_params, _token, { socket }) => socket.destroy());
    const options = { cursor: 0, receive: async () => undefined, onDidSkip: () => undefined };
    await assert.rejects(pumpLogs(connection, { ...options, ending: new AbortController().signal }), {
      code: "connectionLost",
    });
  });
});
