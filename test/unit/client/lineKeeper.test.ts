import assert from "node:assert/strict";
import { createLineKeeper } from "../../../src/client/logs/lineKeeper.ts";
import type { LogChunk } from "../../../src/shared/logs.ts";

let sequence = 0;

function chunk(worker: number, text: string, stream: LogChunk["stream"] = "stdout"): LogChunk {
  sequence += 1;
  return { sequence, worker, slot: worker, generation: 1, stream, time: sequence, text };
}

const texts = (chunks: readonly LogChunk[]) => chunks.map(({ worker, text }) => `${worker} ${text}`);

describe("createLineKeeper", () => {
  it("passes whole lines on, with their ends as they are, and keeps what was begun", () => {
    const keeper = createLineKeeper({ patienceMs: 1 });
    assert.deepEqual(texts(keeper.add(chunk(1, "one\r\ntwo\nthr"))), ["1 one\r\ntwo\n"]);
    assert.deepEqual(texts(keeper.add(chunk(2, "zwei\n"))), ["2 zwei\n"]);
    assert.deepEqual(texts(keeper.add(chunk(1, "e"))), []);
    assert.deepEqual(texts(keeper.add(chunk(1, "on stderr\n", "stderr"))), ["1 on stderr\n"]);
    assert.equal(keeper.keeps, true);
    assert.deepEqual(texts(keeper.add(chunk(1, "e\n"))), ["1 three\n"]);
    assert.equal(keeper.keeps, false);
  });

  it("passes on a line that nobody goes on with, and not one that somebody does", () => {
    let time = 0;
    const keeper = createLineKeeper({ patienceMs: 10, now: () => time });
    keeper.add(chunk(1, "name? "));
    keeper.add(chunk(2, "long"));
    time = 9;
    assert.deepEqual(keeper.overdue(), []);
    keeper.add(chunk(2, "er"));
    time = 10;
    assert.deepEqual(texts(keeper.overdue()), ["1 name? "]);
    assert.deepEqual(texts(keeper.rest()), ["2 longer"]);
    assert.equal(keeper.keeps, false);
  });

  it("does not keep more of a line than it may, and takes no time of the square of its length", () => {
    const keeper = createLineKeeper({ patienceMs: 10, longest: 2_000_000 });
    const piece = "x".repeat(10);
    let passed = 0;
    for (let count = 0; count < 400_000; count += 1) {
      passed += keeper.add(chunk(1, piece)).reduce((sum, { text }) => sum + text.length, 0);
    }
    passed += keeper.rest().reduce((sum, { text }) => sum + text.length, 0);
    assert.equal(passed, 4_000_000);
  });
});
