import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Guard } from "../guard.ts";
import { dropNextRequest, sayLimitReached } from "../internals/httpMessages.ts";

/** Requests asked on a connection, as Node counts them for `maxRequestsPerSocket`; kept only where there is a limit. */
const asked = new WeakMap<Socket, number>();

/** Connections on which a worker before this one was asked too: Node's own count lacks those. */
const handedOver = new WeakSet<Socket>();

/** How many requests count for `maxRequestsPerSocket` on this connection. */
export function requestsOn(socket: Socket): number {
  return asked.get(socket) ?? 0;
}

/** Records that this connection comes from another worker, after this many requests. */
export function countFrom(socket: Socket, requests: number): void {
  if (requests > 0) {
    asked.set(socket, requests);
    handedOver.add(socket);
  }
}

/**
 * Keeps `maxRequestsPerSocket` true for connections that come from another worker. Node keeps its count where nobody can read
 * it, so we count along, and only where a server has a limit (the default is none). A connection that this worker accepted is
 * left to Node; on one that was handed over, what is asked beyond the limit meets what Node itself would have done.
 */
export function countLimitedRequests(server: HttpServer, guard: Guard): void {
  if (counting || !hasLimit(server)) {
    return;
  }
  counting = true;
  subscribe(
    "http.server.request.start",
    guard("request count", (message: unknown) => {
      const { socket, response, server, request } = message as {
        readonly socket: Socket;
        readonly response: ServerResponse;
        readonly server: HttpServer;
        readonly request: IncomingMessage;
      };
      if (!hasLimit(server) || !counts(server, request)) {
        return;
      }
      const requests = requestsOn(socket) + 1;
      asked.set(socket, requests);
      const limit = server.maxRequestsPerSocket ?? 0;
      if (handedOver.has(socket) && requests >= limit) {
        sayLimitReached(response);
        if (requests > limit) {
          dropNextRequest(server);
        }
      }
    }),
  );
}
let counting = false;

function hasLimit({ maxRequestsPerSocket }: HttpServer): boolean {
  return typeof maxRequestsPerSocket === "number" && maxRequestsPerSocket > 0;
}

/** Node counts neither requests of HTTP/1.0 nor those that it refuses for want of a `Host` header. */
function counts(server: HttpServer, { httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === "1.1" && !(Reflect.get(server, "requireHostHeader") === true && headers.host === undefined);
}
