import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import { newEndpointId, socketPath } from "../../../src/client/launch/socketPath.ts";
import type { Endpoint } from "../../../src/shared/launch.ts";
import { protocolVersion, rpcErrorCode } from "../../../src/shared/protocol.ts";
import { sampleSnapshot } from "./samples.ts";

export type Answer = (params: unknown, token: CancellationToken, peer: FakePeer) => unknown;

interface FakePeer {
  readonly connection: MessageConnection;
  readonly socket: Socket;
}

export interface FakeSupervisor {
  readonly endpoint: Endpoint;
  readonly peers: readonly FakePeer[];
  close(): Promise<void>;
}

/** A server that speaks the protocol with answers of the test's own; `initialize` is answered as the real one does. */
export async function fakeSupervisor(
  folder: string,
  answers: Readonly<Record<string, Answer>> = {},
  pid = process.pid,
): Promise<FakeSupervisor> {
  const endpoint: Endpoint = {
    protocolVersion,
    pid,
    socket: socketPath(folder, newEndpointId()),
    name: "api",
    root: "/srv/api",
    secret: "sesame",
    startedAt: 1,
  };
  const peers: FakePeer[] = [];
  const usual: Record<string, Answer> = {
    initialize: (params) => {
      const given = params as { protocolVersion: number; secret: string };
      if (given.protocolVersion !== protocolVersion) {
        throw refuse("protocolMismatch", "Another version.");
      }
      if (given.secret !== endpoint.secret) {
        throw refuse("badSecret", "The secret is wrong.");
      }
      return { protocolVersion, snapshot: sampleSnapshot() };
    },
  };
  const server = createServer((socket) => {
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    const peer = { connection, socket };
    peers.push(peer);
    for (const [name, answer] of Object.entries({ ...usual, ...answers })) {
      connection.onRequest(name, (params: unknown, token: CancellationToken) => answer(params, token, peer));
    }
    connection.onError(() => socket.destroy());
    connection.listen();
  });
  server.listen(endpoint.socket);
  await once(server, "listening");
  return {
    endpoint,
    peers,
    async close() {
      for (const { socket } of peers) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}

export function refuse(code: string, message: string, detail: readonly string[] = []): ResponseError<unknown> {
  return new ResponseError(rpcErrorCode, message, { code, remedy: "retry", detail });
}
