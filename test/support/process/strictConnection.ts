import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { patience } from "./notHere/wine.ts";
import { createResponseReader, type WholeResponse } from "./responseReader.ts";

/** Where a server listens: a port of loopback, or the path of a Unix socket. */
export type Target =
  | {
      readonly port: number;
      /** Default: 127.0.0.1. */
      readonly host?: string;
      /** Over TLS; the certificates of fixtures are self-signed. */
      readonly tls?: boolean;
      /** Written at the beginning of each connection, such as a PROXY header. */
      readonly preamble?: string | Uint8Array;
    }
  | { readonly path: string };

/** Connecting and each answer may take so long, in milliseconds. */
const answerDeadlineMs = 30_000 * patience;

/** One connection on which one request at a time is asked; nothing is ever retried. */
export interface StrictConnection {
  /** Whether the next request can be asked on it. */
  readonly usable: boolean;
  /** The bytes as they go over the wire, for tests that send what no client would. */
  readonly socket: Socket;
  /** Sends `text` as it is and waits for one whole response. Rejects if anything else comes. */
  ask(text: string): Promise<WholeResponse>;
  /** Waits for the response to what was written to `socket` by hand. */
  answer(): Promise<WholeResponse>;
  /** Resolves when the connection is closed, whoever did it. */
  readonly closed: Promise<void>;
  close(): void;
}

/** @throws when the connection is refused. */
export function openConnection(target: Target): Promise<StrictConnection> {
  return new Promise((resolve, reject) => {
    const { tls = false, preamble = "" } = "port" in target ? target : {};
    const socket = connectTo(target);
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once(tls ? "secureConnect" : "connect", () => {
      socket.off("error", reject);
      socket.write(preamble);
      resolve(watch(socket));
    });
  });
}

function connectTo(target: Target): Socket {
  if (!("port" in target)) {
    return connect(target.path);
  }
  const { port, host = "127.0.0.1", tls } = target;
  return tls === true ? connectTls({ port, host, rejectUnauthorized: false }) : connect(port, host);
}

function watch(socket: Socket): StrictConnection {
  const reader = createResponseReader();
  let waiting: { resolve: (response: WholeResponse) => void; reject: (error: Error) => void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let broken: Error | undefined;

  const settle = (): typeof waiting => {
    const done = waiting;
    waiting = undefined;
    clearTimeout(timer);
    return done;
  };
  const breakOff = (error: Error): void => {
    broken ??= error;
    socket.destroy();
    settle()?.reject(broken);
  };
  socket.on("data", (bytes: Buffer) => {
    try {
      const response = reader.push(bytes);
      if (response !== undefined && waiting === undefined) {
        throw new Error(`An answer came that nobody asked for: ${response.status} ${response.body}`);
      }
      if (response?.closes === true) {
        broken = new Error("The server said that it closes the connection.");
      }
      if (response !== undefined) {
        settle()?.resolve(response);
      }
    } catch (error) {
      breakOff(error as Error);
    }
  });
  socket.on("error", breakOff);
  socket.on("end", () =>
    breakOff(new Error(`The server closed the connection ${reader.begun ? "within" : "before"} the answer.`)),
  );
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      breakOff(new Error("The connection was closed before the answer."));
      resolve();
    });
  });

  const answer = (): Promise<WholeResponse> =>
    new Promise((resolve, reject) => {
      if (broken !== undefined) {
        reject(broken);
        return;
      }
      waiting = { resolve, reject };
      timer = setTimeout(() => breakOff(new Error(`No answer within ${answerDeadlineMs} ms.`)), answerDeadlineMs);
    });
  return {
    socket,
    closed,
    get usable() {
      return broken === undefined && !socket.destroyed;
    },
    ask(text) {
      const answered = answer();
      socket.write(text);
      return answered;
    },
    answer,
    close: () => socket.destroy(),
  };
}
