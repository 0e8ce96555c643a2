import assert from "node:assert/strict";
import { createStderrTail } from "../../../../src/supervisor/logs/stderrTail.ts";

describe("stderrTail", () => {
  it("puts lines together that came in pieces, with either line end", () => {
    const tail = createStderrTail();
    for (const piece of ["one\r", "\ntw", "o\n", "", "three"]) {
      tail.push(piece);
    }
    assert.deepEqual(tail.lines(), ["one", "two", "three"]);
  });

  it("is empty at first and keeps empty lines in between", () => {
    const tail = createStderrTail();
    assert.deepEqual(tail.lines(), []);
    tail.push("a\n\nb\n");
    assert.deepEqual(tail.lines(), ["a", "", "b"]);
  });

  it("holds plain text: Node.js colours the stacks of modules", () => {
    const tail = createStderrTail();
    tail.push("    at \u001b[90mfile:///srv/api/\u001b[39mserver.js:7:13\n\u001b[2Jend\n");
    assert.deepEqual(tail.lines(), ["    at file:///srv/api/server.js:7:13", "end"]);
  });

  it("keeps what was wrong, and not the native stack below it, which is longer on Windows", () => {
    const frames = (form: (frame: number) => string) => Array.from({ length: 42 }, (_, frame) => form(frame + 1));
    for (const [told, stack] of [
      ["heap out of memory", frames((frame) => ` ${frame}: 0xc5a6d0 node::Abort() [node]`)],
      ["heap out of memory", frames((frame) => `${String(frame).padStart(2)}: 0000000140E65FCD v8::Isolate::Exit+133`)],
      ["heap out of memory", frames((frame) => `${frame}: 0000000067FF0000 `)],
    ] as const) {
      const tail = createStderrTail();
      tail.push(`FATAL ERROR: ${told}\n----- Native stack trace -----\n\n${stack.join("\n")}\n`);
      assert.deepEqual(tail.lines(), [`FATAL ERROR: ${told}`, "----- Native stack trace -----", ""]);
    }
  });

  it("keeps the last 20 lines", () => {
    const tail = createStderrTail();
    for (let line = 1; line <= 1_000; line += 1) {
      tail.push(`line ${line}\n`);
    }
    assert.deepEqual(
      tail.lines(),
      Array.from({ length: 20 }, (_, index) => `line ${981 + index}`),
    );
  });

  it("cuts lines at 500 characters, and is bounded however long a line is", () => {
    const tail = createStderrTail();
    tail.push("x".repeat(5_000_000));
    tail.push(`\n${"y".repeat(600)}\nend\n`);
    const lines = tail.lines();
    assert.deepEqual(
      lines.map((line) => line.length),
      [500, 500, 3],
    );
  });
});
