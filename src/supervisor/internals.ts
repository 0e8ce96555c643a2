import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { type Server, Socket, type SocketConstructorOpts } from "node:net";

/*
 * Every touch of something in Node that is not documented, in one place: what is touched, when, and how it is undone.
 * Checked on Node 20, 22, 24 and 26. Where Node keeps one in another way, what it is for is left out, and
 * `onMissingInternal` says so once.
 */

const missing = new Set<string>();
const listeners: ((what: string) => void)[] = [];

/** Calls the listener once for each touch that this Node does not allow, also for those found out before. */
export function onMissingInternal(listener: (what: string) => void): void {
  listeners.push(listener);
  for (const what of missing) {
    listener(what);
  }
}

function miss(what: string): void {
  if (!missing.has(what)) {
    missing.add(what);
    for (const listener of listeners) {
      listener(what);
    }
  }
}

/**
 * Listens to the messages of a child that Node keeps from `message`: those whose `cmd` begins with `NODE_`. Node's
 * documentation names the event and reserves it for Node. Nothing is changed; it ends with the process.
 */
export function onInternalMessage(child: ChildProcess, listener: (message: unknown, socket: unknown) => void): void {
  child.on("internalMessage" as "message", listener);
}

export interface PathQueryListener {
  /** A worker wants to listen on this Unix socket, and `node:cluster` has not heard of it yet. */
  asked(path: string): void;
  /** It has bound the socket, or had it already. */
  answered(path: string): void;
}

/**
 * Stands before and behind `node:cluster` when a worker asks to listen on a Unix socket (`queryServer` in
 * lib/internal/cluster/primary.js, which binds at once). Nothing is changed; it ends with the process. Where the message is
 * another, nothing is heard.
 */
export function onPathQuery(child: ChildProcess, listener: PathQueryListener): void {
  const pathOf = (message: unknown): string | undefined => {
    const { cmd, act, address, port } = message as { [name in "cmd" | "act" | "address" | "port"]?: unknown };
    const isQuery = cmd === "NODE_CLUSTER" && act === "queryServer" && Number(port) < 0;
    return isQuery && typeof address === "string" && address.startsWith("/") ? address : undefined;
  };
  child.prependListener("internalMessage" as "message", (message: unknown) => {
    const path = pathOf(message);
    if (path !== undefined) {
      listener.asked(path);
    }
  });
  child.on("internalMessage" as "message", (message: unknown) => {
    const path = pathOf(message);
    if (path !== undefined) {
      listener.answered(path);
    }
  });
}

/** What `node:cluster` tells a worker of a connection that it is to take, and what the worker answers. */
interface ClusterMessage {
  readonly cmd: "NODE_CLUSTER";
  readonly seq?: number;
  readonly act?: string;
  readonly key?: string;
  /** Answer to the message of this number. */
  readonly ack?: number;
  /** Whether the worker took the connection. */
  readonly accepted?: boolean;
}

export interface DispatchListener {
  /** An accepted connection leaves for the worker. `key` names the address that it came to. */
  sent(seq: number, connection: object, key: string): void;
  /** The worker has answered a message of `node:cluster`. */
  answered(seq: number, accepted: boolean): void;
}

/**
 * Watches the accepted connections that `node:cluster` sends to one worker (`handoff` in
 * lib/internal/cluster/round_robin_handle.js), and the answers. Replaces the child's own `send` by one that calls it; it
 * stays until the worker has ended, and nobody else ever has that object.
 */
export function watchDispatch(child: ChildProcess, listener: DispatchListener): void {
  const send = child.send;
  // Called for every connection, so without an array of what it is called with.
  const watched = (
    message: ClusterMessage | undefined,
    handle: unknown,
    options: unknown,
    callback: unknown,
  ): boolean => {
    if (message?.cmd === "NODE_CLUSTER" && typeof handle === "object" && handle !== null) {
      const { act, seq, key, ack } = message;
      if (act === "newconn" && seq !== undefined) {
        listener.sent(seq, handle, key ?? "");
      } else if (ack === undefined) {
        miss(
          "the message by which node:cluster sends a connection to a worker: what a dying worker has not taken is lost",
        );
      }
    }
    return send.call(child, message as never, handle as never, options as never, callback as never);
  };
  child.send = watched as ChildProcess["send"];
  onInternalMessage(child, (message) => {
    const { cmd, ack, accepted } = message as Partial<ClusterMessage>;
    if (cmd === "NODE_CLUSTER" && ack !== undefined) {
      listener.answered(ack, accepted !== false);
    }
  });
}

/**
 * The socket of an accepted connection that `node:cluster` holds as a handle, not read yet; `undefined` if it was closed, or
 * this Node has handles of another kind. Made as `net.Server` makes one for `pauseOnConnect`.
 */
export function socketOf(handle: object): Socket | undefined {
  if (!("readStop" in handle)) {
    miss("the handle of an accepted connection: what a dying worker has not taken is lost");
    return undefined;
  }
  // A handle that was closed has no file descriptor left.
  const descriptor: unknown = Reflect.get(handle, "fd");
  if (typeof descriptor === "number" && descriptor < 0) {
    return undefined;
  }
  const options = { handle, pauseOnCreate: true, readable: true, writable: true };
  return new Socket(options as SocketConstructorOpts);
}

/** The parts of `TCP` and `Pipe` (lib/internal/cluster/round_robin_handle.js) that this touches. */
interface ConnectionHandle {
  close(): void;
}
interface ListeningHandle extends ConnectionHandle {
  onconnection: (this: unknown, error: unknown, handle: ConnectionHandle | undefined) => void;
}

export interface AcceptListener {
  /** A connection was accepted; returns false if it is to be closed at once. */
  admit(connection: object): boolean;
  /** No worker listens there any more; what `node:cluster` still has of it is closed by itself. */
  closed(): void;
}

/**
 * Stands between every listening handle of `node:cluster` and its queue: replaces the handle's `onconnection` and `close`
 * by functions that call them, once it listens. They go with the handle, when the last worker that listens there has.
 * With `scheduling: "shared"` the workers have the handles, and nothing is touched.
 * @param opened Called for each such handle.
 */
export function watchAccepts(opened: () => AcceptListener): void {
  subscribe("tracing:net.server.listen:asyncEnd", (message) => {
    const { server } = message as { readonly server: Server };
    const handle: unknown = Reflect.get(server, "_handle");
    server.once("listening", () =>
      queueMicrotask(() => {
        // `node:cluster` takes the handle out of its server and accepts by itself.
        if (Reflect.get(server, "_handle") !== null) {
          return;
        }
        if (isListeningHandle(handle)) {
          intercept(handle, opened());
        } else {
          miss(
            "the listening handles of node:cluster: connections that wait for a worker are neither counted nor bounded",
          );
        }
      }),
    );
  });
}

function isListeningHandle(handle: unknown): handle is ListeningHandle {
  return typeof handle === "object" && handle !== null && "onconnection" in handle && "close" in handle;
}

function intercept(listening: ListeningHandle, listener: AcceptListener): void {
  const { onconnection, close } = listening;
  listening.onconnection = function (error, connection) {
    if (connection !== undefined && !error && !listener.admit(connection)) {
      connection.close();
    } else {
      onconnection.call(this, error, connection);
    }
  };
  listening.close = function (...args: []) {
    listener.closed();
    return close.apply(this, args);
  };
}

/**
 * Keeps a socket that came over IPC from being read here: Node reads it at once, so this has to be called in the turn in
 * which it arrives, or the client's next request ends up in this process. It stays so until the socket is sent on or
 * destroyed. Returns false if its client has left, or this Node can't.
 */
export function holdSocket(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) {
    return false;
  }
  if (!("readStop" in handle) || typeof handle.readStop !== "function") {
    miss("the handle of a connection that is handed over: such connections are closed");
    return false;
  }
  Reflect.set(handle, "reading", false);
  handle.readStop();
  return true;
}

/**
 * Opens the inspector of another process on Windows, as SIGUSR1 does elsewhere and as `node inspect -p` does
 * (lib/internal/debugger/inspect.js). Whoever asked has to close it again.
 * @throws Error if this Node can't.
 */
export function debugProcess(pid: number): void {
  const open: unknown = Reflect.get(process, "_debugProcess");
  if (typeof open !== "function") {
    throw new Error("this Node.js can't open the inspector of another process");
  }
  open.call(process, pid);
}
