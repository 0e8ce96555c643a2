import type { Server, Socket } from "node:net";
import { steadyNow } from "../ownTimers.ts";
import { own } from "./ownSymbol.ts";

/* What Node does not document of sockets and datagram sockets: see `docs/architecture.md`. */

/** Whether everything written was taken by the kernel and everything read was given to the app. */
export function isFlushed(socket: Socket): boolean {
  return (
    socket.writableLength === 0 && socket.readableLength === 0 && (streamHandle(socket)?.writeQueueSize ?? 0) === 0
  );
}

/**
 * Milliseconds since something came or went on a socket: Node starts its timer again then (`_idleStart` of the `Timeout` that it keeps
 * under a symbol). 0 if that is not known, as of one without a timer.
 */
export function silentFor(socket: Socket): number {
  const since: unknown = Reflect.get(own(socket, "timeout") ?? {}, "_idleStart");
  return typeof since === "number" && since >= 0 ? Math.max(0, steadyNow() - since) : 0;
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

/** Whether Node has not detached a socket from this object yet, as it does with one that it sends. */
export function isAttached(socket: Socket): boolean {
  return streamHandle(socket) !== undefined;
}

/**
 * Makes Node send a socket without tracking it for `server.getConnections()`, for which it would ask the receiver
 * again and again (`SocketListSend` in lib/internal/child_process.js).
 */
export function forgetServer(socket: Socket): void {
  Reflect.set(socket, "server", null);
}

/** The server that accepted a connection. */
export function serverOf(socket: Socket): Server | undefined {
  return Reflect.get(socket, "server") ?? undefined;
}

/** The ports of the two ends of a connection: one port may be in use for several, that lead elsewhere. */
export interface ClientEnds {
  /** That of the client. */
  readonly port: number;
  /** Where it leads. */
  readonly to: number;
}

/**
 * Whether a socket of this process has these ends. Not by its own properties: they keep what they were when they were asked first, which
 * may be before it has connected.
 */
export function leadsFrom(socket: object, { port, to }: ClientEnds): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  return placeOf(handle, "getsockname") === port && placeOf(handle, "getpeername") === to;
}

/** The ends of a connection that a listening handle has just accepted. */
export function clientEnds(handle: unknown): ClientEnds | undefined {
  const port = placeOf(handle, "getpeername");
  const to = placeOf(handle, "getsockname");
  return port === undefined || to === undefined ? undefined : { port, to };
}

/**
 * Whether a datagram socket waits for the handle that it is to be bound with (`BIND_STATE_BINDING` in lib/dgram.js). One that
 * is closed meanwhile stays in that state, without a handle of its own.
 */
export function isBinding(socket: object): boolean {
  const state = own(socket, "state symbol") ?? {};
  return Reflect.get(state, "bindState") === 1 && Reflect.get(state, "handle") !== null;
}

interface StreamHandle {
  readStart(): number;
  readStop(): number;
  /** Bytes given to libuv that the kernel has not taken yet. */
  readonly writeQueueSize?: number;
}

function streamHandle(socket: Socket): StreamHandle | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  const usable = typeof handle === "object" && handle !== null && "readStop" in handle;
  return usable ? (handle as StreamHandle) : undefined;
}

function placeOf(handle: unknown, name: "getsockname" | "getpeername"): number | undefined {
  const ask: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, name) : undefined;
  const place: { readonly port?: number } = {};
  return typeof ask === "function" && ask.call(handle, place) === 0 ? place.port : undefined;
}
