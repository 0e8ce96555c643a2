import assert from "node:assert/strict";
import { closeFrame1012, endsMessage } from "../../../../src/worker/drain/webSocketFrames.ts";

/** A frame of a server, its payload of the size alone. */
function frame(first: number, size: number): Buffer {
  const length = Buffer.alloc(size < 126 ? 1 : size < 0x1_00_00 ? 3 : 9);
  if (length.length === 1) {
    length.writeUInt8(size);
  } else if (length.length === 3) {
    length.writeUInt8(126);
    length.writeUInt16BE(size, 1);
  } else {
    length.writeUInt8(127);
    length.writeBigUInt64BE(BigInt(size), 1);
  }
  return Buffer.concat([Buffer.of(first), length, Buffer.alloc(size, "x")]);
}

describe("endsMessage", () => {
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
    it(`knows a message of ${size} bytes, and a part of it for none`, () => {
      const whole = frame(0x81, size);
      assert.equal(endsMessage(whole), true);
      assert.equal(endsMessage(Buffer.concat([whole, frame(0xc2, 3), frame(0x8a, 0)])), true);
      for (const part of [whole.subarray(1), whole.subarray(0, -1), Buffer.concat([whole, whole.subarray(0, 1)])]) {
        assert.equal(endsMessage(part), false);
      }
    });
  }

  it("takes nothing between the fragments of a message for its end", () => {
    assert.equal(endsMessage(frame(0x01, 10)), false);
    assert.equal(endsMessage(Buffer.concat([frame(0x01, 10), frame(0x00, 10)])), false);
    assert.equal(endsMessage(Buffer.concat([frame(0x41, 10), frame(0x80, 10)])), true);
  });

  for (const [what, bytes] of [
    ["nothing", Buffer.alloc(0)],
    ["a frame of a client", Buffer.from("818100000000aa", "hex")],
    ["an answer of HTTP", Buffer.from("HTTP/1.1 101 Switching Protocols\r\n\r\n")],
    ["zeros", Buffer.alloc(1_000)],
    ["a long length that would be short", Buffer.concat([Buffer.from("817e0001", "hex"), Buffer.alloc(1)])],
    ["a close frame: the app has ended it", closeFrame1012],
    ["text", Buffer.from("a".repeat(1_000))],
  ] as const) {
    it(`is not deceived by ${what}`, () => {
      assert.equal(endsMessage(bytes), false);
    });
  }
});
