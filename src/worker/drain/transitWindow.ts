import { handoffWindow } from "../../shared/workerMessages.ts";

/**
 * Milliseconds in transfer above which a client notices: then fewer go at a time. And how many keep every step of the way
 * busy.
 */
const near = { feltMs: 10, fewest: 2 };

/**
 * The same on the way over two supervisors, which has twice as many steps, each on a process that has others to serve; and for
 * connections that rest, of whose clients hardly one asks just then.
 */
const far = { feltMs: 25, fewest: 8 };

/** This many may wait for their turn while half a window is free: all are gone before clients notice much. */
const mostKeptBack = 64;

/** A worker that has not taken a connection within this many milliseconds hangs: one more may go, to another. */
const hangsMs = 1_000;

/**
 * How many connections may be in transfer to their new worker at once. They are not read meanwhile, so a client that
 * sends a request just then waits. A new worker takes one in each turn of its event loop: an idle one takes many within
 * a millisecond, a busy one makes those behind wait, and they are better served here until it is their turn.
 * It begins with few, and each window that arrives fast makes the next one larger by one: the first connections have to wait
 * until all that takes part has run this code once, and the first requests in the new worker until the app's code has.
 */
export interface TransitWindow {
  sent(id: number): void;
  /** These have a new owner, or no worker could take them. */
  arrived(ids: readonly number[]): void;
  /** Whether one more may go, besides those kept back for it. */
  isOpen(keptBack: number): boolean;
  /** Whether one more that has just been answered may be kept back, unread, until it can go. */
  mayKeepBack(keptBack: number): boolean;
}

/**
 * @param now Milliseconds of a monotonic clock.
 * @param isFar Whether they go over two supervisors, or rest.
 */
export function createTransitWindow(now: () => number, isFar = false): TransitWindow {
  const { feltMs, fewest } = isFar ? far : near;
  /** When each was sent, oldest first. */
  const underWay = new Map<number, number>();
  let size = fewest;
  let passedOver = Number.NEGATIVE_INFINITY;

  /** One per second, so that not all connections end up with workers that hang. */
  const passOverOldest = (): void => {
    const [oldest] = underWay;
    if (oldest !== undefined && now() - Math.max(oldest[1], passedOver) >= hangsMs) {
      underWay.delete(oldest[0]);
      passedOver = now();
    }
  };

  const hasRoom = (keptBack: number, room: number): boolean => {
    if (underWay.size + keptBack >= room) {
      passOverOldest();
    }
    return underWay.size + keptBack < room;
  };

  return {
    sent: (id) => void underWay.set(id, now()),
    arrived(ids) {
      for (const id of ids) {
        const sentAt = underWay.get(id);
        if (sentAt !== undefined) {
          underWay.delete(id);
          size = now() - sentAt > feltMs ? Math.max(fewest, size - 1) : Math.min(handoffWindow, size + 1 / size);
        }
      }
    },
    isOpen: (keptBack) => hasRoom(keptBack, Math.floor(size)),
    mayKeepBack: (keptBack) => hasRoom(keptBack, size >= handoffWindow / 2 ? mostKeptBack : Math.floor(size)),
  };
}
