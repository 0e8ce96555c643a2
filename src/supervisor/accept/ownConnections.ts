import type { Socket } from "node:net";
import { type ConnectionHandle, localAddress, peerAddress } from "./clusterInternals.ts";

/**
 * Connections by which this process looks whether its own addresses answer. It accepts them itself and gives them to no worker,
 * so that no app sees them.
 */
export class OwnConnections {
  readonly #sockets = new Set<Socket>();

  /** It is on its way to one of our addresses, or will be. */
  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Whether an accepted connection is the other end of one of ours. */
  has(connection: ConnectionHandle): boolean {
    if (this.#sockets.size === 0) {
      return false;
    }
    const peer = peerAddress(connection);
    return peer !== undefined && [...this.#sockets].some((socket) => isSame(localAddress(socket), peer));
  }
}

interface Place {
  readonly address: string;
  readonly port: number;
}

/** A server of IPv6 sees clients of IPv4 with an address of its own kind. */
function isSame(ours: Place | undefined, theirs: Place): boolean {
  return ours?.port === theirs.port && ours.address === theirs.address.replace(/^::ffff:/i, "");
}
