export interface AnimationFrame {
  /** A still WebP as large as the animation; it is shown over the frame before it. */
  readonly webp: Buffer;
  /** How long it is shown, in milliseconds. */
  readonly durationMs: number;
}

/** Joins still pictures into a WebP that plays again and again, as the container's specification has it. */
export function animatedWebp(
  frames: readonly AnimationFrame[],
  { width, height }: { readonly width: number; readonly height: number },
): Buffer {
  const size = Buffer.concat([number24(width - 1), number24(height - 1)]);
  const isAnimated = 0x02;
  const hasAlpha = 0x10;
  const isBlended = 0x00;
  return chunk("RIFF", [
    Buffer.from("WEBP"),
    chunk("VP8X", [Buffer.from([isAnimated | hasAlpha, 0, 0, 0]), size]),
    // Background of four bytes, and 0 for without end.
    chunk("ANIM", [Buffer.alloc(6)]),
    ...frames.map(({ webp, durationMs }) =>
      chunk("ANMF", [number24(0), number24(0), size, number24(durationMs), Buffer.from([isBlended]), imageData(webp)]),
    ),
  ]);
}

/** The chunks of a still picture that hold its pixels. @throws when there are none. */
function imageData(webp: Buffer): Buffer {
  const found: Buffer[] = [];
  let at = 12;
  while (at + 8 <= webp.length) {
    const end = at + 8 + even(webp.readUInt32LE(at + 4));
    if (["ALPH", "VP8 ", "VP8L"].includes(webp.toString("latin1", at, at + 4))) {
      found.push(webp.subarray(at, end));
    }
    at = end;
  }
  if (found.length === 0) {
    throw new Error("The picture is no WebP with pixels.");
  }
  return Buffer.concat(found);
}

function chunk(name: string, parts: readonly Buffer[]): Buffer {
  const data = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(even(data.length) - data.length)]);
}

function even(length: number): number {
  return length + (length % 2);
}

function number24(value: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}
