import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import { createServer, Server as HttpServer } from "node:http";
import { createServer as createHttp2, createSecureServer as createHttp2Secure } from "node:http2";
import { createServer as createHttps } from "node:https";
import { createServer as createNet, type Server } from "node:net";
import { createServer as createTls } from "node:tls";
import type { ServerProtocol } from "../../../../src/shared/workerMessages.ts";
import { isAttended } from "../../../../src/worker/connections/attended.ts";
import { ownListener } from "../../../../src/worker/ownListeners.ts";

describe("isAttended", () => {
  const nothing = (): void => undefined;
  const kinds: readonly (readonly [ServerProtocol, () => EventEmitter, readonly string[]])[] = [
    ["tcp", () => createNet(), ["connection"]],
    ["tls", () => createTls(), ["connection", "secureConnection"]],
    [
      "http",
      () => createServer(),
      ["connection", "request", "upgrade", "connect", "checkContinue", "checkExpectation"],
    ],
    ["https", () => createHttps(), ["connection", "secureConnection", "request", "upgrade"]],
    ["http2", () => createHttp2(), ["connection", "request", "stream", "session"]],
    ["https2", () => createHttp2Secure({ allowHTTP1: true }), ["request", "stream", "unknownProtocol"]],
  ];

  for (const [protocol, make, events] of kinds) {
    const asks = (server: EventEmitter): boolean => isAttended({ server: server as Server, protocol });

    it(`is false for a server of ${protocol} that nobody but we listens to`, () => {
      const server = make().on("error", nothing).on("listening", nothing).on("close", nothing);
      assert.equal(asks(server), false);
      for (const event of ["upgrade", "stream", "session"]) {
        server.on(
          event,
          ownListener(() => undefined),
        );
      }
      assert.equal(asks(server), false);
    });

    for (const event of events) {
      it(`is true for one of ${protocol} with a listener for ${event}`, () => {
        assert.equal(asks(make().once(event, nothing)), true);
      });
    }
  }

  it("is true for one whose emit, or own listener, somebody has replaced", () => {
    const replaced = Object.assign(createNet(), { emit: () => false });
    class Own extends HttpServer {
      override emit(): boolean {
        return false;
      }
    }
    const wrapped = createServer();
    wrapped.removeAllListeners("connection");
    for (const [server, protocol] of [
      [replaced, "tcp"],
      [new Own(), "http"],
      [wrapped, "http"],
    ] as const) {
      assert.equal(isAttended({ server, protocol }), true);
    }
  });
});
