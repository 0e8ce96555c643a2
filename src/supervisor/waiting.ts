/** From this many on, waiting connections are worth a warning. */
const manyWaiting = 100;

/**
 * Connections that the supervisor has accepted and no worker has taken yet, because all of them are busy. They can only be
 * counted, not seen: `node:cluster` keeps them to itself. With `scheduling: "shared"` the kernel's backlog holds them instead.
 */
export interface WaitingConnections {
  count(): number;
  /** Counts again; returns whether the number has changed. */
  look(): boolean;
}

/**
 * @param otherSockets Open TCP connections of this process that are no waiting ones.
 * @param warn Told once when there are many, and again only after there were few.
 */
export function watchWaiting(otherSockets: () => number, warn: (waiting: number) => void): WaitingConnections {
  let last = 0;
  let warned = false;
  return {
    count: () => last,
    look() {
      const open = process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length;
      const waiting = Math.max(0, open - otherSockets());
      const changed = waiting !== last;
      last = waiting;
      if (waiting >= manyWaiting && !warned) {
        warned = true;
        warn(waiting);
      } else if (waiting === 0) {
        warned = false;
      }
      return changed;
    },
  };
}
