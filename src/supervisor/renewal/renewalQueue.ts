import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind } from "../../shared/snapshot.ts";

/** The later of two kinds includes all that the earlier does. */
const strength: readonly RenewalKind[] = ["reload", "gracefulReload", "restart"];

interface Waiter {
  readonly resolve: (report: RenewalReport) => void;
  readonly reject: (error: HitlessError) => void;
}

interface Wish {
  kind: RenewalKind;
  /** Slots to renew; `undefined`: all. */
  slots: Set<number> | undefined;
  /** How to start the app from then on; `undefined`: as before. */
  readonly recipe: LaunchRecipe | undefined;
  readonly waiters: Waiter[];
}

export interface RenewalQueue {
  /** Runs a renewal now, or after the running one, together with all other waiting requests. */
  request(kind: RenewalKind, slot: number | undefined, recipe: LaunchRecipe | undefined): Promise<RenewalReport>;
  /**
   * Withdraws a request. A waiting one is dropped, and rejects with `cancelled`; if it is the running one, the renewal
   * itself must be cancelled, and this returns true.
   */
  withdraw(request: Promise<RenewalReport>): boolean;
  /** The running renewal is over; the waiting one, if any, begins. */
  finished(report: RenewalReport): void;
  /** Whether a renewal waits behind the running one. */
  readonly waiting: boolean;
}

export type BeginRenewal = (
  kind: RenewalKind,
  slots: readonly number[] | undefined,
  recipe: LaunchRecipe | undefined,
) => void;

/** At most one renewal runs and at most one waits: requests that arrive meanwhile share it. */
export function createRenewalQueue(options: {
  readonly canBegin: () => boolean;
  readonly begin: BeginRenewal;
}): RenewalQueue {
  let running: Wish | undefined;
  let next: Wish | undefined;

  const waiters = new WeakMap<Promise<RenewalReport>, Waiter>();

  const begin = (wish: Wish): void => {
    running = wish;
    options.begin(wish.kind, wish.slots && [...wish.slots], wish.recipe);
  };

  return {
    get waiting() {
      return next !== undefined;
    },
    request(kind, slot, recipe) {
      let own: Waiter | undefined;
      const request = new Promise<RenewalReport>((resolve, reject) => {
        own = { resolve, reject };
        const wish: Wish = {
          kind,
          slots: slot === undefined ? undefined : new Set([slot]),
          recipe,
          waiters: [own],
        };
        if (running === undefined) {
          begin(wish);
        } else {
          next = next === undefined ? wish : merge(next, wish);
        }
      });
      if (own !== undefined) {
        waiters.set(request, own);
      }
      return request;
    },
    withdraw(request) {
      const own = waiters.get(request);
      if (own === undefined || next?.waiters.includes(own) !== true) {
        return own !== undefined && running?.waiters.includes(own) === true;
      }
      const left = next.waiters.filter((waiter) => waiter !== own);
      next = left.length === 0 ? undefined : { ...next, waiters: left };
      own.reject(new HitlessError("cancelled", "The renewal was cancelled before it began."));
      return false;
    },
    finished(report) {
      const done = running;
      const following = next;
      running = undefined;
      next = undefined;
      for (const waiter of done?.waiters ?? []) {
        waiter.resolve(report);
      }
      if (following === undefined) {
        return;
      }
      if (options.canBegin()) {
        begin(following);
      } else {
        for (const waiter of following.waiters) {
          waiter.reject(
            new HitlessError("invalidState", "The app was stopped before this renewal could begin.", {
              remedy: "start",
            }),
          );
        }
      }
    },
  };
}

function merge(a: Wish, b: Wish): Wish {
  return {
    kind: strength.indexOf(a.kind) >= strength.indexOf(b.kind) ? a.kind : b.kind,
    slots: a.slots === undefined || b.slots === undefined ? undefined : new Set([...a.slots, ...b.slots]),
    // The later recipe is the one the user wants now.
    recipe: b.recipe ?? a.recipe,
    waiters: [...a.waiters, ...b.waiters],
  };
}
