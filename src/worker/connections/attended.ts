import type { EventEmitter } from "node:events";
import { Server } from "node:net";
import type { ServerProtocol } from "../../shared/workerMessages.ts";
import { hasReplacedEmit, nodeHttp } from "../internals/serverConnections.ts";
import { isOwnListener } from "../ownListeners.ts";
import type { TrackedServer } from "./servers.ts";

/**
 * Whether anybody would get the connections of a server that listens. One that has no listener for them answers nobody: it looks
 * whether a port is free, or is to be told later what to do. Where this can't be told, it counts as one that answers.
 */
export function isAttended({ server, protocol }: Pick<TrackedServer, "server" | "protocol">): boolean {
  const emitter: EventEmitter = server;
  const nodes = nodesListeners[protocol];
  const count = (event: string): number =>
    emitter.listeners(event).filter((listener) => !isOwnListener(listener)).length;
  return (
    events[protocol].some((event) => count(event) !== (nodes[event] ?? 0)) ||
    hasReplacedEmit(server, protocol === "http" ? nodeHttp().Server : Server)
  );
}

const http1 = ["connection", "request", "upgrade", "connect", "checkContinue", "checkExpectation"] as const;
const http2 = [...http1, "stream", "session", "unknownProtocol"] as const;

/** By which a server gives connections, or what comes on them, to the app. */
const events: Readonly<Record<ServerProtocol, readonly string[]>> = {
  tcp: ["connection"],
  tls: ["connection", "secureConnection"],
  http: http1,
  https: [...http1, "secureConnection"],
  http2,
  https2: [...http2, "secureConnection"],
};

/** Those that are there when a server is made. */
const nodesListeners: Readonly<Record<ServerProtocol, Readonly<Record<string, number>>>> = {
  tcp: {},
  tls: { connection: 1 },
  http: { connection: 1 },
  https: { connection: 1, secureConnection: 1 },
  http2: { connection: 1 },
  https2: { connection: 1, secureConnection: 1 },
};
