import { openRawClient, type RawClient } from "../../../support/process/rawClient.ts";

interface Answer {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
}

/** A client of the control channel that writes bytes, so that a test can say what no library would. */
export interface ControlClient extends RawClient {
  request(method: string, params?: unknown, id?: number): void;
  /** The next answer with this id. */
  answer(id: number): Promise<Answer>;
  /** The next notification of this name. */
  notified(method: string): Promise<Answer>;
}

export function frame(body: unknown): string {
  const text = JSON.stringify(body);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

export async function openControlClient(path: string): Promise<ControlClient> {
  const client = await openRawClient(path);
  const waiting = new Set<{ readonly fits: (answer: Answer) => boolean; readonly resolve: (answer: Answer) => void }>();
  let read = 0;
  client.socket.on("data", () => {
    for (;;) {
      const unread = client.text.slice(read);
      const [header, length] = /^Content-Length: (\d+)\r\n\r\n/i.exec(unread) ?? [];
      if (header === undefined || unread.length < header.length + Number(length)) {
        return;
      }
      const end = header.length + Number(length);
      read += end;
      const answer: Answer = JSON.parse(Buffer.from(unread.slice(header.length, end), "latin1").toString());
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
  return Object.assign(client, {
    request(method: string, params?: unknown, id?: number) {
      client.send(frame({ jsonrpc: "2.0", method, params, ...(id !== undefined && { id }) }));
    },
    answer: (id: number) => next((answer) => answer.id === id),
    notified: (method: string) => next((answer) => answer.method === method),
  });
}
