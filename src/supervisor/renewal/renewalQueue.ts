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

/** Files that a report names at most. */
const filesNamed = 20;

/** What a renewal is asked to do. */
export interface RenewalWish {
  readonly kind: RenewalKind;
  /** The only slot to renew; absent: all. */
  readonly slot?: number | undefined;
  /** How to start the app from then on; absent: as before. */
  readonly recipe?: LaunchRecipe | undefined;
  /** Sentences for the report. */
  readonly notes?: readonly string[] | undefined;
  /** The files whose change made it necessary; absent: somebody asked for it. */
  readonly files?: readonly string[] | undefined;
}

/** What a renewal does: a wish, or several that are dealt with together. */
export interface RenewalTask {
  readonly kind: RenewalKind;
  /** Absent: all. */
  readonly slots: readonly number[] | undefined;
  readonly recipe: LaunchRecipe | undefined;
  readonly notes: readonly string[];
  readonly files: readonly string[] | undefined;
}

interface Waiting extends RenewalTask {
  readonly waiters: readonly Waiter[];
}

export interface RenewalQueue {
  /** Runs a renewal now, or after the running one, together with all other waiting requests. */
  request(wish: RenewalWish): Promise<RenewalReport>;
  /**
   * Begins the running renewal anew, together with what waits and this request: nothing has come of it yet, and it is to be done by
   * what the files are now.
   */
  again(wish: RenewalWish): Promise<RenewalReport>;
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

/** At most one renewal runs and at most one waits: requests that arrive meanwhile share it. */
export function createRenewalQueue(options: {
  readonly canBegin: () => boolean;
  readonly begin: (task: RenewalTask) => void;
}): RenewalQueue {
  let running: Waiting | undefined;
  let next: Waiting | undefined;

  const waiters = new WeakMap<Promise<RenewalReport>, Waiter>();

  const begin = (task: Waiting): void => {
    running = task;
    options.begin(task);
  };

  const take = (wish: RenewalWish, use: (task: Waiting) => void): Promise<RenewalReport> => {
    const { kind, slot, recipe, notes = [], files } = wish;
    let own: Waiter | undefined;
    const request = new Promise<RenewalReport>((resolve, reject) => {
      own = { resolve, reject };
      const slots = slot === undefined ? undefined : [slot];
      use({ kind, slots, recipe, notes, files, waiters: [own] });
    });
    if (own !== undefined) {
      waiters.set(request, own);
    }
    return request;
  };

  return {
    get waiting() {
      return next !== undefined;
    },
    request: (wish) =>
      take(wish, (task) => {
        if (running === undefined) {
          begin(task);
        } else {
          next = next === undefined ? task : merge(next, task);
        }
      }),
    again: (wish) =>
      take(wish, (task) => {
        const all = [running, next, task].filter((one) => one !== undefined);
        next = undefined;
        begin(all.reduce(merge));
      }),
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

function merge(a: Waiting, b: Waiting): Waiting {
  return {
    kind: strength.indexOf(a.kind) >= strength.indexOf(b.kind) ? a.kind : b.kind,
    slots: a.slots && b.slots && [...new Set([...a.slots, ...b.slots])],
    // The later recipe is the one the user wants now.
    recipe: b.recipe ?? a.recipe,
    notes: [...new Set([...a.notes, ...b.notes])],
    // What somebody asked for is no matter of files alone.
    files: a.files && b.files && [...new Set([...a.files, ...b.files])].slice(0, filesNamed),
    waiters: [...a.waiters, ...b.waiters],
  };
}
