import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { HitlessError } from "../../shared/errors.ts";
import { listeningHandleOf } from "../internals.ts";
import { explainRefusal, formatPlace, type ListenPlace } from "./listenPlace.ts";

/** What is answered to one path. */
export interface MonitorAnswer {
  readonly status: number;
  readonly type: "application/json; charset=utf-8" | "text/plain; version=0.0.4; charset=utf-8";
  readonly body: string;
}

export interface MonitorServer {
  /** With the port that it really has. */
  readonly place: ListenPlace;
  /** Such as `http://127.0.0.1:9100`. */
  readonly url: string;
  /** By which another process can listen there too; `undefined` if this Node has none. */
  readonly handle: unknown;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

type Answer = (path: string) => MonitorAnswer | undefined | Promise<MonitorAnswer | undefined>;

/** How patient it is, in milliseconds. */
interface MonitorPatience {
  /** Within it a request must have come whole. */
  readonly requestMs: number;
  /** After it a connection is closed on which nothing moves, whatever it is in. */
  readonly silenceMs: number;
}

const usualPatience: MonitorPatience = { requestMs: 5_000, silenceMs: 10_000 };

/** Connections at a time. One more, and whoever has been silent longest makes room. */
const mostConnections = 64;

/** Milliseconds for a host name to be resolved. */
const listenDeadlineMs = 5_000;

/**
 * Answers GET and HEAD of a few paths over HTTP. No client can hold it up: not by being slow, nor by being many.
 * @param inherited The handle of the one before, which listens already.
 * @throws HitlessError `invalidState`, which names the setting `health` and the fix.
 */
export async function openMonitorServer(
  wanted: ListenPlace,
  answer: Answer,
  { requestMs, silenceMs }: MonitorPatience = usualPatience,
  inherited?: unknown,
): Promise<MonitorServer> {
  const server = createServer(
    {
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      keepAliveTimeout: silenceMs,
      connectionsCheckingInterval: Math.ceil(requestMs / 5),
      maxHeaderSize: 8_192,
    },
    (request, response) => void respond(request, response, answer),
  );
  server.timeout = silenceMs;
  limitConnections(server);
  await listen(server, inherited ?? { ...wanted, exclusive: true }, wanted);
  const { port } = server.address() as AddressInfo;
  const place = { host: wanted.host, port };
  // What fails later concerns one connection.
  server.on("error", () => undefined);
  return {
    place,
    url: `http://${formatPlace(place)}`,
    handle: listeningHandleOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const { method } = request;
  // What comes as a body is read and forgotten, within the deadline.
  request.resume();
  response.on("error", () => undefined);
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    send(request, response, problem(405, `${method} is not answered here, only GET and HEAD`));
    return;
  }
  const path = pathOf(request.url ?? "");
  let found: MonitorAnswer | undefined;
  try {
    found = await answer(path);
  } catch (error) {
    found = problem(500, error instanceof Error ? error.message : String(error));
  }
  send(request, response, found ?? problem(404, "there is nothing here; see /live, /ready and /metrics"));
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, body }: MonitorAnswer): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    // A health check that a cache answers is none.
    "Cache-Control": "no-store",
  });
  response.end(method === "HEAD" ? undefined : body);
}

function problem(status: number, error: string): MonitorAnswer {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify({ error })}\n` };
}

/** Without the query, and without the origin that a request through a proxy has. */
function pathOf(target: string): string {
  const [path = ""] = target.replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/, 1);
  return path;
}

/** Where all places are taken, the connection goes on which nothing has come for the longest time. */
function limitConnections(server: Server): void {
  /** The one that has been silent longest comes first. */
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const [silent] = sockets;
    if (sockets.size > mostConnections) {
      silent?.destroy();
    }
  });
  server.on("request", ({ socket }: IncomingMessage) => {
    if (sockets.delete(socket)) {
      sockets.add(socket);
    }
  });
}

function listen(server: Server, where: object, place: ListenPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = new HitlessError("deadline", `health: ${place.host} was not resolved within ${listenDeadlineMs} ms.`);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      server.close();
      reject(error);
    };
    const timer = setTimeout(() => fail(late), listenDeadlineMs);
    server.once("error", (error) => fail(explainRefusal(place, error)));
    server.listen(where, () => {
      clearTimeout(timer);
      server.removeAllListeners("error");
      resolve();
    });
  });
}
