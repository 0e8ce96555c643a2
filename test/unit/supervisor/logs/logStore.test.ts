import assert from "node:assert/strict";
import { logRingBytes, logRingsKept } from "../../../../src/shared/logs.ts";
import { createLogStore, type LogStore } from "../../../../src/supervisor/logs/logStore.ts";
import { seededRandom } from "../random.ts";

const everything = 64 * logRingBytes;

describe("logStore", () => {
  const source = (worker: number) => ({ worker, slot: worker, generation: 1 });
  const write = (logs: LogStore, worker: number, text: string, stream: "stdout" | "stderr" = "stdout") =>
    logs.append(source(worker), stream, Buffer.from(text));
  const texts = ({ chunks }: { readonly chunks: readonly { readonly text: string }[] }) =>
    chunks.map(({ text }) => text);

  it("gives what came after the cursor in the order it came, with who wrote it", () => {
    let time = 0;
    const logs = createLogStore(() => {
      time += 1;
      return time;
    });
    write(logs, 2, "a\n");
    write(logs, 1, "b\n", "stderr");
    write(logs, 2, "c\n");
    const all = logs.read({ cursor: 0, maxBytes: everything });
    assert.deepEqual(all, {
      cursor: 3,
      skippedBytes: 0,
      chunks: [
        { sequence: 1, worker: 2, slot: 2, generation: 1, stream: "stdout", time: 1, text: "a\n" },
        { sequence: 2, worker: 1, slot: 1, generation: 1, stream: "stderr", time: 2, text: "b\n" },
        { sequence: 3, worker: 2, slot: 2, generation: 1, stream: "stdout", time: 3, text: "c\n" },
      ],
    });
    assert.deepEqual(texts(logs.read({ cursor: 2, maxBytes: everything })), ["c\n"]);
    assert.deepEqual(logs.read({ cursor: 3, maxBytes: everything }), { cursor: 3, chunks: [], skippedBytes: 0 });
  });

  it("gives every piece exactly once to a reader with any appetite, of many workers or of one", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seededRandom(seed);
      const logs = createLogStore();
      const written: { readonly worker: number; readonly text: string }[] = [];
      const only = random(2) === 0 ? undefined : 2;
      const got: string[] = [];
      let cursor = 0;
      const readSome = (): boolean => {
        const answer = logs.read({ cursor, worker: only, maxBytes: 1 + random(300) });
        assert.equal(answer.skippedBytes, 0);
        assert(answer.cursor >= cursor);
        cursor = answer.cursor;
        got.push(...texts(answer));
        return answer.chunks.length > 0;
      };
      for (let turn = 0; turn < 200; turn += 1) {
        const worker = 1 + random(4);
        const text = `${turn}${"x".repeat(random(100))}\n`;
        write(logs, worker, text);
        written.push({ worker, text });
        if (random(3) === 0) {
          readSome();
        }
      }
      while (readSome()) {}
      const expected = written.filter(({ worker }) => only === undefined || worker === only).map(({ text }) => text);
      assert.deepEqual(got, expected, `seed ${seed}`);
    }
  });

  it("gives a piece that is larger than asked for, alone", () => {
    const logs = createLogStore();
    write(logs, 1, "x".repeat(1_000));
    write(logs, 1, "y");
    assert.deepEqual(texts(logs.read({ cursor: 0, maxBytes: 10 })), ["x".repeat(1_000)]);
    assert.deepEqual(texts(logs.read({ cursor: 1, maxBytes: 10 })), ["y"]);
  });

  it("keeps the last mebibyte of a worker", () => {
    const logs = createLogStore();
    const piece = "x".repeat(65_536);
    for (let count = 0; count < 100; count += 1) {
      write(logs, 1, piece);
    }
    const { chunks } = logs.read({ cursor: 0, maxBytes: everything });
    assert.equal(chunks.length, logRingBytes / 65_536);
    assert.equal(chunks.at(-1)?.sequence, 100);
  });

  it("bounds the number of small pieces too", () => {
    const logs = createLogStore();
    for (let count = 0; count < 50_000; count += 1) {
      write(logs, 1, "\n");
    }
    const { chunks, skippedBytes } = logs.read({ cursor: 0, maxBytes: everything });
    assert.equal(chunks.length, 8_192);
    assert.equal(skippedBytes, 50_000 - 8_192);
  });

  it("does not let a loud worker push out a quiet one", () => {
    const logs = createLogStore();
    write(logs, 1, "quiet\n");
    for (let count = 0; count < 200; count += 1) {
      write(logs, 2, "x".repeat(65_536));
    }
    assert.deepEqual(texts(logs.read({ cursor: 0, worker: 1, maxBytes: everything })), ["quiet\n"]);
  });

  it("is awaited until who must lose nothing has asked for more than there is, or has gone", () => {
    const logs = createLogStore();
    const [one, other] = [new AbortController(), new AbortController()];
    const read = (reader: AbortSignal | undefined, cursor: number) => logs.read({ cursor, maxBytes: 1, reader }).cursor;
    write(logs, 1, "a\n");
    write(logs, 2, "b\n");
    assert.deepEqual([read(undefined, 0), logs.awaited.length > 0], [1, false]);
    assert.deepEqual([read(one.signal, 0), logs.awaited.length > 0], [1, true]);
    assert.deepEqual([read(one.signal, 1), logs.awaited.length > 0], [2, true]);
    assert.deepEqual([read(one.signal, 2), logs.awaited.length > 0], [2, false]);
    read(other.signal, 0);
    assert.equal(logs.awaited.length > 0, true);
    other.abort();
    assert.equal(logs.awaited.length > 0, false);
  });

  it("tells a late reader what it missed, exact to 16 KiB", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed);
      const logs = createLogStore();
      const sizes: number[] = [];
      for (let count = 0; count < 400; count += 1) {
        const size = 1 + random(20_000);
        sizes.push(size);
        write(logs, 1, "x".repeat(size));
      }
      for (let turn = 0; turn < 20; turn += 1) {
        const cursor = random(400);
        const { chunks, skippedBytes } = logs.read({ cursor, maxBytes: everything });
        const kept = chunks.reduce((sum, { text }) => sum + text.length, 0);
        const after = sizes.slice(cursor).reduce((sum, size) => sum + size, 0);
        // A piece is lost as a whole, so the last one may exceed the step by its own length.
        assert(
          Math.abs(after - kept - skippedBytes) <= 16_384 + 20_000,
          `seed ${seed}, cursor ${cursor}: ${skippedBytes} told, ${after - kept} missed`,
        );
      }
    }
  });

  it("tells nobody of a loss who has read what was lost", () => {
    const logs = createLogStore();
    let cursor = 0;
    for (let count = 0; count < 200; count += 1) {
      write(logs, 1, "x".repeat(65_536));
      const answer = logs.read({ cursor, maxBytes: everything });
      assert.equal(answer.skippedBytes, 0);
      cursor = answer.cursor;
    }
  });

  it("gives the last lines to whoever comes without a cursor", () => {
    const logs = createLogStore();
    write(logs, 1, "1\n2\n3\n");
    write(logs, 2, "4\n5");
    assert.deepEqual(texts(logs.read({ lines: 3, maxBytes: everything })), ["3\n", "4\n5"]);
    assert.deepEqual(texts(logs.read({ lines: 1, maxBytes: everything })), ["5"]);
    assert.deepEqual(texts(logs.read({ lines: 100, maxBytes: everything })), ["1\n2\n3\n", "4\n5"]);
    assert.deepEqual(logs.read({ lines: 0, maxBytes: everything }), { cursor: 2, chunks: [], skippedBytes: 0 });
    assert.deepEqual(texts(logs.read({ worker: 1, lines: 2, maxBytes: everything })), ["2\n3\n"]);
  });

  it("counts empty lines as lines", () => {
    const logs = createLogStore();
    write(logs, 1, "a\n\n\n");
    assert.deepEqual(texts(logs.read({ lines: 2, maxBytes: everything })), ["\n\n"]);
  });

  it("keeps the output of workers that ended until enough newer ones have written", () => {
    const logs = createLogStore();
    for (let worker = 1; worker <= logRingsKept + 200; worker += 1) {
      write(logs, worker, `${worker}\n`);
      logs.ended(worker);
    }
    const kept = texts(logs.read({ cursor: 0, maxBytes: everything }));
    assert(kept.length >= logRingsKept && kept.length < 200, `${kept.length} kept`);
    assert.equal(kept.at(-1), `${logRingsKept + 200}\n`);
  });

  it("keeps no more of workers that write only after their end, as what they have started may", () => {
    const logs = createLogStore();
    const workers = logRingsKept + 200;
    for (let worker = 1; worker <= workers; worker += 1) {
      logs.ended(worker);
      write(logs, worker, `${worker}\n`);
    }
    const kept = texts(logs.read({ cursor: 0, maxBytes: everything }));
    assert.equal(kept.length, logRingsKept);
    assert.equal(kept.at(-1), `${workers}\n`);
    // One of those whose output was given up writes once more.
    write(logs, 1, "again\n");
    assert.equal(logs.read({ cursor: 0, maxBytes: everything }).chunks.length, logRingsKept);
  });

  it("keeps the output of every worker that lives, however many write", () => {
    const logs = createLogStore();
    for (let worker = 1; worker <= logRingsKept + 20; worker += 1) {
      write(logs, worker, `${worker}\n`);
    }
    assert.equal(logs.read({ cursor: 0, maxBytes: everything }).chunks.length, logRingsKept + 20);
  });

  it("gives the whole last line though it came in two pieces", () => {
    const logs = createLogStore();
    write(logs, 1, "first\nsec");
    write(logs, 1, "ond\n");
    assert.deepEqual(texts(logs.read({ lines: 1, maxBytes: everything })), ["sec", "ond\n"]);
  });

  it("calls who waits for a worker, or for any, once", () => {
    const logs = createLogStore();
    const calls: string[] = [];
    logs.onceAppended(1, () => calls.push("one"));
    logs.onceAppended(undefined, () => calls.push("any"));
    const forget = logs.onceAppended(2, () => calls.push("forgotten"));
    write(logs, 2, "");
    assert.deepEqual(calls, []);
    forget();
    write(logs, 2, "x");
    assert.deepEqual(calls, ["any"]);
    write(logs, 1, "x");
    write(logs, 1, "x");
    assert.deepEqual(calls, ["any", "one"]);
  });

  it("ignores empty pieces", () => {
    const logs = createLogStore();
    write(logs, 1, "");
    assert.deepEqual(logs.read({ cursor: 0, maxBytes: 1 }), { cursor: 0, chunks: [], skippedBytes: 0 });
  });
});
