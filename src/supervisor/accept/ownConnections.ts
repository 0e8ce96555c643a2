import type { Socket } from "node:net";
import { addressOf, type ConnectionHandle, endsOf, peerAddress } from "./clusterInternals.ts";

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

  /**
   * Whether an accepted connection is the other end of one of ours: both ends have to be the same, since the system gives one port
   * to several connections at a time that lead to different addresses.
   */
  has(connection: ConnectionHandle): boolean {
    if (this.#sockets.size === 0) {
      return false;
    }
    const client = peerAddress(connection);
    const server = addressOf(connection);
    return [...this.#sockets].some((socket) => {
      const { local, peer } = endsOf(socket);
      return isSame(local, client) && isSame(peer, server);
    });
  }
}

interface Place {
  readonly address: string;
  readonly port: number;
}

/** A server of IPv6 sees clients of IPv4 with an address of its own kind. */
function isSame(ours: Place | undefined, theirs: Place | undefined): boolean {
  return ours !== undefined && ours.port === theirs?.port && ours.address === theirs.address.replace(/^::ffff:/i, "");
}
