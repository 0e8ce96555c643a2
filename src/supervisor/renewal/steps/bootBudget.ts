import { availableParallelism } from "node:os";
import type { RenewalKind } from "../../../shared/snapshot.ts";
import { steadyNow } from "../../clock.ts";
import type { Slot } from "../../slots/slot.ts";
import { isReady } from "../proof/stepProof.ts";

/**
 * How many new workers may boot at the same moment: half of the cores, so that the other half is there for those that serve. A
 * boot keeps a core busy; as many boots as cores double what clients wait for.
 */
export function bootBudget(cores = availableParallelism()): number {
  return Math.max(1, Math.floor(cores / 2));
}

/** A worker that does not listen after so many milliseconds waits for something, and keeps none from starting any more. */
const longestTurnMs = 2_000;

/** How many of the slots' new workers boot, and in how many milliseconds the first of them no longer counts. */
export function booting(slots: readonly Slot[], kind: RenewalKind): { readonly count: number; readonly ms: number } {
  const ages = slots.flatMap((slot) => {
    const worker = kind === "restart" ? slot.current : slot.next;
    const isUp = worker === undefined || worker.servers.size > 0 || isReady(slot, kind);
    return isUp ? [] : [steadyNow() - worker.startedAt];
  });
  const busy = ages.filter((age) => age < longestTurnMs);
  return { count: busy.length, ms: longestTurnMs - Math.max(0, ...busy) };
}
