import { watchAccepts } from "../internals.ts";

/**
 * Connections that the supervisor has accepted and no worker has taken yet, because all workers are busy. `node:cluster`
 * queues them without a bound, and out of sight. With `scheduling: "shared"` the kernel's backlog holds them instead.
 */
export interface AcceptQueue {
  /** How many wait now. */
  readonly waiting: number;
  /** How many were closed because too many waited, since the supervisor started. */
  readonly refused: number;
  /** A connection is on its way to a worker. */
  left(handle: object): void;
  /** Whether the address that a connection came to is not listened on any more: `node:cluster` gives it to nobody then. */
  isAbandoned(handle: object): boolean;
}

/** What waits for one listening handle. */
interface Queue {
  length: number;
  closed: boolean;
}

/** Notes on a connection which queue it came to: cheaper than to look it up for every connection. */
const queueOf = Symbol("hitless.queue");
const waits = Symbol("hitless.waits");

interface WaitingHandle {
  [queueOf]?: Queue;
  [waits]?: boolean;
}

export interface AcceptQueueOptions {
  /** Most connections that may wait; each further one is closed at once. */
  readonly limit: () => number;
  /** Files and sockets this process may have open: waiting connections take no more than half of them. */
  readonly mostOpenFiles: () => number;
  /** One was closed, since so many wait. */
  readonly onRefused: (waiting: number) => void;
}

/** No system allows a process so few open files that these would be too many. */
const fewWaiting = 64;

/**
 * Stands between the listening handles of `node:cluster` and its queues. Where Node keeps them in another way, nothing is
 * watched and nothing refused. A connection that a worker sends back (it stopped to listen meanwhile) is not counted again.
 */
export function watchAcceptQueue({ limit, mostOpenFiles, onRefused }: AcceptQueueOptions): AcceptQueue {
  const queues = new Set<Queue>();
  let refused = 0;
  let half: number | undefined;
  const waiting = (): number => {
    let sum = 0;
    for (const queue of queues) {
      sum += queue.length;
    }
    return sum;
  };

  /** The rest is left to new workers, to clients of the control channel and to connections that are handed over. */
  const isFull = (): boolean => {
    const count = waiting();
    if (count === 0) {
      return false;
    }
    if (count < fewWaiting) {
      return count >= limit();
    }
    half ??= Math.floor(mostOpenFiles() / 2);
    return count >= Math.min(limit(), half);
  };

  watchAccepts(() => {
    const queue: Queue = { length: 0, closed: false };
    queues.add(queue);
    return {
      admit(connection: WaitingHandle) {
        if (isFull()) {
          refused += 1;
          onRefused(waiting());
          return false;
        }
        queue.length += 1;
        connection[queueOf] = queue;
        connection[waits] = true;
        return true;
      },
      closed() {
        queues.delete(queue);
        queue.closed = true;
      },
    };
  });

  return {
    get waiting() {
      return waiting();
    },
    get refused() {
      return refused;
    },
    left(handle: WaitingHandle) {
      const queue = handle[queueOf];
      if (queue !== undefined && handle[waits]) {
        queue.length -= 1;
        handle[waits] = false;
      }
    },
    isAbandoned: (handle: WaitingHandle) => handle[queueOf]?.closed === true,
  };
}
