import { own } from "./ownSymbol.ts";
import { SpdySession } from "./spdySessions.ts";

/* What Node does not document of the streams of an HTTP/2 session: see `docs/architecture.md`. */

/** The part of `http2.ServerHttp2Stream` that a drain needs. */
export interface Http2Stream {
  readonly id?: number;
  readonly sentHeaders?: Readonly<Record<string, unknown>>;
  readonly rstCode: number;
  end(): void;
  once(event: "close", listener: () => void): unknown;
}

/** Whether a session, also one of spdy, has open streams. */
export function isBusy(session: object): boolean {
  return streamEnds(session).length > 0;
}

/** What tells of the end of each open stream of a session, also of one of spdy. */
export function streamEnds(session: object): readonly Pick<Http2Stream, "once">[] {
  return session instanceof SpdySession ? session.streams : openStreams(session);
}

/** The streams of a session of Node's HTTP/2 that are open; none if this Node does not tell. */
export function openStreams(session: object): Http2Stream[] {
  const streams: unknown = Reflect.get(own(session, "state") ?? {}, "streams");
  const open: Http2Stream[] = [];
  if (typeof streams === "object" && streams !== null && "forEach" in streams) {
    // Node's own kind of Map, of which spreading is not sure to work.
    (streams as ReadonlyMap<number, Http2Stream>).forEach((stream) => {
      open.push(stream);
    });
  }
  return open;
}

/** What a stream's client asks for, if the app listens to `request`: then Node has made a request object for it. */
export function requestOf(stream: Http2Stream): { readonly method?: string; readonly url?: string } | undefined {
  return own(stream, "request");
}

/** The response object of a stream, if the app listens to `request`. */
export function responseOf(stream: Http2Stream): Ended | undefined {
  return own(stream, "response") as Ended | undefined;
}

/**
 * Ends somebody's stream. What its owner still writes goes nowhere: it would be an error that nobody handles.
 */
export function endQuietly(stream: Ended): void {
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

/** A stream that can be ended. */
interface Ended {
  end(): void;
}
