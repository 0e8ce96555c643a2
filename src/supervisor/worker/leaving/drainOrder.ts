import type { LaunchRecipe } from "../../../shared/appConfig.ts";
import { idleMarginMs } from "../../../shared/facts/drainLimits.ts";
import type { ListeningServer } from "../addresses.ts";

/** How a worker is asked to go. */
export interface DrainOrder {
  /** Keys of the servers whose idle connections are sent here instead of being closed. */
  readonly handoff: readonly string[];
  /** Send the message `shutdown` when its connections have moved, and leave the worker alone until the deadline. */
  readonly graceful: boolean;
  /** Milliseconds before idle connections that can't be handed over are closed. */
  readonly idleGraceMs: number;
  /** Milliseconds before event streams are ended. */
  readonly streamGraceMs: number;
  /** Milliseconds over which the close frames of WebSockets are spread. */
  readonly spreadMs: number;
  /** Whether those that take them over are workers of another supervisor. */
  readonly far?: boolean;
  /** Milliseconds until it is told SIGTERM though it is not done. */
  readonly drainTimeout: number;
}

/** What a drain has to know of a worker. */
interface Serving {
  /** Another supervisor, in place of its workers. */
  readonly isSupervisor?: boolean;
  readonly servers: ReadonlyMap<string, Pick<ListeningServer, "handoff">>;
}

/** Where no worker takes connections over, requests on their way have this many milliseconds to arrive. */
const lastRequestsMs = 100;

/**
 * How a worker is asked to go. With `handoff` the service goes on elsewhere: connections go to those of `serving` that
 * listen where this worker does, and the rest is given time. Without, everything ends: idle connections as soon as what their clients have sent is here.
 */
export function drainOrderFor(
  worker: Serving,
  recipe: LaunchRecipe,
  how: { readonly handoff: boolean; readonly graceful: boolean; readonly serving: readonly Serving[] },
): DrainOrder {
  const { drainTimeout, streamGrace, drainSpread } = recipe;
  if (!how.handoff) {
    const idleGraceMs = Math.min(lastRequestsMs, drainTimeout);
    return { handoff: [], graceful: how.graceful, idleGraceMs, streamGraceMs: 0, spreadMs: 0, drainTimeout };
  }
  // What takes time must be over before the drain is.
  const beforeTheEnd = Math.max(0, drainTimeout - idleMarginMs);
  const others = recipe.handoff ? how.serving.filter((other) => other !== worker) : [];
  return {
    handoff: [...worker.servers.keys()].filter((key) => others.some((other) => other.servers.get(key)?.handoff)),
    graceful: how.graceful,
    idleGraceMs: beforeTheEnd,
    streamGraceMs: Math.min(streamGrace, beforeTheEnd),
    spreadMs: Math.min(drainSpread, beforeTheEnd),
    drainTimeout,
    ...(others.some(({ isSupervisor }) => isSupervisor) && { far: true }),
  };
}
