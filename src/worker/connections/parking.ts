import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type HandedConnection, handoffWindow } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import { attachToServer, startReading, stopReading } from "../internals.ts";
import { isHttpServer, type ServerTracker } from "./servers.ts";

/** Requests answered on a connection, kept only where a server limits them. */
const answered = new WeakMap<Socket, number>();

/** How many requests count for `maxRequestsPerSocket` on this connection. */
export function requestsOn(socket: Socket): number {
  return answered.get(socket) ?? 0;
}

/**
 * Keeps `maxRequestsPerSocket` true for connections that come from another worker: Node counts from 0 for them, so we
 * count along. Costs nothing for a server without the limit, the default.
 */
export function countLimitedRequests(server: HttpServer, guard: Guard): void {
  if ((server.maxRequestsPerSocket ?? 0) <= 0 || counting) {
    return;
  }
  counting = true;
  subscribe(
    "http.server.request.start",
    guard("request count", (message: unknown) => {
      const started = message as {
        socket: Socket;
        response: ServerResponse;
        server: HttpServer;
        request: IncomingMessage;
      };
      const limit = started.server.maxRequestsPerSocket ?? 0;
      if (limit > 0) {
        const requests = requestsOn(started.socket) + 1;
        answered.set(started.socket, requests);
        if (requests >= limit) {
          started.response.shouldKeepAlive = false;
        }
      }
    }),
  );
}
let counting = false;

/** Connections that come within so many milliseconds of the one before are confirmed together. */
const burstGapMs = 5;

/** Of a burst, so many connections are confirmed together, or those that came within so many milliseconds. */
const burstSize = handoffWindow / 2;
const burstMs = 2;

/** Connections that came from another worker and whose client has not sent anything since. */
export interface Parking {
  /** Answers a connection that the supervisor sent: takes and parks it, or refuses it. */
  receive(connection: HandedConnection & { readonly id: number }, socket: Socket | undefined): void;
  parked(): ReadonlyMap<Socket, HandedConnection>;
  /** Stops waiting for this connection's client, so that it can be handed on. */
  release(socket: Socket): void;
  /** Confirms what has come so far. Until then the supervisor might give it to another worker too. */
  confirm(): void;
}

interface ParkedConnection extends HandedConnection {
  readonly owner: HttpServer;
}

export function createParking(options: {
  readonly channel: Channel;
  readonly tracker: ServerTracker;
  readonly guard: Guard;
  readonly isDraining: () => boolean;
}): Parking {
  const { channel, tracker, guard, isDraining } = options;
  const parked = new Map<Socket, ParkedConnection>();
  let arrived: { readonly id: number; readonly socket: Socket; readonly stoppedAt: number }[] = [];
  let lastArrival = 0;
  let timer: NodeJS.Timeout | undefined;
  const followed = new WeakSet<HttpServer>();

  /** Nothing is read before the supervisor has been told: it gives what a dead worker has not confirmed to another. */
  const confirm = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (arrived.length > 0) {
      const confirmed = arrived;
      arrived = [];
      const longest = Date.now() - Math.min(...confirmed.map(({ stoppedAt }) => stoppedAt));
      channel.send({ type: "taken", ids: confirmed.map(({ id }) => id), stallMs: Math.max(0, longest) });
      for (const { socket } of confirmed) {
        startReading(socket);
      }
    }
  };
  const confirmSoon = guard("handoff", confirm);

  // One function of each kind for all connections, not one for each: thousands may come within a second.
  const close = function (this: Socket): void {
    this.destroy();
  };
  const forget = function (this: Socket): void {
    parked.delete(this);
  };
  const takeOut = guard("parked connection", (socket: Socket, connection: ParkedConnection) => {
    release(socket);
    if (connection.requests > 0) {
      answered.set(socket, connection.requests);
    }
  });
  const wake = function (this: Socket): void {
    const connection = parked.get(this);
    // The end of the stream makes a socket readable too: then the client left.
    if (connection !== undefined && this.readableLength > 0) {
      takeOut(this, connection);
      // Not guarded: what the app's own listener throws is the app's.
      connection.owner.emit("connection", this);
    }
  };

  /** Ends what waits for a server that the app closes, as Node does with the idle connections that it knows of. */
  const followClose = (owner: HttpServer): void => {
    if (!followed.has(owner)) {
      followed.add(owner);
      const closeIdle = owner.closeIdleConnections;
      owner.closeIdleConnections = () => {
        closeIdle.call(owner);
        for (const [socket, connection] of parked) {
          if (connection.owner === owner) {
            socket.destroy();
          }
        }
      };
    }
  };

  const release = (socket: Socket): void => {
    if (parked.delete(socket)) {
      socket.off("readable", wake);
      socket.off("end", close);
      socket.off("error", close);
      socket.off("timeout", close);
      socket.off("close", forget);
      socket.setTimeout(0);
    }
  };

  /**
   * Waits until the client sends something, then lets the app's server have the connection. Were it given to the server
   * at once, Node would take it for a new connection whose headers are late, and answer 408.
   */
  const park = (socket: Socket, connection: ParkedConnection): void => {
    const { owner } = connection;
    // Node's own HTTP sockets are half-open too: a client may end its side and still wait for the answer.
    socket.allowHalfOpen = true;
    parked.set(socket, connection);
    attachToServer(socket, owner);
    followClose(owner);
    socket.on("close", forget);
    socket.on("readable", wake);
    socket.on("end", close);
    socket.on("error", close);
    socket.on("timeout", close);
    // Newer versions of Node wait somewhat longer than they promise, so that a request in time is not reset.
    const buffer: unknown = Reflect.get(owner, "keepAliveTimeoutBuffer");
    const keepAlive = owner.keepAliveTimeout > 0 && typeof buffer === "number" ? buffer : 0;
    const limit = connection.unused ? owner.headersTimeout : owner.keepAliveTimeout + keepAlive;
    // A clock that was set meanwhile must not make it longer.
    const idle = Math.max(0, Date.now() - connection.idleSince);
    socket.setTimeout(limit > 0 ? Math.max(1, limit - idle) : 0);
  };

  return {
    receive(connection, socket) {
      const server = tracker.find(connection.server)?.server;
      if (socket === undefined || server === undefined || isDraining() || !isHttpServer(server)) {
        // The supervisor keeps its own copy until somebody has taken the connection.
        socket?.destroy();
        channel.send({ type: "refused", id: connection.id });
        return;
      }
      stopReading(socket);
      const { server: key, requests, unused, stoppedAt, idleSince } = connection;
      park(socket, { server: key, requests, unused, stoppedAt, idleSince, owner: server });
      arrived.push({ id: connection.id, socket, stoppedAt: connection.stoppedAt });
      const now = performance.now();
      const burst = now - lastArrival < burstGapMs;
      lastArrival = now;
      if (!burst || arrived.length >= burstSize) {
        confirm();
      } else {
        timer ??= setTimeout(confirmSoon, burstMs);
      }
    },
    parked: () => parked,
    release,
    confirm,
  };
}
