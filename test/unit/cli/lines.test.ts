import assert from "node:assert/strict";
import { createLineFormat } from "../../../src/cli/terminal/lineFormat.ts";
import { coloured, plain } from "../../../src/cli/terminal/paint.ts";
import { createLineAssembler } from "../../../src/client/logs/lineAssembler.ts";
import type { LogChunk } from "../../../src/shared/logs.ts";

let sequence = 0;

function chunk(text: string, changes: Partial<LogChunk> = {}): LogChunk {
  sequence += 1;
  return { sequence, worker: 1, slot: 1, generation: 1, stream: "stdout", time: sequence, text, ...changes };
}

describe("createLineAssembler", () => {
  it("makes whole lines of parts, for each worker and stream apart", () => {
    const assembler = createLineAssembler();
    const texts = [
      chunk("one\ntw"),
      chunk("err", { stream: "stderr" }),
      chunk("zwei\n", { worker: 2 }),
      chunk("o\r\n\nthr"),
      chunk("or\n", { stream: "stderr" }),
    ].flatMap((piece) => assembler.add(piece).map(({ worker, stream, text }) => `${worker} ${stream} ${text}`));
    assert.deepEqual(texts, ["1 stdout one", "2 stdout zwei", "1 stdout two", "1 stdout ", "1 stderr error"]);
    assert.deepEqual(
      assembler.rest().map(({ text }) => text),
      ["thr"],
    );
    assert.deepEqual(assembler.rest(), []);
  });

  it("dates a line by its beginning", () => {
    const assembler = createLineAssembler();
    assembler.add(chunk("a", { time: 10 }));
    assembler.add(chunk("b", { time: 20 }));
    const lines = assembler.add(chunk("c\nd\n", { time: 30 }));
    assert.deepEqual(
      lines.map(({ time, text }) => [time, text]),
      [
        [10, "abc"],
        [30, "d"],
      ],
    );
  });

  it("passes on a line that never ends before it grows without bound", () => {
    const assembler = createLineAssembler();
    const [line] = assembler.add(chunk("x".repeat(70_000)));
    assert.equal(line?.text.length, 70_000);
    assert.deepEqual(assembler.rest(), []);
  });
});

describe("createLineFormat", () => {
  const line = { time: 1, worker: 3, slot: 1, generation: 1, stream: "stdout" as const, text: "hello" };

  it("leaves the lines of one worker alone", () => {
    assert.equal(createLineFormat(coloured, { several: false, widest: 3 })(line), "hello");
  });

  it("names the worker where there are several, in a column", () => {
    const format = createLineFormat(plain, { several: true, widest: 4 });
    assert.equal(format(line), "1·1  │ hello");
    assert.equal(format({ ...line, generation: 100 }), "1·100 │ hello");
    assert.equal(format(line), "1·1   │ hello");
  });

  it("tells stderr by a red bar", () => {
    const format = createLineFormat(coloured, { several: true, widest: 3 });
    assert.equal(format({ ...line, stream: "stderr" }), "\u001b[36m1·1\u001b[39m \u001b[31m│\u001b[39m hello");
  });
});
