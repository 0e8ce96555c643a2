import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import type { Snapshot } from "../../shared/snapshot.ts";

/** At most this often, in milliseconds: 20 snapshots a second, and one more before an answer that changed something. */
const leastIntervalMs = 50;

export interface SnapshotPublisher {
  /** Something changed: a snapshot follows, at once or when the interval is over. */
  invalidate(): void;
  /** Sends pending changes at once, so that a client sees the change it requested before the answer. */
  flush(): void;
  onDidPublish(listener: (snapshot: Snapshot) => void): Disposable;
}

/** Sends whole snapshots, many changes in one. The first is sent in the next turn of the event loop. */
export function createSnapshotPublisher(build: () => Snapshot): SnapshotPublisher {
  const published = createEmitter<Snapshot>();
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const publish = (): void => {
    timer = undefined;
    lastAt = performance.now();
    published.fire(build());
  };
  return {
    invalidate() {
      if (timer === undefined) {
        timer = setTimeout(publish, Math.max(0, lastAt + leastIntervalMs - performance.now()));
      }
    },
    flush() {
      if (timer !== undefined) {
        clearTimeout(timer);
        publish();
      }
    },
    onDidPublish: published.on,
  };
}
