import assert from "node:assert/strict";
import { openRawOutput } from "../../../src/cli/run/rawOutput.ts";
import type { LogChunk } from "../../../src/shared/logs.ts";
import { memoryContext } from "./memoryOutput.ts";

function chunk(worker: number, text: string, stream: LogChunk["stream"] = "stdout"): LogChunk {
  return { sequence: 1, worker, slot: worker, generation: 1, stream, time: 1, text };
}

describe("openRawOutput", () => {
  it("writes no line of one worker into that of another", async () => {
    const context = memoryContext();
    const output = openRawOutput(context);
    await output.write([chunk(1, '{"a":'), chunk(2, "two\nbeg"), chunk(1, "1}\n"), chunk(2, "err", "stderr")]);
    await output.write([chunk(2, "un\n"), chunk(1, "no end")]);
    await output.end();
    assert.equal(context.stdout.text, 'two\n{"a":1}\nbegun\nno end');
    assert.equal(context.stderr.text, "err");
  });

  it("ends a line that is not finished before that of another, and leaves the output of one as it is", async () => {
    const context = memoryContext();
    const output = openRawOutput(context);
    await output.write([chunk(1, "one"), chunk(2, "two")]);
    await output.end();
    assert.equal(context.stdout.text, "one\ntwo");
    const alone = memoryContext();
    const single = openRawOutput(alone);
    await single.write([chunk(1, "a\r\n"), chunk(1, "\u001b[2Jb")]);
    await single.end();
    assert.equal(alone.stdout.text, "a\r\n\u001b[2Jb");
  });
});
