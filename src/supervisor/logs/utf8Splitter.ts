/**
 * Splits a byte stream at character boundaries: what `push` returns never ends inside a UTF-8 sequence; the rest comes
 * with the next chunk. Invalid UTF-8 passes through unchanged.
 */
export interface Utf8Splitter {
  push(chunk: Buffer): Buffer;
  /** The remaining bytes at the end of the stream. */
  end(): Buffer;
}

export function createUtf8Splitter(): Utf8Splitter {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const whole = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const cut = whole.length - incompleteTail(whole);
      rest = whole.subarray(cut);
      return whole.subarray(0, cut);
    },
    end() {
      const last = rest;
      rest = Buffer.alloc(0);
      return last;
    },
  };
}

/** How many bytes at the end begin an incomplete character: 0 to 3. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isContinuation = (byte & 0b1100_0000) === 0b1000_0000;
    if (!isContinuation) {
      return sequenceLength(byte) > back ? back : 0;
    }
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if ((lead & 0b1110_0000) === 0b1100_0000) {
    return 2;
  }
  if ((lead & 0b1111_0000) === 0b1110_0000) {
    return 3;
  }
  return (lead & 0b1111_1000) === 0b1111_0000 ? 4 : 1;
}
