import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";

/*
 * Every touch of something in Node that is not documented, in one place. Each is feature-tested by
 * `canMoveConnections` when the worker starts; where one is missing, connections are drained instead of moved.
 * Checked on Node 20, 22, 24 and 26.
 */

interface StreamHandle {
  readStart(): number;
  readStop(): number;
  /** Bytes given to libuv that the kernel has not taken yet. */
  readonly writeQueueSize?: number;
}

interface ListeningHandle {
  close(): void;
  /** Writes the address into what it is given. A handle of a Unix socket has none. */
  getsockname?(name: object): number;
}

interface ParserList {
  all(): readonly { readonly socket: Socket | null }[];
  idle(): readonly { readonly socket: Socket | null }[];
  active(): readonly { readonly socket: Socket | null }[];
}

/** Node keeps the connections of an `http.Server` in a list of its own, by the state of their parsers. */
function parserList(server: object): ParserList | undefined {
  const list = own(server, "http.server.connections");
  return isParserList(list) ? list : undefined;
}

function isParserList(value: object | undefined): value is ParserList {
  return value !== undefined && "all" in value && "idle" in value && "active" in value;
}

function streamHandle(socket: Socket): StreamHandle | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  const usable = typeof handle === "object" && handle !== null && "readStop" in handle;
  return usable ? (handle as StreamHandle) : undefined;
}

/**
 * Whether this Node has all that moving the connections of a plain HTTP server takes. On Windows a socket with a read
 * under way can't be given away safely.
 */
export function canMoveConnections(server: Server): boolean {
  return parserList(server) !== undefined && openConnections(server) !== undefined && process.platform !== "win32";
}

/** The HTTP/1 connections of a server; each list is made when it is asked for. */
export interface HttpConnections {
  readonly all: Socket[];
  /** Those whose parser is between two messages, so that no half-read header is in it. */
  readonly idle: Socket[];
  /** Those whose parser is within a message or, on a connection that is new, waits for the first one. */
  readonly active: Socket[];
}

/** `undefined` if this Node does not tell. */
export function httpConnections(server: HttpServer): HttpConnections | undefined {
  const list = parserList(server);
  return (
    list && {
      get all() {
        return socketsOf(list.all());
      },
      get idle() {
        return socketsOf(list.idle());
      },
      get active() {
        return socketsOf(list.active());
      },
    }
  );
}

function socketsOf(parsers: readonly { readonly socket: Socket | null }[]): Socket[] {
  return parsers.flatMap(({ socket }) => (socket === null || socket === undefined ? [] : [socket]));
}

/** Whether a response is being written to this HTTP/1 connection. */
export function isAnswering(socket: Socket): boolean {
  return Boolean(Reflect.get(socket, "_httpMessage"));
}

/** The response being written to this HTTP/1 connection, if there is one. */
export function currentResponse(socket: Socket): ServerResponse | undefined {
  return Reflect.get(socket, "_httpMessage") ?? undefined;
}

/**
 * Whether a response is an event stream. Headers that an app gives to `writeHead` are not kept for `getHeader`, only in
 * the text that was sent.
 */
export function isEventStream(response: ServerResponse): boolean {
  const sent: unknown = Reflect.get(response, "_header");
  return typeof sent === "string" && /^content-type:\s*text\/event-stream/im.test(sent);
}

/** The part of `http2.ServerHttp2Stream` that a drain needs. */
export interface Http2Stream {
  readonly id?: number;
  readonly sentHeaders?: Readonly<Record<string, unknown>>;
  readonly rstCode: number;
  end(): void;
  once(event: "close", listener: () => void): unknown;
}

/** The streams of an HTTP/2 session that are open; none if this Node does not tell. */
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

/** A property that Node keeps under a symbol of its own. */
function own(object: object, description: string): object | undefined {
  const symbol = Object.getOwnPropertySymbols(object).find((candidate) => candidate.description === description);
  const value: unknown = symbol === undefined ? undefined : Reflect.get(object, symbol);
  return typeof value === "object" && value !== null ? value : undefined;
}

/** Whether everything written was taken by the kernel and everything read was given to the app. */
export function isFlushed(socket: Socket): boolean {
  return (
    socket.writableLength === 0 && socket.readableLength === 0 && (streamHandle(socket)?.writeQueueSize ?? 0) === 0
  );
}

/** Stops reading, so that what the client sends next stays in the kernel. False if there is nothing left to stop. */
export function stopReading(socket: Socket): boolean {
  const handle = streamHandle(socket);
  if (handle === undefined || socket.destroyed) {
    return false;
  }
  handle.readStop();
  return true;
}

/** Undoes `stopReading`. */
export function startReading(socket: Socket): void {
  if (!socket.destroyed) {
    streamHandle(socket)?.readStart();
  }
}

/**
 * Makes Node send a socket without tracking it for `server.getConnections()`, for which it would ask the receiver
 * again and again (`SocketListSend` in lib/internal/child_process.js).
 */
export function forgetServer(socket: Socket): void {
  Reflect.set(socket, "server", null);
}

/** What `server.getConnections()` tells, at once: connections of whatever protocol. `undefined` if this Node does not. */
export function openConnections(server: Server): number | undefined {
  const connections: unknown = Reflect.get(server, "_connections");
  return typeof connections === "number" ? connections : undefined;
}

/**
 * Makes `server.getConnections()` count a connection that another worker accepted, and `server.close()` wait for it: an app
 * that exits when its server has closed would take the connection with it.
 */
export function attachToServer(socket: Socket, server: Server): void {
  const connections = openConnections(server);
  if (connections !== undefined && Reflect.has(socket, "_server")) {
    Reflect.set(server, "_connections", connections + 1);
    Reflect.set(socket, "_server", server);
  }
}

/** The server that accepted a connection. */
export function serverOf(socket: Socket): Server | undefined {
  return Reflect.get(socket, "server") ?? undefined;
}

/**
 * Calls `ended` as soon as a server stops to listen: its event `close` comes only when its last connection has ended, and
 * that of an app that looks whether a port is free comes too late to be told from a server that serves. Whoever closes the
 * server closes this handle; nothing of what the app can see is changed.
 */
export function onListeningEnd(server: Server, ended: () => void): void {
  const handle: unknown = Reflect.get(server, "_handle");
  if (typeof handle !== "object" || handle === null || !("close" in handle) || typeof handle.close !== "function") {
    server.once("close", ended);
    return;
  }
  const { close } = handle;
  Reflect.set(handle, "close", (...args: unknown[]): unknown => {
    ended();
    return close.apply(handle, args);
  });
}

/**
 * Stops accepting and changes nothing else of the server: the app may still ask for its address or call
 * `server.close(callback)` and is answered as if we had not been here. False if this Node has no such handle.
 */
export function closeListeningHandle(server: Server): boolean {
  const handle: unknown = Reflect.get(server, "_handle");
  if (typeof handle !== "object" || handle === null || !("close" in handle)) {
    return false;
  }
  const listening = handle as ListeningHandle;
  // Once closed it would have no address, and `server.address()` would throw.
  const name = {};
  if (listening.getsockname?.(name) === 0) {
    listening.getsockname = (wanted) => {
      Object.assign(wanted, name);
      return 0;
    };
  }
  listening.close();
  return true;
}
