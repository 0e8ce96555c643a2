import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { idleMarginMs } from "../../shared/drainView.ts";
import type { DrainOrder, WorkerHandle } from "./workerHandle.ts";

/** Where nobody takes connections over, requests that are on their way are given this long to arrive, in milliseconds. */
const lastRequestsMs = 100;

/**
 * How a worker is asked to go. With `handoff` the service goes on elsewhere: connections go to those of `serving` that
 * listen where this worker does, and the rest is given time. Without, everything ends: idle connections as soon as what their clients have sent is here.
 */
export function drainOrderFor(
  worker: WorkerHandle,
  recipe: LaunchRecipe,
  how: { readonly handoff: boolean; readonly graceful: boolean; readonly serving: readonly WorkerHandle[] },
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
  };
}
