import { handoffWindow } from "../../shared/workerMessages.ts";

/** A connection that is under way longer than this, in milliseconds, is felt: fewer go at a time. */
const feltMs = 10;

/** So many keep every step of the way busy. */
const fewest = 2;

/** While at least half a window may be under way, so many may wait for their turn: all are gone before that is felt much. */
const mostKeptBack = 64;

/** A worker that has not taken a connection within this time, in milliseconds, hangs: one more may go, to another worker. */
const hangsMs = 1_000;

/**
 * How many connections may be under way to their new worker at once. Nobody reads them meanwhile, so a client that asks
 * just then waits. A new worker takes one in each turn of its event loop: one that is idle takes many within a
 * millisecond, one that is busy makes those behind wait, and they are better served here until it is their turn.
 */
export interface TransitWindow {
  sent(id: number): void;
  /** These have a new owner, or nobody could take them. */
  arrived(ids: readonly number[]): void;
  /** Whether one more may go besides so many that are kept back to go. */
  isOpen(keptBack: number): boolean;
  /** Whether one more that has just been answered may be kept back, unread, until it can go. */
  mayKeepBack(keptBack: number): boolean;
}

/**
 * @param now Milliseconds of a clock that never goes back.
 * @param idle Whether there is little to do, so that connections will probably arrive fast.
 */
export function createTransitWindow(now: () => number, idle: boolean): TransitWindow {
  /** When each was sent, the oldest first. */
  const underWay = new Map<number, number>();
  let size = idle ? handoffWindow : fewest;
  let passedOver = Number.NEGATIVE_INFINITY;

  /** One a second, so that not all connections end up with workers that hang. */
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
          size = now() - sentAt > feltMs ? Math.max(fewest, size - 1) : Math.min(handoffWindow, size + 1);
        }
      }
    },
    isOpen: (keptBack) => hasRoom(keptBack, size),
    mayKeepBack: (keptBack) => hasRoom(keptBack, size >= handoffWindow / 2 ? mostKeptBack : size),
  };
}
