import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Http2Session } from "../connections/servers.ts";
import type { Guard } from "../guard.ts";
import {
  endQuietly,
  type Http2Stream,
  isBusy,
  openStreams,
  responseOf,
  streamEnds,
} from "../internals/http2Streams.ts";
import { contentEncoding, currentResponse, isEventStream } from "../internals/httpMessages.ts";
import { httpConnections } from "../internals/serverConnections.ts";

/*
 * How the connections that can't be handed over are asked to leave, each in the words of its protocol.
 */

/** Sends the HTTP/2 sessions of a draining worker away. */
export interface SessionFarewell {
  /** Begins with those that are new, and closes each that has no open stream; `force`: the others too. */
  close(sessions: Iterable<Http2Session>, force: boolean): void;
}

/**
 * Ends HTTP/2 sessions: GOAWAY names the last stream that is answered, streams that run finish. A request that crosses the
 * GOAWAY on its way counts as refused, which every client may send again elsewhere (RFC 9113, section 8.7). The notice
 * that would avoid even that (section 6.8) can't be had: after any GOAWAY, nghttp2 as Node drives it ignores new streams.
 *
 * There are clients that give up whatever runs when a GOAWAY comes, though it will be answered (undici up to version 8.0, and of later
 * ones a body that it can't send again). So a session is ended when it has no open stream, best right behind the last
 * one, when the client has not yet asked again.
 */
export function createSessionFarewell(guard: Guard): SessionFarewell {
  const met = new WeakSet<Http2Session>();
  const closed = new WeakSet<Http2Session>();

  const close = guard("HTTP/2 session", (session: Http2Session, force: boolean) => {
    if (!closed.has(session) && (force || !isBusy(session))) {
      closed.add(session);
      session.close();
    }
  });

  const meet = guard("HTTP/2 session", (session: Http2Session) => {
    const follow = (stream: Pick<Http2Stream, "once">): void => {
      stream.once("close", () => close(session, false));
    };
    streamEnds(session).forEach(follow);
    session.on("stream", guard("HTTP/2 stream", follow));
  });

  return {
    close(sessions, force) {
      for (const session of sessions) {
        if (!met.has(session)) {
          met.add(session);
          meet(session);
        }
        close(session, force);
      }
    },
  };
}

const ended = new WeakSet<object>();

/**
 * Ends the event streams of a server as the app would: their clients reconnect by themselves (HTML, section 9.2). One that somebody
 * compresses on the way is ended only if its `end` is that of who compresses it (the middleware `compression` and its like): else it
 * would lack its last bytes, and is left to the drain's deadline.
 */
export function endEventStreams(server: HttpServer, guard: Guard): void {
  for (const socket of httpConnections(server)?.all ?? []) {
    const response = currentResponse(socket);
    if (response !== undefined && !ended.has(response) && isEventStream(response) && canEndWhole(response)) {
      ended.add(response);
      response.once("finish", () => socket.destroySoon());
      guard("event stream", () => endQuietly(response))();
    }
  }
}

/** The same for those of an HTTP/2 session. */
export function endEventStreamsOf(session: Http2Session, guard: Guard): void {
  for (const stream of openStreams(session)) {
    if (!ended.has(stream) && /^text\/event-stream/i.test(String(stream.sentHeaders?.["content-type"]))) {
      const compressor = replacedEnd(responseOf(stream));
      if (compressor !== undefined || !isCompressed(String(stream.sentHeaders?.["content-encoding"] ?? ""))) {
        ended.add(stream);
        guard("event stream", () => endQuietly(compressor ?? stream))();
      }
    }
  }
}

function canEndWhole(response: ServerResponse): boolean {
  return replacedEnd(response) !== undefined || !isCompressed(contentEncoding(response));
}

/** A response whose `end` is not Node's. */
function replacedEnd<Response extends object>(response: Response | undefined): Response | undefined {
  return response !== undefined && Object.hasOwn(response, "end") ? response : undefined;
}

function isCompressed(encoding: string): boolean {
  return !["", "identity", "none"].includes(encoding.toLowerCase());
}
