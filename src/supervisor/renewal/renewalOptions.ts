import type { RenewalKind } from "../../shared/snapshot.ts";
import type { Slot } from "../slots/slot.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

export interface RenewalOptions {
  readonly kind: RenewalKind;
  /** The slots to renew, in order. */
  readonly slots: readonly number[];
  /** Whether only this slot was requested. */
  readonly single: boolean;
  readonly from: number;
  readonly to: number;
  /** How many slots are renewed at a time. */
  readonly surge: number;
  /** How many new workers may boot at the same moment. */
  readonly boots: number;
  /** Milliseconds a new worker must have been ready before an old one is drained. */
  readonly minReady: number;
  /** Milliseconds that the first new workers must have been ready, whatever `minReady` is. */
  readonly proven: number;
  /** Start one worker first, and the others once that one has been ready for `minReady`. */
  readonly canary: boolean;
  /** End the old worker of a slot before its new one starts: for what can't run twice. */
  readonly stopFirst: boolean;
  /** The files whose change made it necessary, relative to the app's folder; absent: somebody asked for it. */
  readonly files?: readonly string[] | undefined;
  /** When it began, on the monotonic clock, if it was begun anew. */
  readonly startedAt?: number | undefined;
  /** Further notes for the report, one sentence each. */
  readonly notes: readonly string[];
}

/** What a renewal may do to the app. */
export interface RenewalHost {
  readonly slots: ReadonlyMap<number, Slot>;
  startWorker(slot: Slot, generation: number): WorkerHandle;
  /** Orders a worker to exit; `handoff` only if another worker keeps serving. */
  dismiss(worker: WorkerHandle, options: { readonly handoff: boolean; readonly graceful: boolean }): void;
  /** Makes the generation the app's current one. */
  commit(generation: number): void;
  /** Whether files have changed, or may have, since a renewal that they caused began. */
  readonly filesPending: boolean;
  /** Calls `step` again after this many milliseconds. */
  wakeAfter(ms: number): void;
  log(level: "info" | "warning" | "error", code: string, message: string): void;
}
