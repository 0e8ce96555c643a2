import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "node:net";
import type { ServerAddress, ServerProtocol } from "../../shared/workerMessages.ts";
import type { Guard } from "../guard.ts";
import { openConnections, serverOf } from "../internals.ts";

/** A server of the app that listens. */
export interface TrackedServer {
  readonly server: Server;
  readonly protocol: ServerProtocol;
  /** Equal for the same server in every worker of the app. */
  readonly key: string;
  readonly address: ServerAddress;
  /** Open HTTP/2 sessions; empty for every other protocol. */
  readonly sessions: ReadonlySet<Http2Session>;
  /** Sockets that left HTTP for a WebSocket, each with how much had been written on it before, in bytes. */
  readonly webSockets: ReadonlyMap<Socket, number>;
}

/** The part of `http2.ServerHttp2Session` that a drain needs. */
export interface Http2Session {
  close(): void;
  once(event: "close", listener: () => void): unknown;
}

export interface ServerTracker {
  /** The servers that listen, or did until the drain began. */
  servers(): readonly TrackedServer[];
  /** How many accepted connections are open, of any protocol. */
  connections(): number;
  find(key: string): TrackedServer | undefined;
}

/**
 * Learns of the app's servers and connections through Node's diagnostics channels
 * (https://nodejs.org/api/diagnostics_channel.html#net): neither a connection nor a
 * request costs anything.
 */
export function trackServers(guard: Guard, onListening: (tracked: TrackedServer) => void): ServerTracker {
  const servers = new Map<Server, TrackedServer>();

  subscribe(
    "tracing:net.server.listen:asyncEnd",
    guard("listening", (message: unknown) => {
      const { server } = message as { server: Server };
      const address = server.address();
      if (address !== null && !servers.has(server)) {
        const tracked = describeServer(server, address);
        servers.set(server, tracked);
        server.once("close", () => servers.delete(server));
        // Node prepares an HTTP server for its connections in a listener of the event that follows.
        server.once(
          "listening",
          guard("listening", () => onListening(tracked)),
        );
      }
    }),
  );
  const count = openConnections(new Server()) === undefined ? countSockets(servers, guard) : undefined;

  return {
    servers: () => [...servers.values()],
    connections: () =>
      count?.() ?? [...servers.keys()].reduce((sum, server) => sum + (openConnections(server) ?? 0), 0),
    find: (key) => [...servers.values()].find((tracked) => tracked.key === key),
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

function describeServer(server: Server, address: ServerAddress): TrackedServer {
  const protocol = protocolOf(server);
  const key = typeof address === "string" ? address : `${address.address}|${address.port}`;
  const sessions = protocol === "http2" || protocol === "https2" ? watchSessions(server) : new Set<Http2Session>();
  const webSockets = isHttpServer(server) ? watchWebSockets(server) : new Map<Socket, number>();
  return { server, protocol, key, address, sessions, webSockets };
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

function watchSessions(server: Server): ReadonlySet<Http2Session> {
  const sessions = new Set<Http2Session>();
  server.on("session", (session: Http2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  return sessions;
}

/**
 * Remembers the sockets of WebSockets. A listener for `upgrade` changes what Node does with an upgrade request, so ours is there only
 * while the app has one of its own.
 */
function watchWebSockets(server: Server): ReadonlyMap<Socket, number> {
  const webSockets = new Map<Socket, number>();
  const observe = (request: { readonly headers: { readonly upgrade?: string } }, socket: Socket): void => {
    if (request.headers.upgrade?.toLowerCase() === "websocket") {
      webSockets.set(socket, socket.bytesWritten);
      socket.once("close", () => webSockets.delete(socket));
    }
  };
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
