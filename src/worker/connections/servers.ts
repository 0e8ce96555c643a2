import { subscribe } from "node:diagnostics_channel";
import { type EventEmitter, errorMonitor } from "node:events";
import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "node:net";
import { resolve } from "node:path";
import type { ServerAddress, ServerProtocol } from "../../shared/workerMessages.ts";
import type { Guard } from "../guard.ts";
import type { Http2Stream } from "../internals/http2Streams.ts";
import { onListeningEnd } from "../internals/listeningHandles.ts";
import { openConnections } from "../internals/serverConnections.ts";
import { serverOf } from "../internals/sockets.ts";
import { isSpdyServer, watchSpdySessions } from "../internals/spdySessions.ts";
import { ownListener } from "../ownListeners.ts";
import { findServersBehind } from "./serversBehind.ts";
import { awaitSocketFile } from "./socketFile.ts";

/** A server of the app that listens. */
export interface TrackedServer {
  readonly server: Server;
  readonly protocol: ServerProtocol;
  /** Equal for the same server in every worker of the app. */
  readonly key: string;
  readonly address: ServerAddress;
  /** The system chose the port (`listen(0)`, or a port that it gave to such a server of this process before). */
  readonly systemPort: boolean;
  /** Open HTTP/2 sessions, also those of spdy; empty for every other protocol. */
  readonly sessions: ReadonlySet<Http2Session>;
  /** Sockets that left HTTP for a WebSocket, each with how much had been written on it before, in bytes. */
  readonly webSockets: ReadonlyMap<Socket, number>;
}

/** The part of `http2.ServerHttp2Session` that a drain needs. */
export interface Http2Session {
  close(): void;
  on(event: "stream", listener: (stream: Pick<Http2Stream, "once">) => void): unknown;
  once(event: "close", listener: () => void): unknown;
}

export interface ServerTracker {
  /** The servers that listen, or did until the drain began. */
  servers(): readonly TrackedServer[];
  /** HTTP servers that don't listen and have answered all the same: one of another kind accepts for them. */
  behind(): readonly TrackedServer[];
  /** How many accepted connections are open, of any protocol. */
  connections(): number;
  /**
   * Ports and paths on which a server was to listen and none does.
   * @param probed More ports that the app has looked at.
   */
  tried(probed?: Iterable<number>): (number | string)[];
  /** The server of this key that listens. */
  find(key: string): TrackedServer | undefined;
}

export interface ServerEvents {
  readonly listening: (tracked: TrackedServer) => void;
  /** One that does not listen has answered its first request. */
  readonly behind: (tracked: TrackedServer) => void;
  /** It could not listen; the app is told in the same moment. */
  readonly failed: (error: unknown) => void;
  /** It listens no more, though it may still have connections. */
  readonly closed: (tracked: TrackedServer) => void;
}

/** Places that are remembered, the first ones: an app that looks for a free port begins where it wants to be. */
const mostPlaces = 50;

/**
 * Learns of the app's servers and connections through Node's diagnostics channels
 * (https://nodejs.org/api/diagnostics_channel.html#net): neither a connection nor a
 * request costs anything.
 */
export function trackServers(guard: Guard, events: ServerEvents): ServerTracker {
  /** Those that listen, and those that have closed and still have connections. */
  const servers = new Map<Server, TrackedServer>();
  const listening = new Map<Server, TrackedServer>();
  const watched = new WeakMap<Server, Watched>();
  const watchOnce = (server: Server): Watched => {
    const now = watched.get(server) ?? watch(server, guard);
    watched.set(server, now);
    return now;
  };
  const behind = findServersBehind(guard, {
    isKnown: (server) => watched.has(server),
    describe: (server) => ({ server, key: "", address: "", systemPort: false, ...watchOnce(server) }),
    found: events.behind,
  });
  const closeFollowed = new WeakSet<Server>();
  const systemPorts = createSystemPorts();
  const asked = new Set<number | string>();
  const followed = new WeakSet<Server>();
  const failed = guard("listen", events.failed);

  subscribe(
    "tracing:net.server.listen:asyncStart",
    guard("listen", (message: unknown) => {
      const { server, options } = message as { server: Server; options: unknown };
      systemPorts.asked(server, options);
      if (!followed.has(server)) {
        followed.add(server);
        // Observes: an error that the app does not listen to still ends the process.
        (server as EventEmitter).on(errorMonitor, failed);
      }
      const place = askedPlace(options);
      if (place !== undefined && asked.size < mostPlaces) {
        asked.add(place);
      }
      awaitSocketFile(server, options, guard);
    }),
  );
  subscribe(
    "tracing:net.server.listen:asyncEnd",
    guard("listening", (message: unknown) => {
      const { server } = message as { server: Server };
      const given = server.address();
      if (given === null || listening.has(server)) {
        return;
      }
      const address = typeof given === "string" ? wholePath(given) : given;
      const systemPort = systemPorts.has(server, address);
      const tracked = describeServer({ server, address, systemPort, watched: watchOnce(server) });
      if (!isHttpServer(server)) {
        behind.look();
      }
      listening.set(server, tracked);
      servers.set(server, tracked);
      onListeningEnd(
        server,
        guard("closed", () => {
          if (listening.get(server) === tracked) {
            listening.delete(server);
            events.closed(tracked);
          }
        }),
      );
      if (!closeFollowed.has(server)) {
        closeFollowed.add(server);
        server.on("close", () => {
          // It may listen again before the event of the time before has come.
          if (!listening.has(server)) {
            servers.delete(server);
          }
        });
      }
      // Node prepares an HTTP server for its connections in a listener of the event that follows.
      server.once(
        "listening",
        guard("listening", () => {
          if (listening.get(server) === tracked) {
            events.listening(tracked);
          }
        }),
      );
    }),
  );
  const count = openConnections(new Server()) === undefined ? countSockets(servers, guard) : undefined;

  return {
    servers: () => [...servers.values()],
    behind: () => behind.found().filter(({ server }) => !servers.has(server)),
    connections: () =>
      count?.() ?? [...servers.keys()].reduce((sum, server) => sum + (openConnections(server) ?? 0), 0),
    tried: (probed = []) => {
      const taken = new Set([...listening.values()].map(({ address }) => placeOf(address)));
      return [...new Set([...asked, ...probed])].filter((place) => !taken.has(place));
    },
    find: (key) => [...listening.values()].find((tracked) => tracked.key === key),
  };
}

/** For a Node that does not count the connections of a server itself: following each costs a tenth of serving it. */
function countSockets(servers: ReadonlyMap<Server, TrackedServer>, guard: Guard): () => number {
  const sockets = new Set<Socket>();
  const forget = function (this: Socket): void {
    sockets.delete(this);
  };
  subscribe(
    "net.server.socket",
    guard("connection", (message: unknown) => {
      const { socket } = message as { socket: Socket };
      const server = serverOf(socket);
      if (server !== undefined && servers.has(server)) {
        sockets.add(socket);
        socket.once("close", forget);
      }
    }),
  );
  return () => sockets.size;
}

function placeOf(address: ServerAddress): number | string {
  return typeof address === "string" ? address : address.port;
}

/** As `node:cluster` names it to the primary: a Unix socket from the root, though the app may name it from its folder. */
function wholePath(path: string): string {
  return process.platform === "win32" || path.startsWith("\0") ? path : resolve(path);
}

/** Where a server is to listen, if the app chose it. */
function askedPlace(options: unknown): number | string | undefined {
  const { port, path } = (typeof options === "object" && options !== null ? options : {}) as {
    readonly [name in "port" | "path"]?: unknown;
  };
  if (typeof path === "string") {
    return wholePath(path);
  }
  return Number(port) > 0 ? Number(port) : undefined;
}

/** What is listened to on a server, once however often it begins to listen. */
type Watched = Pick<TrackedServer, "protocol" | "sessions" | "webSockets">;

function watch(server: Server, guard: Guard): Watched {
  const protocol = protocolOf(server);
  const sessions = watchSessions(server, protocol, guard);
  const webSockets = isHttpServer(server) ? watchWebSockets(server) : new Map<Socket, number>();
  return { protocol, sessions, webSockets };
}

function describeServer(options: {
  readonly server: Server;
  readonly address: ServerAddress;
  readonly systemPort: boolean;
  readonly watched: Watched;
}): TrackedServer {
  const { server, address, systemPort, watched } = options;
  const key = typeof address === "string" ? address : `${address.address}|${address.port}`;
  return { server, key, address, systemPort, ...watched };
}

/**
 * Knows the ports that the system chose, because a server asked for port 0. An app that closes such a server and listens on
 * its port with another has not chosen it either.
 */
function createSystemPorts(): {
  asked(server: Server, options: unknown): void;
  has(server: Server, address: ServerAddress): boolean;
} {
  const asking = new WeakSet<Server>();
  const ports = new Set<number>();
  return {
    asked(server, options) {
      const { port, path, fd, handle } = (typeof options === "object" && options !== null ? options : {}) as {
        readonly [name in "port" | "path" | "fd" | "handle"]?: unknown;
      };
      const given = [path, fd, handle].some((value) => value !== undefined && value !== null);
      if (Number(port ?? 0) === 0 && !given) {
        asking.add(server);
      } else {
        asking.delete(server);
      }
    },
    has(server, address) {
      if (typeof address === "string") {
        return false;
      }
      if (asking.has(server)) {
        ports.add(address.port);
      }
      return ports.has(address.port);
    },
  };
}

/** By the names of the classes a server descends from, so that neither http2 nor tls is loaded for an app without them. */
function protocolOf(server: Server): ServerProtocol {
  const names = new Set<string>();
  for (let proto: unknown = Object.getPrototypeOf(server); proto !== null; proto = Object.getPrototypeOf(proto)) {
    names.add((proto as object).constructor.name);
  }
  if (names.has("Http2SecureServer")) {
    return "https2";
  }
  if (names.has("Http2Server")) {
    return "http2";
  }
  const secure = typeof Reflect.get(server, "setSecureContext") === "function";
  if (isHttpServer(server)) {
    return secure ? "https" : "http";
  }
  return secure ? "tls" : "tcp";
}

/**
 * Whether a server speaks HTTP/1 (plain or over TLS). One of HTTP/2 over TLS has the method in any case, the time-out only
 * with `allowHTTP1`.
 */
export function isHttpServer(server: Server): server is HttpServer {
  return "closeIdleConnections" in server && "headersTimeout" in server;
}

function watchSessions(server: Server, protocol: ServerProtocol, guard: Guard): ReadonlySet<Http2Session> {
  if (isSpdyServer(server)) {
    return watchSpdySessions(server, guard);
  }
  const sessions = new Set<Http2Session>();
  const keep = (session: Http2Session): void => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  };
  if (protocol === "http2" || protocol === "https2") {
    server.on("session", ownListener(keep));
  }
  return sessions;
}

/**
 * Remembers the sockets of WebSockets. A listener for `upgrade` changes what Node does with an upgrade request, so ours is there only
 * while the app has one of its own.
 */
function watchWebSockets(server: Server): ReadonlyMap<Socket, number> {
  const webSockets = new Map<Socket, number>();
  const observe = ownListener((request: { readonly headers: { readonly upgrade?: string } }, socket: Socket): void => {
    if (request.headers.upgrade?.toLowerCase() === "websocket") {
      webSockets.set(socket, socket.bytesWritten);
      socket.once("close", () => webSockets.delete(socket));
    }
  });
  let observing = false;
  const follow = (): void => {
    const theirs = server.listenerCount("upgrade") - (observing ? 1 : 0);
    if (theirs > 0 && !observing) {
      observing = true;
      server.prependListener("upgrade", observe);
    } else if (theirs === 0 && observing) {
      observing = false;
      server.removeListener("upgrade", observe);
    }
  };
  follow();
  // `newListener` comes before the listener is there, and adding ours at once would put it before the app's first one.
  server.on("newListener", (event: string | symbol, listener: unknown) => {
    if (event === "upgrade" && listener !== observe && !observing) {
      observing = true;
      server.prependListener("upgrade", observe);
    }
  });
  server.on("removeListener", (event: string | symbol, listener: unknown) => {
    if (event === "upgrade" && listener !== observe) {
      follow();
    }
  });
  return webSockets;
}
