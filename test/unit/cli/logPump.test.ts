import assert from "node:assert/strict";
import { pumpLogs } from "../../../src/cli/logPump.ts";
import { SupervisorClient } from "../../../src/client/supervisorClient.ts";
import type { LogChunk } from "../../../src/shared/logs.ts";
import { type Answer, type FakeSupervisor, fakeSupervisor } from "../client/fakeSupervisor.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";

function chunk(sequence: number): LogChunk {
  return { sequence, worker: 1, slot: 1, generation: 1, stream: "stdout", time: 1, text: `${sequence}` };
}

describe("pumpLogs", () => {
  let supervisor: FakeSupervisor | undefined;
  let client: SupervisorClient | undefined;

  async function connect(read: Answer): Promise<SupervisorClient> {
    supervisor = await fakeSupervisor(tempFolder(), { "logs/read": read });
    client = await SupervisorClient.connect(supervisor.endpoint, { name: "test", version: "0" });
    return client;
  }

  afterEach(async () => {
    client?.dispose();
    await supervisor?.close();
    removeTempFolders();
  });

  it("asks for more only when the last was dealt with", async () => {
    let asked = 0;
    const ending = new AbortController();
    const connection = await connect((params) => {
      asked += 1;
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

  it("fails when the supervisor goes", async () => {
    const connection = await connect((_params, _token, { socket }) => socket.destroy());
    const options = { cursor: 0, receive: async () => undefined, onDidSkip: () => undefined };
    await assert.rejects(pumpLogs(connection, { ...options, ending: new AbortController().signal }), {
      code: "connectionLost",
    });
  });
});
