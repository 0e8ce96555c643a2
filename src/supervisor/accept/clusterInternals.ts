import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import net, { type Socket } from "node:net";
import { relative } from "node:path";
import { getSystemErrorMap } from "node:util";
import type { AcceptHold } from "../../shared/workerMessages.ts";
import { miss, sendInPipeline } from "../internals.ts";

/*
 * What is touched of `node:cluster` and of the handles beneath `node:net`, none of which Node documents: what is touched,
 * when, and how it is undone. Checked on Node 20, 22, 24 and 26.
 */

/** What a worker asks when a server of it is to listen (`_getServer` in lib/internal/cluster/child.js). */
export interface ListenQuery {
  /** Number of the question; the answer repeats it as `ack`. */
  readonly seq: number;
  /** IP address, `null` for all of them, or the absolute path of a Unix socket or pipe, or the name of an abstract one. */
  readonly address: string | null;
  /** -1 for a path. */
  readonly port: number;
  /** -1 for a path. */
  readonly addressType: 4 | 6 | -1;
  readonly flags?: number;
  readonly backlog?: number;
  /** How many servers of its worker have asked for this address before. */
  readonly index: number;
  /** What the servers of this address share: the keys of TLS session tickets. */
  readonly data?: unknown;
  readonly readableAll?: boolean;
  readonly writableAll?: boolean;
}

/** `flags` of a server that leaves IPv4 out (`UV_TCP_IPV6ONLY`). */
export const ipv6Only = 1;

/** What `node:cluster` in a worker understands, without its envelope. */
export type ClusterMessage =
  | { readonly act: "newconn"; readonly key: string; readonly seq: number }
  | {
      readonly ack: number;
      readonly key: string;
      /** libuv's number of an error, else 0. */
      readonly errno: number;
      readonly data: unknown;
      readonly sockname?: object;
      /** For the preload; `node:cluster` ignores it. */
      readonly hold?: AcceptHold;
    };

export interface ClusterListener {
  /** Returns false to leave the question to `node:cluster`. */
  asked(query: ListenQuery): boolean;
  /** It listens no more where it was told this key. */
  closed(key: string): void;
  /** It took or refused the connection of this number. */
  answered(seq: number, accepted: boolean): void;
}

/**
 * Stands before `node:cluster` in the messages of one worker (lib/internal/cluster/primary.js). A question that the listener
 * answers is made one that `node:cluster` does not know, and so ignores; all else is left as it is. It ends with the
 * process. A question of another shape than expected is left to `node:cluster`, which then deals out the connections itself.
 *
 * Who asks for a descriptor is refused: the number is one of the worker's, and `node:cluster` would take the file that has it here.
 * So is who asks for datagrams on Windows, where libuv passes on none of their sockets (`uv__pipe_write_ipc`): `node:cluster` would
 * never answer.
 */
export function onClusterMessage(child: ChildProcess, listener: ClusterListener): void {
  child.prependListener("internalMessage" as "message", (message: unknown) => {
    const { cmd, act, ack, key, accepted, fd, addressType } = message as { readonly [name: string]: unknown };
    if (cmd !== "NODE_CLUSTER") {
      return;
    }
    const refuse = (errno: number): void => {
      Reflect.set(message as object, "act", "answered");
      const { seq, data = null } = message as { readonly seq: number; readonly data?: unknown };
      sendClusterMessage(child, { ack: seq, key: "", errno, data });
    };
    if (typeof ack === "number") {
      listener.answered(ack, accepted !== false);
    } else if (act === "close" && typeof key === "string") {
      listener.closed(key);
    } else if (act === "queryServer" && typeof fd === "number" && fd >= 0) {
      refuse(noSocket);
    } else if (act === "queryServer" && isDatagrams(addressType) && process.platform === "win32") {
      refuse(notSupported);
    } else if (act === "queryServer" && isListenQuery(message) && listener.asked(withAbstractName(message))) {
      Reflect.set(message as object, "act", "answered");
    }
  });
}

function isListenQuery(message: unknown): message is ListenQuery {
  const { seq, address, port, addressType, index } = message as { readonly [name: string]: unknown };
  // Datagrams have no connections.
  if (isDatagrams(addressType)) {
    return false;
  }
  const isPath = port === -1 && addressType === -1 && typeof address === "string";
  const isIp = (addressType === 4 || addressType === 6) && (address === null || typeof address === "string");
  const isKnown = typeof seq === "number" && typeof index === "number" && typeof port === "number" && (isPath || isIp);
  if (!isKnown) {
    miss("what a worker asks of node:cluster when it is to listen: it gets connections before it is ready");
  }
  return isKnown;
}

function isDatagrams(addressType: unknown): boolean {
  return String(addressType).startsWith("udp");
}

/**
 * The worker has put its folder before the name of an abstract socket (Linux), which begins with NUL and has no file. A path with
 * NUL elsewhere is left to the system, which refuses it.
 */
function withAbstractName(query: ListenQuery): ListenQuery {
  const at = query.port === -1 ? (query.address?.indexOf("\0") ?? -1) : -1;
  return query.address?.[at - 1] === "/" ? { ...query, address: query.address.slice(at) } : query;
}

/**
 * Sends what `node:cluster` would, and keeps the handle open here. Returns false if the worker can't be reached.
 * @param lost Called when the worker has not got the handle.
 */
export function sendClusterMessage(
  child: ChildProcess,
  message: ClusterMessage,
  handle?: ConnectionHandle,
  lost?: () => void,
): boolean {
  if (!child.connected) {
    return false;
  }
  // The result of `send` indicates back-pressure; a channel that breaks is an `error` of the child.
  sendInPipeline(child, { cmd: "NODE_CLUSTER", ...message }, handle, undefined, undefined, lost);
  return true;
}

/** What is used of the `TCP` or `Pipe` of an accepted connection. */
export interface ConnectionHandle {
  close(): void;
  /** Writes the client's address into what it is given. A Unix socket has none. */
  getpeername?(name: object): number;
  getsockname?(name: object): number;
}

/** Whether this is the handle of a connection, as it comes over IPC; or of a server. */
export function isConnection(sent: unknown): sent is ConnectionHandle {
  return typeof sent === "object" && sent !== null && "readStart" in sent && "close" in sent;
}

/** What is used of a `TCP` or `Pipe` that listens. */
export interface ListeningHandle extends ConnectionHandle {
  onconnection: (error: number, connection: ConnectionHandle | undefined) => void;
  /** May be called again, to change the length of the kernel's queue. Returns libuv's number of an error, else 0. */
  listen(backlog: number): number;
  fchmod?(mode: number): number;
}

/** libuv's number for an address that is in use. */
export const addressInUse = numberOf("EADDRINUSE") ?? -98;

/** libuv's number for a descriptor on which nobody can listen. */
const noSocket = numberOf("EINVAL") ?? -22;

/** libuv's number for what a system does not do. */
const notSupported = numberOf("ENOTSUP") ?? -95;

function numberOf(error: string): number | undefined {
  return [...getSystemErrorMap()].find(([, [name]]) => name === error)?.[0];
}

/** Permissions of a Unix socket, for `fchmod` (lib/net.js, `listen`). */
const readableByAll = 1;
const writableByAll = 2;

/** `node:net` listens with this when it is not told another length (lib/net.js, `setupListenHandle`). */
export const usualBacklog = 511;

/** libuv's number of the error if binding failed; `undefined` if this Node binds in another way. */
export type BoundHandle = ListeningHandle | number | undefined;

/** Binds a handle as lib/internal/cluster/shared_handle.js does, but does not listen. It is the caller's to close. */
export function bindHandle(query: ListenQuery): BoundHandle {
  const { address, port, addressType, flags = 0, readableAll = false, writableAll = false } = query;
  const create: unknown = Reflect.get(net, "_createServerHandle");
  const place = port === -1 && address !== null ? shortened(address) : address;
  const made: unknown = typeof create === "function" ? create(place, port, addressType, undefined, flags) : undefined;
  if (typeof made === "number") {
    return made;
  }
  if (!isListeningHandle(made)) {
    miss("how node:cluster binds an address: workers get connections before they are ready");
    return undefined;
  }
  // That an address is in use may come out at `listen` only, which then takes another port (lib/net.js, `checkBindError`).
  if (port > 0 && addressOf(made)?.port !== port) {
    made.close();
    return addressInUse;
  }
  const mode = (readableAll ? readableByAll : 0) | (writableAll ? writableByAll : 0);
  if (mode !== 0) {
    made.fchmod?.(mode);
  }
  return made;
}

/**
 * Takes a socket that is bound already, by the number of its descriptor (`createServerHandle` in lib/net.js); `undefined`, and the
 * descriptor is closed, if this Node can't.
 */
export function openHandle(fd: number): ListeningHandle | undefined {
  const create: unknown = Reflect.get(net, "_createServerHandle");
  const made: unknown = typeof create === "function" ? create(null, undefined, undefined, fd) : undefined;
  if (isListeningHandle(made)) {
    return made;
  }
  closeSync(fd);
  return undefined;
}

/** Of Unix sockets and what has no file: what is bound for a path, which may have no more than about 100 bytes (lib/internal/cluster/primary.js, `queryServer`). */
export function shortened(path: string): string {
  if (path.startsWith("\0") || process.platform === "win32") {
    return path;
  }
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}

function isListeningHandle(handle: unknown): handle is ListeningHandle {
  return typeof handle === "object" && handle !== null && "listen" in handle && "close" in handle;
}

/** An address as `getsockname` and `getpeername` write it. */
export interface HandleAddress {
  readonly address: string;
  readonly port: number;
  readonly family: string;
}

/** The address at this side; `undefined` for a Unix socket. */
export function addressOf(handle: ConnectionHandle): HandleAddress | undefined {
  const name = {};
  return handle.getsockname?.(name) === 0 ? (name as HandleAddress) : undefined;
}

/** Where a connection comes from; `undefined` for one over a Unix socket. */
export function peerAddress(connection: ConnectionHandle): HandleAddress | undefined {
  const name = {};
  return connection.getpeername?.(name) === 0 ? (name as HandleAddress) : undefined;
}

/** Where a connection that was made on this machine comes from: both ends have one address then. */
export function localPeer(connection: ConnectionHandle): HandleAddress | undefined {
  const peer = peerAddress(connection);
  return peer !== undefined && addressOf(connection)?.address === peer.address ? peer : undefined;
}

/** Both ends of a socket of our own, as soon as it is connected; its own properties tell that only later. */
export function endsOf(socket: Socket): { readonly local?: HandleAddress; readonly peer?: HandleAddress } {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) {
    return {};
  }
  const local = addressOf(handle as ConnectionHandle);
  const peer = peerAddress(handle as ConnectionHandle);
  return { ...(local && { local }), ...(peer && { peer }) };
}

/** Whether the kernel has made the connection of a socket, of which its event may tell only later. */
export function isConnected(socket: Socket): boolean {
  return endsOf(socket).peer !== undefined;
}
