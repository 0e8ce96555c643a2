import { once } from "node:events";
import { connect, type Socket } from "node:net";

interface Answer {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
}

/** A client of the control channel that writes bytes, so that a test can say what no library would. */
export interface RawClient {
  readonly socket: Socket;
  /** Settles when the connection is closed. */
  readonly closed: Promise<void>;
  send(method: string, params?: unknown, id?: number): void;
  /** The next answer with this id. */
  answer(id: number): Promise<Answer>;
  /** The next notification of this name. */
  notified(method: string): Promise<Answer>;
}

export function frame(body: unknown): string {
  const text = JSON.stringify(body);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

export async function rawClient(path: string): Promise<RawClient> {
  const socket = connect(path);
  // A connection that the server cuts may break while we write.
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const waiting = new Set<{ readonly fits: (answer: Answer) => boolean; readonly resolve: (answer: Answer) => void }>();
  let unread: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    for (;;) {
      const header = unread.indexOf("\r\n\r\n");
      const [, length] = /Content-Length: (\d+)/i.exec(unread.subarray(0, Math.max(0, header)).toString()) ?? [];
      if (length === undefined || unread.length < header + 4 + Number(length)) {
        return;
      }
      const answer: Answer = JSON.parse(unread.subarray(header + 4, header + 4 + Number(length)).toString());
      unread = unread.subarray(header + 4 + Number(length));
      for (const waiter of waiting) {
        if (waiter.fits(answer)) {
          waiting.delete(waiter);
          waiter.resolve(answer);
        }
      }
    }
  });
  const next = (fits: (answer: Answer) => boolean): Promise<Answer> =>
    new Promise((resolve) => {
      waiting.add({ fits, resolve });
    });
  await once(socket, "connect");
  return {
    socket,
    closed,
    send(method, params, id) {
      socket.write(frame({ jsonrpc: "2.0", method, params, ...(id !== undefined && { id }) }));
    },
    answer: (id) => next((answer) => answer.id === id),
    notified: (method) => next((answer) => answer.method === method),
  };
}
