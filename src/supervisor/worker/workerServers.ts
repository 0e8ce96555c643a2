import type { ListeningServer } from "./addresses.ts";

/** Where one worker listens, and where it wanted to, as its preload tells. */
export class WorkerServers {
  readonly #listening = new Map<string, ListeningServer>();
  /** Began to listen and may have been closed at once. */
  readonly #announced = new Map<string, ListeningServer>();
  /** How often those that nobody attends to have been asked for. */
  readonly #askings = new Map<string, number>();
  readonly #tried = new Set<number | string>();

  /** By their keys. */
  get all(): ReadonlyMap<string, ListeningServer> {
    return this.#listening;
  }

  get size(): number {
    return this.#listening.size;
  }

  /** Ports and paths on which it wanted to listen and did not, or did for a moment. */
  get tried(): ReadonlySet<number | string> {
    return this.#tried;
  }

  /** As people write them. */
  get addresses(): string[] {
    return [...this.#listening.values()].map(({ url }) => url);
  }

  /** Whether one of them has this port. */
  listensOn(port: number): boolean {
    return [...this.#listening.keys()].some((key) => portOf(key) === port);
  }

  announce(key: string, server: ListeningServer, tried: readonly (number | string)[]): void {
    this.#announced.set(key, server);
    this.#askings.delete(key);
    for (const place of tried) {
      this.#tried.add(place);
    }
  }

  /** The server that was announced by this key and does not count yet. */
  announced(key: string): ListeningServer | undefined {
    return this.#listening.has(key) ? undefined : this.#announced.get(key);
  }

  /** Returns how often that has been called since this server was announced. */
  countAsking(key: string): number {
    const count = (this.#askings.get(key) ?? 0) + 1;
    this.#askings.set(key, count);
    return count;
  }

  add(key: string, server: ListeningServer): void {
    this.#listening.set(key, server);
  }

  /** It will not count any more if it does not yet. */
  retract(key: string): void {
    this.#announced.delete(key);
  }

  /** Returns whether it had listened. */
  remove(key: string): boolean {
    return this.#listening.delete(key);
  }
}

/** The port in a server's key; `undefined` for a Unix socket. */
export function portOf(key: string): number | undefined {
  const port = /\|(\d+)$/.exec(key)?.[1];
  return port === undefined ? undefined : Number(port);
}
