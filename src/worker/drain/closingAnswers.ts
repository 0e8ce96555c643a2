import { subscribe } from "node:diagnostics_channel";
import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Guard } from "../guard.ts";
import { currentResponse, hasMoreBehind } from "../internals/httpMessages.ts";
import { httpConnections } from "../internals/serverConnections.ts";
import { setImmediate } from "../ownTimers.ts";

/*
 * HTTP/1 connections that can't be handed over are closed by an answer that says `Connection: close`. Node ends a connection behind
 * the first answer that says so, whatever the client has asked behind it (`resOnFinish` in lib/_http_server.js), so only an answer
 * with nothing behind it does.
 */

const closing = new WeakSet<ServerResponse>();
/** Connections on which several requests were under way at once. */
const pipelined = new WeakSet<Socket>();

/** From now on the answers on these connections say that they are the last. */
export function closeAfterAnswers(isLeaving: (socket: Socket, server: Server) => boolean, guard: Guard): void {
  interface Exchange {
    readonly server: HttpServer;
    readonly socket: Socket;
    readonly response: ServerResponse;
  }
  subscribe(
    "http.server.request.start",
    guard("closing answer", (message: unknown) => {
      const { server, socket, response } = message as Exchange;
      if (!isLeaving(socket, server)) {
        return;
      }
      // Node has not given it the connection yet.
      const before = currentResponse(socket);
      if (before === undefined) {
        closeBehind(response);
        return;
      }
      pipelined.add(socket);
      if (closing.has(before) && !before.headersSent) {
        closing.delete(before);
        before.shouldKeepAlive = true;
      }
    }),
  );
  subscribe(
    "http.server.response.finish",
    guard("closing answer", (message: unknown) => {
      const { server, socket } = message as Exchange;
      if (pipelined.has(socket)) {
        // Then the next one has the connection.
        setImmediate(guard("closing answer", () => isLeaving(socket, server) && closeBehindCurrent(socket)));
      }
    }),
  );
}

/** The same for what a server is answering just now, where the headers are not sent. */
export function closeAfterCurrentAnswers(server: HttpServer, isLeaving: (socket: Socket) => boolean): void {
  for (const socket of httpConnections(server)?.all ?? []) {
    if (isLeaving(socket)) {
      closeBehindCurrent(socket);
    }
  }
}

function closeBehindCurrent(socket: Socket): void {
  const response = currentResponse(socket);
  if (response === undefined) {
    return;
  }
  if (hasMoreBehind(socket, response)) {
    pipelined.add(socket);
  } else if (!response.headersSent) {
    closeBehind(response);
  }
}

function closeBehind(response: ServerResponse): void {
  if (response.shouldKeepAlive && !isSigningIn(response)) {
    closing.add(response);
    response.shouldKeepAlive = false;
  }
}

/** NTLM signs a connection in with more than one request: the next one is the same sign-in. */
function isSigningIn({ req }: ServerResponse): boolean {
  return /^(ntlm|negotiate) /i.test(req.headers.authorization ?? "");
}
