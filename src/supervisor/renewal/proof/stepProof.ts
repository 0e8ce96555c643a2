import type { RenewalKind } from "../../../shared/snapshot.ts";
import { steadyNow } from "../../clock.ts";
import type { Slot } from "../../slots/slot.ts";
import type { WorkerHandle } from "../../worker/workerHandle.ts";
import { describeChange, describeMishap, isOwnAddress, judgeAddresses } from "./addressChange.ts";

/** Milliseconds for a new worker to listen wherever the old one does. */
const serversSettleMs = 3_000;

export interface ProofOptions {
  readonly kind: RenewalKind;
  /** Milliseconds that a new worker must have been ready. */
  readonly minReady: (worker: WorkerHandle) => number;
}

/** What is known of the new workers of a step. */
export type Proof =
  /** They can serve in place of the old ones. */
  | { readonly state: "proven"; readonly notes: readonly string[]; readonly lost: readonly string[] }
  /** Ask again in `ms` milliseconds, or after the next event. */
  | { readonly state: "open"; readonly ms?: number }
  /** Clients would not find the app where it was. */
  | { readonly state: "unfit"; readonly reason: string };

/** The new worker of a slot is `next` in a reload and `current` in a restart. */
export function isReady(slot: Slot, kind: RenewalKind): boolean {
  const worker = kind === "restart" ? slot.current : slot.next;
  return worker?.state === "ready" && worker.connected;
}

/** The limits of `leadOf`, in milliseconds. */
const leastLeadMs = 20;
const mostLeadMs = 100;

/**
 * Milliseconds that a new worker of a reload which files caused must have been ready before it is given new connections: half of
 * what it took to start, which grows with the app and with what else the machine has to do, within limits. The old ones are
 * there until all that a reload waits for is over.
 */
export function leadOf({ readyAt = 0, startedAt }: WorkerHandle): number {
  return Math.min(mostLeadMs, Math.max(leastLeadMs, (readyAt - startedAt) / 2));
}

/**
 * Whether the new workers of some slots can serve in place of the old ones.
 * @param all The slots of the app.
 */
export function proveStep(slots: readonly Slot[], all: Iterable<Slot>, { kind, minReady }: ProofOptions): Proof {
  if (!slots.every((slot) => isReady(slot, kind))) {
    return { state: "open" };
  }
  const due = slots.flatMap((slot) => {
    const worker = kind === "restart" ? slot.current : slot.next;
    return worker === undefined ? [] : [(worker.readyAt ?? 0) + minReady(worker)];
  });
  const unproven = Math.max(0, ...due) - steadyNow();
  if (unproven > 0) {
    return { state: "open", ms: unproven };
  }
  return kind === "restart" ? { state: "proven", notes: [], lost: [] } : (uncovered(slots) ?? compare(slots, [...all]));
}

/**
 * Unless the new workers listen wherever the old ones do, and speak what those speak: a server that looks whether the port is free speaks
 * nothing. A worker is ready with its first server; if the old ones were dismissed before the second listens, that one's
 * clients would be refused. The wait for what a build has dropped or changed is limited to `serversSettleMs`.
 */
function uncovered(slots: readonly Slot[]): Proof | undefined {
  const missing = slots.filter(({ current, next }) =>
    [...(current?.servers ?? [])].some(
      (entry) =>
        next?.servers.get(entry[0])?.protocol !== entry[1].protocol && !isOwnAddress(entry, [current?.pid ?? 0]),
    ),
  );
  if (missing.some(({ next }) => next?.debugging.pause !== undefined)) {
    // It is stopped by a debugger, perhaps between two servers; when it goes on, this is asked again.
    return { state: "open" };
  }
  const newest = Math.max(
    0,
    ...missing.map(({ next }) => Math.max(next?.readyAt ?? 0, next?.debugging.resumedAt ?? 0)),
  );
  const ms = missing.length === 0 ? 0 : newest + serversSettleMs - steadyNow();
  return ms > 0 ? { state: "open", ms } : undefined;
}

/** Whether clients find the app at its old addresses, or it moved on purpose. */
function compare(slots: readonly Slot[], all: readonly Slot[]): Proof {
  const notes: string[] = [];
  const lost: string[] = [];
  for (const { current, next, index } of slots) {
    const beside = all.flatMap((slot) =>
      slot.index !== index && slot.current?.state === "ready" ? [slot.current.servers] : [],
    );
    const change =
      current &&
      next &&
      judgeAddresses({
        old: current.servers,
        fresh: next.servers,
        tried: next.tried,
        isTold: (port) => next.isToldPort(port),
        beside,
        pids: [current.pid, next.pid],
      });
    if (change?.isMishap) {
      return { state: "unfit", reason: describeMishap(change) };
    }
    if (change !== undefined) {
      notes.push(describeChange(change));
      lost.push(...change.lost);
    }
  }
  return { state: "proven", notes, lost };
}
