import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import type { Server, Socket } from "node:net";
import type { Guard } from "../guard.ts";
import { own } from "./ownSymbol.ts";
import { serverOf } from "./sockets.ts";

/* What Node does not document of the connections of a server: see `docs/architecture.md`. */

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
  const { _connectionListener: own } = nodeHttp();
  return server.listeners("connection").includes(own) && !holdingBack.has(server);
}

/** Servers whose own `emit` has kept a connection from Node's listener, to read what comes first. */
const holdingBack = new WeakSet<Server>();

/** Looks whether who has replaced `emit` of a server keeps connections back. Most don't: monitoring wants to see the requests. */
export function watchReplacedEmit(server: HttpServer, guard: Guard): void {
  if (!hasReplacedEmit(server, nodeHttp().Server)) {
    return;
  }
  subscribe(
    "net.server.socket",
    guard("connection", (message: unknown) => {
      const { socket } = message as { socket: Socket };
      // Comes after the event, in which Node's listener gives the connection its parser.
      if (serverOf(socket) === server && !socket.destroyed && !Reflect.get(socket, "parser")) {
        holdingBack.add(server);
      }
    }),
  );
}

/** Whether a server, or a class of the app between it and Node's, has an `emit` of its own. */
export function hasReplacedEmit(server: Server, nodes: typeof Server | typeof HttpServer): boolean {
  const end = nodes.prototype;
  for (let at: object | null = server; at !== null && at !== end; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, "emit")) {
      return true;
    }
  }
  return false;
}

/** Loaded long ago: the app has made a server with it. */
export function nodeHttp(): { readonly _connectionListener: () => void; readonly Server: typeof HttpServer } {
  return createRequire(process.execPath)("node:http");
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

function socketsOf(parsers: readonly { readonly socket: Socket | null }[]): Socket[] {
  return parsers.flatMap(({ socket }) => (socket === null || socket === undefined ? [] : [socket]));
}
