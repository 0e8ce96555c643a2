import { subscribe } from "node:diagnostics_channel";
import type { Server, Socket } from "node:net";
import type { Guard } from "../guard.ts";

/* What spdy (with spdy-transport) does not document of its connections: see `docs/architecture.md`. */

/** The part of spdy's `Connection` that is used. */
interface SpdyConnection {
  /** Sends GOAWAY; what is under way is answered. */
  end(): void;
  on(event: "stream", listener: (stream: SpdyStream) => void): unknown;
  once(event: "close", listener: () => void): unknown;
  readonly _spdyState: { readonly stream: { readonly map: Readonly<Record<string, SpdyStream>> } };
}

interface SpdyStream {
  once(event: "close", listener: () => void): unknown;
}

/** A connection over which spdy speaks HTTP/2 or SPDY, as a session of Node's HTTP/2. */
export class SpdySession {
  readonly #connection: SpdyConnection;

  constructor(connection: SpdyConnection) {
    this.#connection = connection;
  }

  get streams(): SpdyStream[] {
    return Object.values(this.#connection._spdyState.stream.map);
  }

  close(): void {
    this.#connection.end();
  }

  on(event: "stream", listener: (stream: SpdyStream) => void): void {
    this.#connection.on(event, listener);
  }

  once(event: "close", listener: () => void): void {
    this.#connection.once(event, listener);
  }
}

/** Whether spdy has made this server: it gives Node's HTTP server, which it descends from, each request as a connection. */
export function isSpdyServer(server: Server): boolean {
  return look(() => typeof Reflect.get(server, "_spdyState") === "object") ?? false;
}

/** The connections of such a server, each from its first request on. */
export function watchSpdySessions(server: Server, guard: Guard): ReadonlySet<SpdySession> {
  const sessions = new Set<SpdySession>();
  const known = new WeakSet<SpdyConnection>();
  subscribe(
    "http.server.request.start",
    guard("spdy", (message: unknown) => {
      const { server: asked, socket } = message as { server: Server; socket: Socket };
      const connection = asked === server ? spdyConnectionOf(socket) : undefined;
      if (connection === undefined || known.has(connection)) {
        return;
      }
      known.add(connection);
      const session = new SpdySession(connection);
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
    }),
  );
  return sessions;
}

/** Whether this is what spdy makes for one request in place of a connection. */
export function isSpdyStream(socket: Socket): boolean {
  return spdyConnectionOf(socket) !== undefined;
}

function spdyConnectionOf(socket: Socket): SpdyConnection | undefined {
  return look(() => {
    const handle: unknown = Reflect.get(socket, "_handle");
    const isSpdys = isObject(handle) && "_spdyState" in handle && "getStream" in handle;
    const stream: unknown = isSpdys && typeof handle.getStream === "function" ? handle.getStream() : undefined;
    const connection: unknown = isObject(stream) ? Reflect.get(stream, "connection") : undefined;
    return isObject(connection) && isConnection(connection) ? connection : undefined;
  });
}

/** What throws is none of spdy's: the app may have objects of its own with such names. */
function look<Found>(find: () => Found): Found | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

function isConnection(connection: object): connection is SpdyConnection {
  const streams: unknown = Reflect.get(Reflect.get(connection, "_spdyState") ?? {}, "stream");
  return "end" in connection && isObject(streams) && isObject(Reflect.get(streams, "map"));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
