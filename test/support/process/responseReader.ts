/** One whole HTTP/1.1 response. */
export interface WholeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The server said that it closes the connection. */
  readonly closes: boolean;
}

const empty: Buffer = Buffer.alloc(0);

/** Puts responses together from the bytes of one connection; strict about every byte. */
export interface ResponseReader {
  /**
   * Takes the next bytes; returns the response when they complete it.
   * @throws when they are not HTTP/1.1, or more than the one response.
   */
  push(bytes: Buffer): WholeResponse | undefined;
  /** Whether a response has begun and is not complete. */
  readonly begun: boolean;
}

export function createResponseReader(): ResponseReader {
  let pending = empty;
  let head: Head | undefined;
  return {
    get begun() {
      return pending.length > 0;
    },
    push(bytes) {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      for (;;) {
        head ??= readHead(pending);
        if (head === undefined) {
          return undefined;
        }
        if (head.status >= 200) {
          break;
        }
        // Informational, such as 100 Continue: the response itself follows.
        pending = pending.subarray(head.size);
        head = undefined;
      }
      const body = head.chunked ? readChunks(pending, head.size) : readSized(pending, head);
      if (body === undefined) {
        return undefined;
      }
      if (body.end !== pending.length) {
        throw new Error(`${pending.length - body.end} bytes came after the response: ${shown(pending, body.end)}`);
      }
      const { status, headers } = head;
      pending = empty;
      head = undefined;
      return { status, headers, body: body.text, closes: headers.connection?.toLowerCase() === "close" };
    },
  };
}

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the head with the empty line. */
  readonly size: number;
  readonly length: number;
  readonly chunked: boolean;
}

function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) {
    return undefined;
  }
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined) {
    throw new Error(`This is no HTTP/1.1 response: ${shown(bytes, 0)}`);
  }
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const chunked = headers["transfer-encoding"]?.toLowerCase() === "chunked";
  const bodyless = Number(status) < 200 || status === "204" || status === "304";
  const length = bodyless ? 0 : Number(headers["content-length"] ?? Number.NaN);
  if (!chunked && !Number.isInteger(length)) {
    throw new Error(`The response has no length: ${shown(bytes, 0)}`);
  }
  return { status: Number(status), headers, size: end + 4, length, chunked };
}

interface Body {
  readonly text: string;
  /** Offset of the first byte after it. */
  readonly end: number;
}

function readSized(bytes: Buffer, { size, length }: Head): Body | undefined {
  const end = size + length;
  return bytes.length < end ? undefined : { text: bytes.toString("utf8", size, end), end };
}

function readChunks(bytes: Buffer, start: number): Body | undefined {
  const parts: Buffer[] = [];
  for (let offset = start; ; ) {
    const lineEnd = bytes.indexOf("\r\n", offset);
    if (lineEnd === -1) {
      return undefined;
    }
    const length = Number.parseInt(bytes.toString("latin1", offset, lineEnd), 16);
    if (Number.isNaN(length)) {
      throw new Error(`A chunk has no length: ${shown(bytes, offset)}`);
    }
    const end = lineEnd + 2 + length + 2;
    if (bytes.length < end) {
      return undefined;
    }
    if (length === 0) {
      return { text: Buffer.concat(parts).toString("utf8"), end };
    }
    parts.push(bytes.subarray(lineEnd + 2, end - 2));
    offset = end;
  }
}

function shown(bytes: Buffer, from: number): string {
  return JSON.stringify(bytes.toString("latin1", from, from + 200));
}
