import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { readLogs } from "../../../../src/supervisor/logs/logReader.ts";
import { createLogStore } from "../../../../src/supervisor/logs/logStore.ts";

describe("readLogs", () => {
  const never = new AbortController().signal;
  const longWait = 60_000;
  let logs: ReturnType<typeof createLogStore>;
  const write = (worker: number, text: string) =>
    logs.append({ worker, slot: worker, generation: 1 }, "stdout", Buffer.from(text));
  const textOf = async (answer: ReturnType<typeof readLogs>) => (await answer).chunks.map(({ text }) => text);

  beforeEach(() => {
    logs = createLogStore();
  });

  it("answers at once what there is", async () => {
    write(1, "a\n");
    assert.deepEqual(await readLogs(logs, { cursor: 1, waitMs: 0 }, [never]), {
      cursor: 1,
      chunks: [],
      skippedBytes: 0,
    });
    assert.deepEqual(await textOf(readLogs(logs, { cursor: 0, waitMs: longWait }, [never])), ["a\n"]);
    assert.deepEqual(await textOf(readLogs(logs, { lines: 0, waitMs: longWait }, [never])), []);
  });

  it("waits for what comes, and answers together what was written together", async () => {
    const answer = textOf(readLogs(logs, { cursor: 0, waitMs: longWait }, [never]));
    write(1, "a\n");
    write(2, "b\n");
    assert.deepEqual(await answer, ["a\n", "b\n"]);
  });

  it("waits for one worker without waking for another", async () => {
    const answer = textOf(readLogs(logs, { cursor: 0, worker: 2, waitMs: longWait }, [never]));
    write(1, "not this\n");
    await new Promise(setImmediate);
    write(2, "this\n");
    assert.deepEqual(await answer, ["this\n"]);
  });

  it("answers with nothing when the time is over", async () => {
    assert.deepEqual(await textOf(readLogs(logs, { cursor: 0, waitMs: 1 }, [never])), []);
  });

  it("ends when it is cancelled, and leaves nobody waiting", async () => {
    const controller = new AbortController();
    const answer = textOf(readLogs(logs, { cursor: 0, waitMs: longWait }, [controller.signal]));
    controller.abort();
    assert.deepEqual(await answer, []);
  });

  it("leaves nothing with a signal that outlives it, however often it is asked", async () => {
    const { signal } = new AbortController();
    const fields = (): number[] =>
      Object.getOwnPropertySymbols(signal).map((symbol) => {
        const value: unknown = Reflect.get(signal, symbol);
        return value instanceof Set || value instanceof Map ? value.size : 0;
      });
    const before = fields();
    for (let times = 1; times <= 50; times += 1) {
      assert.deepEqual(await textOf(readLogs(logs, { cursor: 0, waitMs: 1 }, [never, signal])), []);
    }
    assert.equal(getEventListeners(signal, "abort").length, 0);
    assert.deepEqual(fields(), before);
  });
});
