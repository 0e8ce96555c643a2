import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/* What Node does not document of HTTP/1 messages, and the limits of a connection: see `docs/architecture.md`. */

/** Whether a response is being written to this HTTP/1 connection. */
export function isAnswering(socket: Socket): boolean {
  return Boolean(Reflect.get(socket, "_httpMessage"));
}

/** The response being written to this HTTP/1 connection, if there is one. */
export function currentResponse(socket: Socket): ServerResponse | undefined {
  return Reflect.get(socket, "_httpMessage") ?? undefined;
}

/** Whether the client of this HTTP/1 connection has asked more behind what this response answers (pipelining). */
export function hasMoreBehind(socket: Socket, { req }: ServerResponse): boolean {
  const parser: unknown = Reflect.get(socket, "parser");
  const newest: unknown = typeof parser === "object" && parser !== null ? Reflect.get(parser, "incoming") : undefined;
  return typeof newest === "object" && newest !== null && newest !== req;
}

/**
 * Whether a response is an event stream. Headers that an app gives to `writeHead` are not kept for `getHeader`, only in
 * the text that was sent.
 */
export function isEventStream(response: ServerResponse): boolean {
  return /^text\/event-stream/i.test(sentHeader(response, "content-type"));
}

/** How the body of a response is compressed; empty if it is not. */
export function contentEncoding(response: ServerResponse): string {
  return sentHeader(response, "content-encoding");
}

/**
 * For how long Node lets a connection of this server be idle, in milliseconds: somewhat longer than it promises, so that a request
 * in time is not reset. Node 20 has no property for that. 0: for ever.
 */
export function keepAliveLimit(server: HttpServer): number {
  const buffer: unknown = Reflect.get(server, "keepAliveTimeoutBuffer");
  const { keepAliveTimeout } = server;
  return keepAliveTimeout > 0
    ? keepAliveTimeout + (typeof buffer === "number" && Number.isFinite(buffer) && buffer >= 0 ? buffer : 1_000)
    : 0;
}

/**
 * Makes a response tell its client, as Node does with the last one that `maxRequestsPerSocket` allows. Node sets the property itself
 * after the event in which this is called, by a count that is too low.
 */
export function sayLimitReached(response: ServerResponse): void {
  Object.defineProperty(response, "maxRequestsOnConnectionReached", {
    configurable: true,
    enumerable: true,
    get: () => true,
    set: () => undefined,
  });
}

/**
 * Makes Node answer the request that has just started with 503 and `dropRequest`, as one too many on its connection. To be called in
 * the channel `http.server.request.start`, after which Node compares its count with the limit and emits an event of the
 * server: until then the limit is another, which nobody but Node sees.
 */
export function dropNextRequest(server: HttpServer): void {
  const limit = server.maxRequestsPerSocket;
  const emit = Object.getOwnPropertyDescriptor(server, "emit");
  server.maxRequestsPerSocket = Number.MIN_VALUE;
  server.emit = (...event: unknown[]): boolean => {
    server.maxRequestsPerSocket = limit;
    if (emit === undefined) {
      Reflect.deleteProperty(server, "emit");
    } else {
      Object.defineProperty(server, "emit", emit);
    }
    return Reflect.apply(server.emit, server, event);
  };
}

function sentHeader(response: ServerResponse, name: string): string {
  const sent: unknown = Reflect.get(response, "_header");
  return typeof sent === "string" ? (new RegExp(`^${name}:\\s*(.*?)\\s*$`, "im").exec(sent)?.[1] ?? "") : "";
}
