import { connect, type Socket } from "node:net";
import { usualDeadlineMs } from "./until.ts";

/** A client that says and sees every byte itself: no library repairs anything behind its back. */
export interface RawClient {
  readonly socket: Socket;
  /** All that was received. */
  readonly text: string;
  /** Whether the server has closed the connection. */
  readonly closed: boolean;
  send(text: string): void;
  /** Waits until what was received matches, so many times. */
  received(pattern: RegExp, times?: number): Promise<void>;
  /** Waits until the server has closed the connection. */
  closes(): Promise<void>;
  end(): void;
}

/** Connects to a port of loopback or to a Unix socket. */
export function openRawClient(where: number | string): Promise<RawClient> {
  const socket = typeof where === "number" ? connect(where, "127.0.0.1") : connect(where);
  let text = "";
  let closed = false;
  socket.setEncoding("latin1");
  socket.on("data", (data: string) => {
    text += data;
  });
  socket.on("error", (error) => {
    text += `[${error.message}]`;
  });
  socket.on("close", () => {
    closed = true;
  });
  const count = (pattern: RegExp): number => [...text.matchAll(new RegExp(pattern.source, "g"))].length;

  const wait = (what: string, events: readonly string[], holds: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        for (const event of events) {
          socket.off(event, check);
        }
        settle();
      };
      const check = (): void => {
        if (holds()) {
          finish(resolve);
        }
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`${what}: not within ${usualDeadlineMs} ms. Received: ${text}`))),
        usualDeadlineMs,
      );
      for (const event of events) {
        socket.on(event, check);
      }
      check();
    });

  const client: RawClient = {
    socket,
    get text() {
      return text;
    },
    get closed() {
      return closed;
    },
    send: (sent) => {
      socket.write(sent);
    },
    received: (pattern, times = 1) => wait(`${times} × ${pattern}`, ["data", "close"], () => count(pattern) >= times),
    closes: () => wait("the connection closes", ["close"], () => closed),
    end: () => {
      socket.destroy();
    },
  };
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(client));
    socket.once("error", reject);
  });
}

/** A request without body. */
export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;
