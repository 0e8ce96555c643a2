import type { LaunchRecipe } from "../shared/appConfig.ts";
import type { Farewell, WorkerHandle } from "./workerHandle.ts";

/**
 * Idle connections that can't be handed over are left to their own `keepAliveTimeout`, and closed this long before the
 * drain would be cut, in milliseconds.
 */
const idleMarginMs = 1_000;

/**
 * How a worker is asked to go. With `handoff` the service goes on elsewhere: connections go to those of `serving` that
 * listen where this worker does, and the rest is given time. Without, everything ends, so idle connections end at once.
 */
export function farewellFor(
  worker: WorkerHandle,
  recipe: LaunchRecipe,
  how: { readonly handoff: boolean; readonly graceful: boolean; readonly serving: readonly WorkerHandle[] },
): Farewell {
  const { drainTimeout, streamGrace, drainSpread } = recipe;
  if (!how.handoff) {
    return { handoff: [], graceful: how.graceful, idleGraceMs: 0, streamGraceMs: 0, spreadMs: 0, drainTimeout };
  }
  const others = recipe.handoff ? how.serving.filter((other) => other !== worker) : [];
  return {
    handoff: [...worker.servers.keys()].filter((key) => others.some((other) => other.servers.get(key)?.handoff)),
    graceful: how.graceful,
    idleGraceMs: Math.max(0, drainTimeout - idleMarginMs),
    streamGraceMs: streamGrace,
    spreadMs: drainSpread,
    drainTimeout,
  };
}
