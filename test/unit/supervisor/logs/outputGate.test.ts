import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { mock } from "node:test";
import { logRingBytes } from "../../../../src/shared/logs.ts";
import { createLogStore } from "../../../../src/supervisor/logs/logStore.ts";

const piece = Buffer.alloc(65_536, "x");

/** A worker that writes as long as it is let. */
function worker(logs: ReturnType<typeof createLogStore>, id: number) {
  let paused = false;
  logs.watch(id, {
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
  });
  return {
    /** Returns how many bytes it could write, of so many pieces at most. */
    write(pieces: number): number {
      let written = 0;
      while (!paused && written < pieces * piece.length) {
        logs.append({ worker: id, slot: id, generation: 1 }, "stdout", piece);
        written += piece.length;
      }
      return written;
    },
    get paused() {
      return paused;
    },
  };
}

describe("a reader that must lose nothing", () => {
  const everything = 64 * logRingBytes;

  it("is waited for, and reads all of it", () => {
    const logs = createLogStore();
    const loud = worker(logs, 1);
    const { signal: reader } = new AbortController();
    let cursor = 0;
    let read = 0;
    let written = 0;
    do {
      const answer = logs.read({ cursor, maxBytes: 1_048_576, reader });
      assert.equal(answer.skippedBytes, 0);
      cursor = answer.cursor;
      read += answer.chunks.reduce((sum, { text }) => sum + text.length, 0);
      written += loud.write(200);
    } while (read < 8_000_000);
    assert.ok(loud.paused);
    assert.ok(written - read < logRingBytes);
  });

  it("is waited for from the last lines on, with which it begins", () => {
    const logs = createLogStore();
    const loud = worker(logs, 1);
    loud.write(100);
    const { signal: reader } = new AbortController();
    const { cursor } = logs.read({ lines: 1, maxBytes: everything, reader });
    const written = loud.write(200);
    assert.ok(written < logRingBytes);
    const { chunks, skippedBytes } = logs.read({ cursor, maxBytes: everything, reader });
    assert.deepEqual([chunks.reduce((sum, { text }) => sum + text.length, 0), skippedBytes], [written, 0]);
  });

  it("is waited for only with the worker that it reads", () => {
    const logs = createLogStore();
    const [one, two] = [worker(logs, 1), worker(logs, 2)];
    logs.read({ cursor: 0, worker: 2, maxBytes: everything, reader: new AbortController().signal });
    assert.equal(one.write(100), 100 * piece.length);
    assert.ok(two.write(100) < logRingBytes);
  });

  it("is waited for no longer once it has gone, or its worker has ended", () => {
    const logs = createLogStore();
    const [one, two] = [worker(logs, 1), worker(logs, 2)];
    const client = new AbortController();
    logs.read({ cursor: 0, maxBytes: everything, reader: client.signal });
    one.write(100);
    two.write(100);
    assert.deepEqual([one.paused, two.paused], [true, true]);
    logs.exited(2);
    assert.deepEqual([one.paused, two.paused], [true, false]);
    client.abort();
    assert.equal(one.paused, false);
    assert.equal(one.write(100), 100 * piece.length);
  });

  it("is waited for before it comes, if it was announced, but not for ever", async () => {
    const logs = createLogStore();
    const loud = worker(logs, 1);
    logs.expectReader(20);
    loud.write(100);
    assert.equal(loud.paused, true);
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (loud.paused) {
          setImmediate(look);
        } else {
          resolve();
        }
      };
      look();
    });
    assert.equal(loud.write(100), 100 * piece.length);
  });

  it("is listened to once, however often it stalls", () => {
    const logs = createLogStore();
    const [{ signal: stalls }, { signal: reads }] = [new AbortController(), new AbortController()];
    let passed = 0;
    const now = performance.now.bind(performance);
    const clock = mock.method(performance, "now", () => now() + passed);
    try {
      for (let times = 1; times <= 50; times += 1) {
        logs.read({ cursor: 0, maxBytes: everything, reader: stalls });
        passed += 60_000;
        logs.read({ cursor: 0, maxBytes: everything, reader: reads });
      }
    } finally {
      clock.mock.restore();
    }
    assert.equal(getEventListeners(stalls, "abort").length, 1);
  });

  it("makes nobody else's output wait: others are told what they missed", () => {
    const logs = createLogStore();
    const loud = worker(logs, 1);
    logs.read({ cursor: 0, maxBytes: everything });
    assert.equal(loud.write(100), 100 * piece.length);
    assert.ok(logs.read({ cursor: 0, maxBytes: everything }).skippedBytes > 0);
  });
});

describe("the last lines", () => {
  const write = (logs: ReturnType<typeof createLogStore>, id: number, text: string) =>
    logs.append({ worker: id, slot: id, generation: 1 }, "stdout", Buffer.from(text));
  const texts = (logs: ReturnType<typeof createLogStore>, lines: number, maxBytes = 1_000_000) =>
    logs.read({ lines, maxBytes }).chunks.map(({ worker: id, text }) => `${id} ${text}`);

  it("are whole ones of each worker, by where they end", () => {
    const logs = createLogStore();
    write(logs, 1, "zero\naa");
    write(logs, 2, "b1\nb2\n");
    write(logs, 1, "aa\n");
    assert.deepEqual(texts(logs, 1), ["1 aa", "1 aa\n"]);
    assert.deepEqual(texts(logs, 2), ["1 aa", "2 b2\n", "1 aa\n"]);
    assert.deepEqual(texts(logs, 9), ["1 zero\naa", "2 b1\nb2\n", "1 aa\n"]);
  });

  it("are left out as whole ones where they are too much, but for a single one", () => {
    const logs = createLogStore();
    write(logs, 1, "first");
    write(logs, 1, "first\nsecond\nthi");
    write(logs, 1, "rd\n");
    assert.deepEqual(texts(logs, 9, 19), ["1 second\nthi", "1 rd\n"]);
    write(logs, 1, "x".repeat(30));
    write(logs, 1, "y".repeat(30));
    assert.deepEqual(texts(logs, 1, 40), [`1 ${"y".repeat(30)}`]);
  });
});
