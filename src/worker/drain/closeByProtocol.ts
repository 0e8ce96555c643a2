import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import { type Http2Session, isHttpServer, type TrackedServer } from "../connections/servers.ts";
import type { Guard } from "../guard.ts";
import { currentResponse, type Http2Stream, httpConnections, isEventStream, openStreams } from "../internals.ts";

/*
 * How the connections that can't be handed over are asked to leave, each in the words of its protocol.
 */

/** WebSocket close frame of a server, status 1012 "service restart" (RFC 6455, section 5.5.1; IANA registry). */
const closeFrame1012 = Buffer.from([0x88, 0x02, 0x03, 0xf4]);

/** The last chunk of a chunked body (RFC 9112, section 7.1). */
const lastChunk = "0\r\n\r\n";

const closing = new WeakSet<Http2Session>();

/**
 * Ends HTTP/2 sessions: GOAWAY names the last stream that is answered, streams that run finish. A request that crosses the
 * GOAWAY on its way counts as refused, which every client may send again elsewhere (RFC 9113, section 8.7). The notice
 * that would avoid even that (section 6.8) can't be had: after any GOAWAY, nghttp2 as Node drives it ignores new streams.
 */
export function closeSessions(sessions: Iterable<Http2Session>, guard: Guard): void {
  for (const session of sessions) {
    if (!closing.has(session)) {
      closing.add(session);
      guard("http2 session", () => session.close())();
    }
  }
}

const sentAway = new WeakSet<Socket>();

/**
 * Sends every WebSocket that was not sent one its close frame, spread evenly over `spreadMs` so that the clients don't come
 * back all at once. One whose handshake the app has not answered is left for the next time.
 */
export function closeWebSockets(sockets: ReadonlyMap<Socket, number>, spreadMs: number, guard: Guard): void {
  const leaving = [...sockets].flatMap(([socket, writtenBefore]) =>
    sentAway.has(socket) || socket.bytesWritten === writtenBefore ? [] : [socket],
  );
  for (const [place, socket] of leaving.entries()) {
    sentAway.add(socket);
    const delay = (spreadMs * place) / leaving.length;
    setTimeout(
      guard("WebSocket", () => {
        if (socket.writable) {
          socket.write(closeFrame1012);
        }
      }),
      delay,
    ).unref();
  }
}

/** Ends the event streams of a server as if the app had: their clients reconnect by themselves (HTML, section 9.2). */
export function endEventStreams(server: HttpServer): void {
  for (const socket of httpConnections(server)?.all ?? []) {
    const response = currentResponse(socket);
    if (response !== undefined && isEventStream(response) && socket.writable) {
      // Not `response.end()`: a later `write` of the app would then be an error that nobody handles.
      if (response.chunkedEncoding) {
        socket.write(lastChunk);
      }
      socket.destroySoon();
    }
  }
}

/** The same for those of an HTTP/2 session. */
export function endEventStreamsOf(session: Http2Session, guard: Guard): void {
  for (const stream of openStreams(session)) {
    if (!ended.has(stream) && /^text\/event-stream/i.test(String(stream.sentHeaders?.["content-type"]))) {
      ended.add(stream);
      guard("event stream", () => endQuietly(stream))();
    }
  }
}

const ended = new WeakSet<Http2Stream>();

/** Until the stream has closed, what the app still writes goes nowhere: it would be an error that nobody handles. */
function endQuietly(stream: Http2Stream): void {
  stream.end();
  const ignore = (...parts: unknown[]): boolean => {
    const callback = parts.at(-1);
    if (typeof callback === "function") {
      process.nextTick(callback);
    }
    return true;
  };
  Object.assign(stream, { write: ignore, end: ignore });
}

/** Makes the answers of these servers say `Connection: close`, those under way included if their headers are not sent. */
export function closeAfterAnswers(servers: readonly TrackedServer[], guard: Guard): void {
  const closing = new Set<Server>();
  for (const { server } of servers) {
    if (isHttpServer(server)) {
      closing.add(server);
      for (const socket of httpConnections(server)?.all ?? []) {
        const response = currentResponse(socket);
        if (response !== undefined && !response.headersSent) {
          response.shouldKeepAlive = false;
        }
      }
    }
  }
  if (closing.size > 0) {
    subscribe(
      "http.server.request.start",
      guard("closing answer", (message: unknown) => {
        const { server, response } = message as { server: HttpServer; response: ServerResponse };
        if (closing.has(server)) {
          response.shouldKeepAlive = false;
        }
      }),
    );
  }
}
