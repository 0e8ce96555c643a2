import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { Agent, get as httpsGet } from "node:https";
import { WebSocket } from "ws";
import type { Loss } from "./honesty.ts";
import { openConnection } from "./strictConnection.ts";
import { within } from "./until.ts";

export interface Tally {
  /** Requests or messages, those asked again counted once. */
  asked: number;
  failed: number;
  /** Asked once more because the server had said that it had not looked at them. */
  again: number;
  /** Connections that the server closed. */
  closed: number;
  /** What happened to the first failed ones. */
  readonly failures: string[];
  /** Each of them; default: nobody wants to know. */
  readonly losses?: Loss[];
  /** Milliseconds between an answer and the next request; default 0. */
  readonly thinkMs?: number;
}

/** A client that speaks its protocol, and repairs nothing beyond what that says. */
export interface ProtocolClient {
  readonly name: string;
  /** Asks one request after the other on one connection at a time until it is over. */
  run(port: number, tally: Tally, over: () => boolean): Promise<void>;
}

/** Certificates of the fixture are self-signed. */
const trusting = { rejectUnauthorized: false };

const answerDeadlineMs = 15_000;

/** What every server of the fixture answers. */
const answerPattern = /^generation \d+ received 0 $/;

/** For the fixture `protocols`: each is told its first port. */
export const protocolClients: readonly ProtocolClient[] = [
  { name: "HTTP/1.1", run: runHttp },
  { name: "HTTP/1.1 over TLS", run: (port, tally, over) => runHttps(port + 2, tally, over) },
  { name: "HTTP/2", run: (port, tally, over) => runHttp2(`http://127.0.0.1:${port + 3}`, tally, over) },
  { name: "HTTP/2 over TLS", run: (port, tally, over) => runHttp2(`https://127.0.0.1:${port + 4}`, tally, over) },
  { name: "HTTP/1.1 over TLS, server for HTTP/2", run: (port, tally, over) => runHttps(port + 6, tally, over) },
  { name: "WebSocket", run: runWebSocket },
];

async function runHttp(port: number, tally: Tally, over: () => boolean): Promise<void> {
  let connection = await openConnection({ port });
  while (!over()) {
    await count(tally, async () => {
      if (!connection.usable) {
        tally.closed += 1;
        connection = await openConnection({ port });
      }
      const { status, body } = await connection.ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      check(status, body);
    });
  }
  connection.close();
}

/** A kept-alive connection of Node's own agent, which leaves one alone when the server says that it closes it. */
async function runHttps(port: number, tally: Tally, over: () => boolean): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...trusting });
  let opened = 0;
  while (!over()) {
    await count(
      tally,
      () =>
        new Promise((resolve, reject) => {
          const request = httpsGet({ host: "127.0.0.1", port, agent }, (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (text: string) => {
              body += text;
            });
            response.on("error", reject);
            response.on("end", () => {
              try {
                resolve(check(response.statusCode, body));
              } catch (error) {
                reject(error);
              }
            });
          });
          request.on("socket", () => {
            opened += request.reusedSocket ? 0 : 1;
          });
          request.on("error", reject);
        }),
    );
  }
  agent.destroy();
  tally.closed += Math.max(0, opened - 1);
}

/** On one session at a time; a stream that is refused is asked once more. */
export async function runHttp2(url: string, tally: Tally, over: () => boolean): Promise<void> {
  const open = async (): Promise<ClientHttp2Session> => {
    const session = connectHttp2(url, trusting);
    // Its requests tell.
    session.on("error", () => undefined);
    await once(session, "connect");
    return session;
  };
  let session = await open();
  while (!over()) {
    await count(tally, async () => {
      for (;;) {
        if (session.closed || session.destroyed) {
          tally.closed += 1;
          session = await open();
        }
        if (await askHttp2(session)) {
          return;
        }
        tally.again += 1;
      }
    });
  }
  session.close();
}

/** Whether it was answered, not refused. */
function askHttp2(session: ClientHttp2Session): Promise<boolean> {
  const stream = session.request({ ":path": "/" });
  let status: number | undefined;
  let body = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    body += text;
  });
  stream.on("response", (headers) => {
    status = headers[":status"];
  });
  return new Promise((resolve, reject) => {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || error.code === "ERR_HTTP2_GOAWAY_SESSION";
      if (refused && status === undefined) {
        resolve(false);
      } else {
        reject(error);
      }
    });
    stream.on("end", () => {
      try {
        check(status, body);
        resolve(true);
      } catch (error) {
        reject(error);
      }
    });
  });
}

async function runWebSocket(port: number, tally: Tally, over: () => boolean): Promise<void> {
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, "open");
    return socket;
  };
  let socket = await open();
  let number = 0;
  while (!over()) {
    number += 1;
    await count(tally, async () => {
      for (;;) {
        if (socket.readyState !== WebSocket.OPEN) {
          tally.closed += 1;
          socket = await open();
        }
        if (await askWebSocket(socket, `message ${number}`)) {
          return;
        }
        tally.again += 1;
      }
    });
  }
  socket.terminate();
}

/** Whether it was answered before the server said that it restarts. */
function askWebSocket(socket: WebSocket, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      socket.removeAllListeners();
      // Whoever broke it has been told of.
      socket.on("error", () => undefined);
      act();
    };
    socket.once("message", (data) => {
      const right = new RegExp(`^\\d+:${text}$`).test(String(data));
      settle(() => (right ? resolve(true) : reject(new Error(`Sent "${text}", got "${String(data)}".`))));
    });
    socket.once("close", (code) => {
      settle(() => (code === 1012 ? resolve(false) : reject(new Error(`The WebSocket was closed with ${code}.`))));
    });
    socket.once("error", (error) => settle(() => reject(error)));
    socket.send(text);
  });
}

function check(status: number | undefined, body: string): void {
  if (status !== 200 || !answerPattern.test(body)) {
    throw new Error(`Got ${status} "${body}".`);
  }
}

async function count(tally: Tally, ask: () => Promise<void>): Promise<void> {
  tally.asked += 1;
  const begunAt = Date.now();
  try {
    await within("An answer", ask(), answerDeadlineMs);
    if (tally.thinkMs !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, tally.thinkMs));
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tally.failed += 1;
    tally.losses?.push({ begunAt, lostAt: Date.now(), message });
    if (tally.failures.length < 3) {
      tally.failures.push(message);
    }
    // A server that refuses everybody is not to be asked as fast as it can refuse.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
