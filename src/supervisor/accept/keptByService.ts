import type { Closing } from "./closeListening.ts";
import type { ConnectionHandle, ListeningHandle } from "./clusterInternals.ts";

/** Keeps copies of listening sockets outside of this process, by the keys of their addresses. */
export interface SocketStore {
  /** What was kept before this process began, once: the number of a descriptor of this process, which is the caller's to close. */
  take(key: string): number | undefined;
  /** A copy is to be kept from now on. It may be asked for again and again. */
  keep(key: string, handle: ListeningHandle): void;
  /** The copy is given up. `done` is called when it has been, at once where there is none. */
  release(key: string, done?: () => void): void;
  /** Whether a copy is about to be given up: until then nothing else can listen there. */
  readonly isReleasing: boolean;
  /** Gives up what nobody has taken. */
  tidy(): void;
}

/** Where nobody keeps any. */
export const noStore: SocketStore = {
  take: () => undefined,
  keep: () => undefined,
  release: (_key, done) => done?.(),
  isReleasing: false,
  tidy: () => undefined,
};

/** Begins to close an address when no copy of it is kept any more: who connected to one would wait for nobody. */
export function closeReleased(store: SocketStore, key: string, close: () => Closing): Closing {
  let closing: Closing | undefined;
  let isCancelled = false;
  store.release(key, () => {
    if (!isCancelled) {
      closing = close();
    }
  });
  return {
    accepted: (connection: ConnectionHandle) => closing?.accepted(connection) ?? false,
    cancel() {
      isCancelled = true;
      closing?.cancel();
    },
  };
}
