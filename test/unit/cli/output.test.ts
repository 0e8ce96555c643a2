import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { openOutput } from "../../../src/cli/terminal/output.ts";

interface SlowStream {
  readonly stream: NodeJS.WriteStream;
  /** Lets the oldest write through, or fails it. */
  take(error?: Error): void;
}

function slowStream(): SlowStream {
  const waiting: ((error?: Error | null) => void)[] = [];
  const stream = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => void waiting.push(done) });
  return { stream: stream as unknown as NodeJS.WriteStream, take: (error) => waiting.shift()?.(error) };
}

describe("openOutput", () => {
  it("waits until a slow reader has taken what was written", async () => {
    const { stream, take } = slowStream();
    const output = openOutput(stream, {});
    let written = false;
    const pending = output.write("more than four bytes").then(() => {
      written = true;
    });
    await new Promise(setImmediate);
    assert.equal(written, false);
    take();
    await pending;
    assert.equal(written, true);
  });

  it("does not wait while there is room", async () => {
    await openOutput(slowStream().stream, {}).write("abc");
  });

  it("says once that the reader is gone, and lets everybody go on", async () => {
    const { stream, take } = slowStream();
    const output = openOutput(stream, {});
    let breaks = 0;
    output.onDidBreak(() => {
      breaks += 1;
    });
    const pending = output.write("more than four bytes");
    take(new Error("EPIPE"));
    await pending;
    await output.write("more than four bytes");
    await output.flush();
    assert.equal(breaks, 1);
  });
});
