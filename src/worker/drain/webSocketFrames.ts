/** WebSocket close frame of a server, status 1012 "service restart" (RFC 6455, section 5.5.1; IANA registry). */
export const closeFrame1012: Buffer = Buffer.from([0x88, 0x02, 0x03, 0xf4]);

/** RFC 6455, section 5.2: data frames, the close frame, ping and pong. */
const dataOpcodes = [0, 1, 2];
const closeOpcode = 8;
const controlOpcodes = [closeOpcode, 9, 10];

const longestControlPayload = 125;

/**
 * Whether these bytes are whole WebSocket frames of a server, the last of which ends a message: only then may a frame of somebody
 * else follow. Bytes from the middle of a frame are taken for that with a chance of about one in a million.
 */
export function endsMessage(bytes: Buffer): boolean {
  let at = 0;
  let ends = false;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame === undefined) {
      return false;
    }
    at += frame.size;
    ends = frame.ends;
  }
  return ends && at === bytes.length;
}

function frameAt(bytes: Buffer, at: number): { readonly size: number; readonly ends: boolean } | undefined {
  if (bytes.length < at + 2) {
    return undefined;
  }
  const first = bytes.readUInt8(at);
  const second = bytes.readUInt8(at + 1);
  const final = (first & 0x80) !== 0;
  const compressed = (first & 0x40) !== 0;
  const opcode = first & 0x0f;
  const control = controlOpcodes.includes(opcode);
  // A server masks nothing, and the only extension in use (permessage-deflate) marks the first frame of a message.
  const legal =
    (first & 0x30) === 0 &&
    (second & 0x80) === 0 &&
    (control ? final && !compressed && second <= longestControlPayload : dataOpcodes.includes(opcode)) &&
    !(compressed && opcode === 0);
  const payload = legal ? payloadAt(bytes, at + 1, second) : undefined;
  return payload && { size: 1 + payload.lengthBytes + payload.size, ends: final && opcode !== closeOpcode };
}

/** The length of a payload, which has to be written in as few bytes as possible. */
function payloadAt(
  bytes: Buffer,
  at: number,
  short: number,
): { readonly lengthBytes: number; readonly size: number } | undefined {
  if (short < 126) {
    return { lengthBytes: 1, size: short };
  }
  if (short === 126) {
    const size = bytes.length < at + 3 ? 0 : bytes.readUInt16BE(at + 1);
    return size < 126 ? undefined : { lengthBytes: 3, size };
  }
  const size = bytes.length < at + 9 || bytes.readUInt32BE(at + 1) !== 0 ? 0 : bytes.readUInt32BE(at + 5);
  return size < 0x1_00_00 ? undefined : { lengthBytes: 9, size };
}
