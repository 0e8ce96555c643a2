import net, { Server } from "node:net";
import { dirname, join, relative } from "node:path";
import { getSystemErrorMap } from "node:util";
import { longestSocketPath } from "../../shared/basics/socketPaths.ts";
import type { AcceptHold } from "../../shared/workerMessages.ts";
import type { AcceptedHandle } from "../channel.ts";
import { setImmediate } from "../ownTimers.ts";
import { hasAllLeft } from "./ipcChannel.ts";
import { own } from "./ownSymbol.ts";
import { type ClientEnds, clientEnds } from "./sockets.ts";

/* What Node does not document of the handles beneath servers that listen: see `docs/architecture.md`. */

/** The worker's copy of a listening handle that the supervisor has too. */
export interface SharedHandle extends ListeningHandle {
  listen(backlog: number): number;
  onconnection: (this: unknown, ...accepted: unknown[]) => void;
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

/**
 * Calls `closing` before a handle is closed by its server. Nothing of what the app can see is changed. Once the handle listens it is
 * called before `node:cluster` tells the primary, too (`shared` in lib/internal/cluster/child.js changes `close` before that).
 */
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

/**
 * Calls `asked` in a `listen` that has just begun, when `node:cluster` has asked the supervisor, unless its question is still here.
 * What `node:cluster` does next is to add a listener for `listening` (lib/internal/cluster/child.js, `_getServer`). The callback of
 * the app is added before, and before `listen` counts itself (lib/net.js, `_listeningId`).
 */
export function onAskedToListen(server: Server, asked: () => void): void {
  const count = (): unknown => Reflect.get(server, "_listeningId");
  const before = count();
  const look = (event: string | symbol): void => {
    if (event === "listening" && count() !== before) {
      server.removeListener("newListener", look);
      if (hasAllLeft()) {
        asked();
      }
    }
  };
  server.on("newListener", look);
}

/**
 * Whether the system lets nobody bind a Unix socket at a path: it is too long, the disk is full, its file system has no sockets. It
 * is tried with a name beside it, as the supervisor's are (`secondNames.ts`), which is gone when this returns.
 */
export function refusesSocketBeside(path: string): boolean {
  const longest = longestSocketPath(process.platform);
  if (Buffer.byteLength(path) > longest) {
    return true;
  }
  const create: unknown = Reflect.get(net, "_createServerHandle");
  const name = join(dirname(path), `.hitless-${process.pid}-0`);
  const [place = name] = [name, relative(process.cwd(), name)].sort((one, other) => one.length - other.length);
  if (typeof create !== "function" || Buffer.byteLength(place) > longest) {
    return false;
  }
  const made: unknown = create(place, -1, -1);
  if (typeof made === "object" && made !== null && "close" in made && typeof made.close === "function") {
    made.close();
  }
  return typeof made === "number";
}

interface SharedAnswer {
  readonly cmd?: unknown;
  readonly hold?: AcceptHold;
  /** Names the handle to the supervisor. */
  readonly key: string;
}

/**
 * Calls `received` with each listening handle that comes from the supervisor, before `node:cluster` gives it to its server
 * (`shared` in lib/internal/cluster/child.js). Nothing is changed by this.
 */
export function onSharedHandle(received: (handle: SharedHandle, hold: AcceptHold, key: string) => void): void {
  const look = (message: SharedAnswer, handle: unknown): void => {
    const isListening = typeof handle === "object" && handle !== null && "listen" in handle && "close" in handle;
    if (message.cmd === "NODE_CLUSTER" && message.hold !== undefined && isListening) {
      received(handle as SharedHandle, message.hold, message.key);
    }
  };
  process.prependListener("internalMessage" as "message", look as NodeJS.MessageListener);
}

/**
 * Makes `listen` of this handle, which `node:net` calls once, say that all is well and do nothing.
 * @returns Undoes this and does what was asked meanwhile. Should the system refuse it then, the server tells
 *   the app, as it does when it is refused at once.
 */
export function holdListen(handle: SharedHandle): Held {
  let wanted: number | undefined;
  handle.listen = (backlog) => {
    wanted = backlog;
    return 0;
  };
  const release = (): void => {
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
  return { release, takeOut: () => [] };
}

/** What a handle that is held back has. */
export interface Held {
  release(): void;
  /** Takes out the connections that it has accepted and that nobody has got. */
  takeOut(): AcceptedHandle[];
}

/**
 * Makes this handle keep what it accepts from when it listens, but for what the app itself has connected.
 * @param isOwn Whether the app has a connection with these ends.
 * @param listens Called when it is about to listen.
 * @returns Its `release` gives it to the server, each connection in a turn of its own, and lets it accept as usual.
 */
export function holdConnections(handle: SharedHandle, isOwn: (ends: ClientEnds) => boolean, listens: () => void): Held {
  const waiting: unknown[][] = [];
  let release = (): void => void Reflect.deleteProperty(handle, "listen");
  handle.listen = (backlog) => {
    Reflect.deleteProperty(handle, "listen");
    listens();
    const { onconnection } = handle;
    handle.onconnection = (...accepted) => {
      const ends = clientEnds(accepted[1]);
      if (ends !== undefined && isOwn(ends)) {
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
  return {
    release: () => release(),
    takeOut: () =>
      waiting.splice(0).flatMap(([error, connection]) => {
        const isConnection = !error && typeof connection === "object" && connection !== null;
        return isConnection ? [connection as AcceptedHandle] : [];
      }),
  };
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

interface ListeningHandle {
  close(): void;
  /** Writes the address into what it is given. A handle of a Unix socket has none. */
  getsockname?(name: object): number;
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
