import type { Server as HttpServer, ServerResponse } from "node:http";

import { createRequire } from "node:module";
import { Server, type Socket } from "node:net";
import { getSystemErrorMap } from "node:util";
import type { AcceptHold } from "../shared/workerMessages.ts";
import { setImmediate } from "./ownTimers.ts";

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
  return (
    parserList(server) !== undefined &&
    openConnections(server) !== undefined &&
    servesConnectionsItself(server) &&
    process.platform !== "win32"
  );
}

/**
 * Whether Node's own listener takes the connections of this HTTP server. Who replaces it (the PROXY protocol, two protocols on one
 * port) wants the first bytes of each connection for itself, and a connection that is handed over has none to give.
 */
export function servesConnectionsItself(server: Server): boolean {
  // Loaded long ago: the app has made a server with it.
  const { _connectionListener: own } = createRequire(process.execPath)("node:http");
  return server.listeners("connection").includes(own);
}

/** Set by an app (to anything truthy) on a connection that must stay with its worker; documented in docs/reload.md. */
const stay = Symbol.for("hitless.stay");

/**
 * Marks of a connection that is more than its bytes: one whose addresses somebody has replaced (by those of a PROXY header), and one
 * that is signed in (`express-ntlm` keeps the user at the socket).
 */
const marks = ["remoteAddress", "remotePort", "remoteFamily", "ntlm", stay] as const;

/** Whether a connection is one that its server has accepted itself, without anything between, and that has no state of its own. */
export function isMovable(socket: Socket, server: Server): boolean {
  return (
    Reflect.get(socket, "_server") === server &&
    !("encrypted" in socket) &&
    !marks.some((mark) => Object.hasOwn(socket, mark) && Boolean(Reflect.get(socket, mark)))
  );
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
  return /^text\/event-stream/i.test(sentHeader(response, "content-type"));
}

/** How the body of a response is compressed; empty if it is not. */
export function contentEncoding(response: ServerResponse): string {
  return sentHeader(response, "content-encoding");
}

function sentHeader(response: ServerResponse, name: string): string {
  const sent: unknown = Reflect.get(response, "_header");
  return typeof sent === "string" ? (new RegExp(`^${name}:\\s*(.*?)\\s*$`, "im").exec(sent)?.[1] ?? "") : "";
}

/**
 * For how long Node lets a connection of this server be idle, in milliseconds: somewhat longer than it promises, so that a request
 * in time is not reset. Node 20 has no property for that. 0: for ever.
 */
export function keepAliveLimit(server: HttpServer): number {
  const buffer: unknown = Reflect.get(server, "keepAliveTimeoutBuffer");
  const { keepAliveTimeout } = server;
  return keepAliveTimeout > 0
    ? keepAliveTimeout + (typeof buffer === "number" && Number.isFinite(buffer) && buffer >= 0 ? buffer : 1_000)
    : 0;
}

/**
 * Makes a response tell its client, as Node does with the last one that `maxRequestsPerSocket` allows. Node sets the property itself
 * after the event in which this is called, by a count that is too low.
 */
export function sayLimitReached(response: ServerResponse): void {
  Object.defineProperty(response, "maxRequestsOnConnectionReached", {
    configurable: true,
    enumerable: true,
    get: () => true,
    set: () => undefined,
  });
}

/**
 * Makes Node answer the request that has just started with 503 and `dropRequest`, as one too many on its connection. To be called in
 * the channel `http.server.request.start`, after which Node compares its count with the limit and emits an event of the
 * server: until then the limit is another, which nobody but Node sees.
 */
export function dropNextRequest(server: HttpServer): void {
  const limit = server.maxRequestsPerSocket;
  const emit = Object.getOwnPropertyDescriptor(server, "emit");
  server.maxRequestsPerSocket = Number.MIN_VALUE;
  server.emit = (...event: unknown[]): boolean => {
    server.maxRequestsPerSocket = limit;
    if (emit === undefined) {
      Reflect.deleteProperty(server, "emit");
    } else {
      Object.defineProperty(server, "emit", emit);
    }
    return Reflect.apply(server.emit, server, event);
  };
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

/** The response object of a stream, if the app listens to `request`. */
export function responseOf(stream: Http2Stream): Ended | undefined {
  return own(stream, "response") as Ended | undefined;
}

/** A stream that can be ended. */
interface Ended {
  end(): void;
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

/** A WebSocket that a library of this process speaks. */
export interface SpokenWebSocket {
  /** Whether it is within a message of several fragments. */
  readonly withinMessage: boolean;
  /** Sends the close frame, after all that is under way; changes nothing if it is closing already. */
  close(code: number): void;
}

/**
 * What speaks WebSocket on a socket: `ws` keeps its object there under a symbol, and `websocket-driver` (of `faye-websocket` and
 * `sockjs`) pipes the socket into an object that knows its driver. `undefined`: nobody that we know.
 */
export function webSocketOn(socket: Socket): SpokenWebSocket | undefined {
  const ws = own(socket, "websocket");
  if (ws !== undefined && "close" in ws && typeof ws.close === "function" && Reflect.get(ws, "_socket") === socket) {
    const { close } = ws;
    const sender: unknown = Reflect.get(ws, "_sender");
    return {
      withinMessage: typeof sender === "object" && sender !== null && Reflect.get(sender, "_firstFragment") === false,
      close: (code) => Reflect.apply(close, ws, [code]),
    };
  }
  for (const reader of readersOf(socket)) {
    const driver: unknown = Reflect.get(reader, "_driver");
    if (typeof driver === "object" && driver !== null && "close" in driver && typeof driver.close === "function") {
      const { close } = driver;
      return { withinMessage: false, close: (code) => Reflect.apply(close, driver, ["", code]) };
    }
  }
  return undefined;
}

/** Whether what is written to a socket is another stream's, or what is read from it goes to one as it is. */
export function isPiped(socket: Socket): boolean {
  // Every stream that is piped into another listens for that.
  return socket.listenerCount("unpipe") > 0 || readersOf(socket).length > 0;
}

/** The streams that a socket is piped into. */
function readersOf(socket: Socket): object[] {
  const pipes: unknown = Reflect.get(Reflect.get(socket, "_readableState") ?? {}, "pipes");
  return (Array.isArray(pipes) ? pipes : []).filter((pipe) => typeof pipe === "object" && pipe !== null);
}

/** Whether a datagram socket waits for the handle that it is to be bound with (`BIND_STATE_BINDING` in lib/dgram.js). */
export function isBinding(socket: object): boolean {
  return Reflect.get(own(socket, "state symbol") ?? {}, "bindState") === 1;
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

/** Whether Node has not detached a socket from this object yet, as it does with one that it sends. */
export function isAttached(socket: Socket): boolean {
  return streamHandle(socket) !== undefined;
}

/**
 * Makes the next message leave at once, sockets included. Node keeps all that follows a socket until the receiver has
 * confirmed it (`_handleQueue` in lib/internal/child_process.js): of a process that is at its end that is lost.
 */
export function skipHandleQueue(): void {
  Reflect.set(process, "_handleQueue", null);
  Reflect.set(process, "_pendingMessage", null);
}

/** Whether a socket was sent that the receiver has not confirmed. */
export function awaitsConfirmation(): boolean {
  return Boolean(Reflect.get(process, "_pendingMessage"));
}

/** The IPC channel's file descriptor. */
export function channelDescriptor(): number | undefined {
  const descriptor: unknown = Reflect.get(process.channel ?? {}, "fd");
  return typeof descriptor === "number" && descriptor >= 0 ? descriptor : undefined;
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

/**
 * The port that a socket comes from. Not its own property: that keeps what it was when it was asked first, which may be before it
 * has connected.
 */
export function localPort(socket: object): number | undefined {
  return placeOf(Reflect.get(socket, "_handle"), "getsockname");
}

/** The port that a connection comes from which a listening handle has just accepted. */
export function peerPort(handle: unknown): number | undefined {
  return placeOf(handle, "getpeername");
}

function placeOf(handle: unknown, name: "getsockname" | "getpeername"): number | undefined {
  const ask: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, name) : undefined;
  const place: { readonly port?: number } = {};
  return typeof ask === "function" && ask.call(handle, place) === 0 ? place.port : undefined;
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
  onHandleClose(handle as Pick<ListeningHandle, "close">, ended);
}

/** Calls `closing` before a handle is closed by its server. Nothing of what the app can see is changed. */
export function onHandleClose(handle: Pick<ListeningHandle, "close">, closing: () => void): void {
  const { close } = handle;
  handle.close = (...args) => {
    closing();
    return close.apply(handle, args);
  };
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
  keepAddress(listening);
  listening.close();
  return true;
}

/** Once closed a handle has no address, and `server.address()` would throw. */
function keepAddress(handle: ListeningHandle): void {
  const name = {};
  if (handle.getsockname?.(name) === 0) {
    handle.getsockname = (wanted) => {
      Object.assign(wanted, name);
      return 0;
    };
  }
}

/** The worker's copy of a listening handle that the supervisor has too. */
export interface SharedHandle extends ListeningHandle {
  listen(backlog: number): number;
  onconnection: (this: unknown, ...accepted: unknown[]) => void;
}

/**
 * Calls `received` with each listening handle that comes from the supervisor, before `node:cluster` gives it to its server
 * (`shared` in lib/internal/cluster/child.js). Nothing is changed by this.
 */
export function onSharedHandle(received: (handle: SharedHandle, hold: AcceptHold) => void): void {
  const look = (message: { readonly cmd?: unknown; readonly hold?: AcceptHold }, handle: unknown): void => {
    const isListening = typeof handle === "object" && handle !== null && "listen" in handle && "close" in handle;
    if (message.cmd === "NODE_CLUSTER" && message.hold !== undefined && isListening) {
      received(handle as SharedHandle, message.hold);
    }
  };
  process.prependListener("internalMessage" as "message", look as NodeJS.MessageListener);
}

/**
 * Makes `listen` of this handle, which `node:net` calls once, say that all is well and do nothing.
 * @returns A function that undoes this and does what was asked meanwhile. Should the system refuse it then, the server tells
 *   the app, as it does when it is refused at once.
 */
export function holdListen(handle: SharedHandle): () => void {
  let wanted: number | undefined;
  handle.listen = (backlog) => {
    wanted = backlog;
    return 0;
  };
  return () => {
    Reflect.deleteProperty(handle, "listen");
    const code = wanted === undefined ? 0 : handle.listen(wanted);
    const server = code === 0 ? undefined : own(handle, "owner_symbol");
    // One that the app has closed meanwhile can't listen, and need not.
    if (server instanceof Server && Reflect.get(server, "_handle") === handle) {
      const [name, text] = getSystemErrorMap().get(code) ?? ["UNKNOWN", "unknown error"];
      const error = Object.assign(new Error(`listen ${name}: ${text}`), { code: name, errno: code, syscall: "listen" });
      // In a turn of its own: what the app makes of it is the app's.
      setImmediate(() => server.emit("error", error));
    }
  };
}

/**
 * Makes this handle keep what it accepts from when it listens, but for what the app itself has connected.
 * @param isOwn Whether the app has a connection from this port.
 * @returns A function that gives it to the server, each connection in a turn of its own, and lets it accept as usual.
 */
export function holdConnections(handle: SharedHandle, isOwn: (port: number) => boolean): () => void {
  const waiting: unknown[][] = [];
  let release = (): void => void Reflect.deleteProperty(handle, "listen");
  handle.listen = (backlog) => {
    Reflect.deleteProperty(handle, "listen");
    const { onconnection } = handle;
    handle.onconnection = (...accepted) => {
      const port = peerPort(accepted[1]);
      if (port !== undefined && isOwn(port)) {
        onconnection.apply(handle, accepted);
      } else {
        waiting.push(accepted);
      }
    };
    release = () => {
      handle.onconnection = onconnection;
      for (const accepted of waiting) {
        setImmediate(() => onconnection.apply(handle, accepted));
      }
    };
    return handle.listen(backlog);
  };
  return () => release();
}

/**
 * Ends accepting so that neither the app nor `node:cluster` learns of it: the server keeps its handle and its address, and
 * takes connections that `node:cluster` sends. Closing it again changes nothing.
 */
export function closeUnnoticed(handle: SharedHandle): void {
  keepAddress(handle);
  const close: unknown = Reflect.get(Object.getPrototypeOf(handle) as object, "close");
  if (typeof close === "function") {
    close.call(handle);
  }
}
