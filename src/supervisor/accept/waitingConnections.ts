import type { ConnectionHandle } from "./clusterInternals.ts";
import { Fifo } from "./fifo.ts";

/** When each came, as a number: several may be put back, in any order. */
const numbers = new WeakMap<ConnectionHandle, number>();
let lastNumber = 0;

/** Connections that wait at one address, longest waiting first; those of all addresses of an app are counted. */
export class WaitingConnections {
  readonly #connections = new Fifo<ConnectionHandle>();
  readonly #count: (more: number) => void;

  /** @param count Told how many more wait. */
  constructor(count: (more: number) => void) {
    this.#count = count;
  }

  get length(): number {
    return this.#connections.length;
  }

  some(fits: (connection: ConnectionHandle) => boolean): boolean {
    return this.#connections.some(fits);
  }

  push(connection: ConnectionHandle): void {
    lastNumber += 1;
    numbers.set(connection, lastNumber);
    this.#connections.push(connection);
    this.#count(1);
  }

  /** Nobody took it: it is the next one again, after those that came before it. */
  putBack(connection: ConnectionHandle): void {
    const earlier: ConnectionHandle[] = [];
    for (
      let first = this.#connections.first;
      first && came(first) < came(connection);
      first = this.#connections.first
    ) {
      this.#connections.shift();
      earlier.push(first);
    }
    this.#connections.unshift(connection);
    for (const first of earlier.reverse()) {
      this.#connections.unshift(first);
    }
    this.#count(1);
  }

  /** The one that waits longest. */
  shift(): ConnectionHandle | undefined {
    const connection = this.#connections.shift();
    if (connection !== undefined) {
      this.#count(-1);
    }
    return connection;
  }

  /** The first one that fits, out of turn. */
  take(fits: (connection: ConnectionHandle) => boolean): ConnectionHandle | undefined {
    const connection = this.#connections.take(fits);
    if (connection !== undefined) {
      this.#count(-1);
    }
    return connection;
  }

  /** Those that fit wait at another address of the app from now on. Returns how many they are. */
  moveTo(other: WaitingConnections, fits: (connection: ConnectionHandle) => boolean): number {
    const moved = this.#connections.takeAll(fits);
    for (const connection of moved) {
      other.#connections.push(connection);
    }
    return moved.length;
  }
}

function came(connection: ConnectionHandle): number {
  return numbers.get(connection) ?? 0;
}
