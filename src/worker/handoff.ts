import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HandedConnection } from "../shared/workerMessages.ts";
import type { Channel } from "./channel.ts";
import type { Guard } from "./guard.ts";
import { attachToServer } from "./internals.ts";
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

/** Connections that came from another worker and whose client has not sent anything since. */
export interface Parking {
  /** Answers a connection that the supervisor sent: takes and parks it, or refuses it. */
  receive(connection: HandedConnection & { readonly id: number }, socket: Socket | undefined): void;
  parked(): ReadonlyMap<Socket, HandedConnection>;
  /** Stops waiting for this connection's client, so that it can be handed on. */
  release(socket: Socket): void;
}

export function createParking(options: {
  readonly channel: Channel;
  readonly tracker: ServerTracker;
  readonly guard: Guard;
  readonly isDraining: () => boolean;
}): Parking {
  const { channel, tracker, guard, isDraining } = options;
  const parked = new Map<Socket, HandedConnection>();
  const releases = new WeakMap<Socket, () => void>();

  const release = (socket: Socket): void => {
    parked.delete(socket);
    releases.get(socket)?.();
  };

  /**
   * Waits until the client sends something, then lets the app's server have the connection. Were it given to the server
   * at once, Node would take it for a new connection whose headers are late, and answer 408.
   */
  const park = (socket: Socket, server: HttpServer, connection: HandedConnection): void => {
    // Node's own HTTP sockets are half-open too: a client may end its side and still wait for the answer.
    socket.allowHalfOpen = true;
    const close = (): void => {
      socket.destroy();
    };
    const takeOut = guard("parked connection", () => {
      release(socket);
      answered.set(socket, connection.requests);
      attachToServer(socket, server);
    });
    const wake = (): void => {
      // The end of the stream makes a socket readable too: then the client left.
      if (socket.readableLength > 0) {
        takeOut();
        // Not guarded: what the app's own listener throws is the app's.
        server.emit("connection", socket);
      }
    };
    releases.set(socket, () => {
      socket.off("readable", wake);
      socket.off("end", close);
      socket.off("error", close);
      socket.off("timeout", close);
      socket.setTimeout(0);
    });
    parked.set(socket, connection);
    socket.once("close", () => parked.delete(socket));
    socket.on("readable", wake);
    socket.on("end", close);
    socket.on("error", close);
    socket.on("timeout", close);
    socket.setTimeout(connection.unused ? server.headersTimeout : server.keepAliveTimeout);
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
      channel.send({ type: "taken", id: connection.id, stallMs: Math.max(0, Date.now() - connection.stoppedAt) });
      tracker.adopt(socket);
      park(socket, server, connection);
    },
    parked: () => parked,
    release,
  };
}
