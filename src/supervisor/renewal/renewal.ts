import { outcomeNames, renewalNames } from "../../shared/facts/reportFacts.ts";
import type { Failure } from "../../shared/failure.ts";
import type { RenewalOutcome, RenewalReport } from "../../shared/report.ts";
import type { RenewalKind, RenewalView } from "../../shared/snapshot.ts";
import { shownTime, steadyNow } from "../clock.ts";
import { pardonSlot, type Slot } from "../slots/slot.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { describeChange, describeMishap, isOwnAddress, judgeAddresses } from "./addressChange.ts";

/** Milliseconds for a new worker to listen wherever the old one does. */
const serversSettleMs = 3_000;

/** What a renewal may do to the app. */
export interface RenewalHost {
  readonly slots: ReadonlyMap<number, Slot>;
  startWorker(slot: Slot, generation: number): WorkerHandle;
  /** Orders a worker to exit; `handoff` only if another worker keeps serving. */
  dismiss(worker: WorkerHandle, options: { readonly handoff: boolean; readonly graceful: boolean }): void;
  /** Makes the generation the app's current one. */
  commit(generation: number): void;
  /** Calls `step` again after this many milliseconds. */
  wakeAfter(ms: number): void;
  log(level: "info" | "warning" | "error", code: string, message: string): void;
}

export interface RenewalOptions {
  readonly kind: RenewalKind;
  /** The slots to renew, in order. */
  readonly slots: readonly number[];
  /** Whether only this slot was requested. */
  readonly single: boolean;
  readonly from: number;
  readonly to: number;
  /** How many new workers may start at a time. */
  readonly surge: number;
  /** Milliseconds a new worker must have been ready before an old one is drained. */
  readonly minReady: number;
  /** Milliseconds that the first new workers must have been ready, whatever `minReady` is. */
  readonly proven: number;
  /** Start one worker first, and the others once that one has been ready for `minReady`. */
  readonly canary: boolean;
  /** The files whose change made it necessary, relative to the app's folder; absent: somebody asked for it. */
  readonly files?: readonly string[] | undefined;
  /** Further notes for the report, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * One renewal of an app as a state machine: `step` is called after every event and does whatever can be done now.
 *
 * Reload: starts a step of new workers; when all of them are ready, they take their slots and the old ones drain; when
 * those are gone, the next step begins. A new worker that fails ends it: in the first step nothing of the old
 * generation has been touched, later the steps already done remain. Restart: first the old workers exit.
 */
export class Renewal {
  readonly options: RenewalOptions;
  readonly startedAt = steadyNow();
  #phase: RenewalView["phase"];
  /** Slots not yet started. */
  #pending: number[];
  /** Slots whose new worker is being proven. */
  #step: number[] = [];
  /** Slots of the step that wait for the canary. */
  #behindCanary: number[] = [];
  readonly #old = new Set<WorkerHandle>();
  readonly #fresh = new Set<WorkerHandle>();
  #renewed = 0;
  #readyAt: number | undefined;
  #killed = 0;
  readonly #notes: string[];
  /** Addresses of the old generation on which the new one does not listen. */
  readonly #lost = new Set<string>();
  /** How often since the beginning clients could not connect somewhere. */
  #unserved = 0;
  #drainedAt: number | undefined;
  #endedAt: number | undefined;
  #end: { readonly outcome: RenewalOutcome; readonly reason: string; readonly failure?: Failure } | undefined;
  readonly #host: RenewalHost;

  constructor(host: RenewalHost, options: RenewalOptions) {
    this.#host = host;
    this.options = options;
    this.#notes = [...options.notes];
    this.#pending = [...options.slots];
    this.#phase = options.kind === "restart" ? "stopping" : "starting";
    if (options.kind === "restart") {
      for (const slot of this.#slotsOf(options.slots)) {
        this.#sendAway(slot.current, { handoff: false, graceful: false });
      }
    }
  }

  /** Whether cancelling still undoes everything. */
  get cancellable(): boolean {
    return this.options.kind !== "restart" && this.#renewed === 0 && this.#end === undefined;
  }

  /** Whether a new worker can serve already. */
  get hasReady(): boolean {
    return this.#renewed > 0 || this.#slotsOf(this.#step).some((slot) => this.#isReady(slot));
  }

  /** Whether the renewal manages this slot, so that nothing else may start a worker there. */
  owns(slot: Slot): boolean {
    if (this.#end !== undefined) {
      return false;
    }
    return slot.next !== undefined || (this.options.kind === "restart" && this.#pending.includes(slot.index));
  }

  /**
   * New workers that serve beside the old ones before they take over: while one is watched for `minReady`, what it is watched
   * for is how it does with clients. Without that, none is given a connection before all of its step can take over.
   */
  get onTrial(): WorkerHandle[] {
    if (this.#end !== undefined || this.options.kind === "restart" || this.options.minReady === 0) {
      return [];
    }
    return this.#slotsOf(this.#step).flatMap(({ next }) => (next?.state === "ready" ? [next] : []));
  }

  /** Ends it as cancelled, if that still undoes everything. */
  cancel(reason: string): boolean {
    if (!this.cancellable) {
      return false;
    }
    this.#giveUp("cancelled", reason);
    return true;
  }

  /** Ends it because the app is being stopped. */
  abort(reason: string): void {
    this.#giveUp("failed", reason);
  }

  /** A worker of the new generation died or was not ready in time. */
  workerFailed(worker: WorkerHandle, failure: Failure): void {
    if (!this.#fresh.has(worker) || this.#end !== undefined) {
      return;
    }
    this.#giveUpOn(failure.message, failure);
  }

  /** A worker that was ready no longer listens anywhere. */
  workerUnready(worker: WorkerHandle): void {
    if (worker.generation === this.options.to && this.#renewed > 0) {
      this.#note(
        `Worker ${worker.id} stopped listening after the old one had been told to go; clients may have been refused.`,
      );
      this.#unserved += 1;
    }
  }

  /** A worker removed the file of a Unix socket that others listen on; it has been restored. */
  socketRemoved(path: string): void {
    if (this.#endedAt === undefined) {
      this.#note(`A worker removed ${path}, on which others listen; clients were refused until it had been put back.`);
      this.#unserved += 1;
    }
  }

  workerExited(worker: WorkerHandle): void {
    if (this.#old.delete(worker)) {
      this.#killed += worker.killed ? 1 : 0;
      this.#drainedAt = steadyNow();
    }
    if (this.#fresh.delete(worker) && this.#host.slots.get(worker.slot)?.next === worker) {
      // It was dismissed for another reason before it could be proven.
      this.#giveUpOn(`A new worker (slot ${worker.slot}) ended before it could take over.`);
    }
  }

  /** Does what can be done now. Returns true once the renewal is over. */
  step(): boolean {
    const over = this.#advance();
    if (over) {
      this.#endedAt ??= steadyNow();
    }
    return over;
  }

  #advance(): boolean {
    if (this.#end !== undefined) {
      return this.#old.size === 0;
    }
    if (this.#phase === "stopping") {
      // Restart: first all old workers exit, then the new ones start, and when those are ready it is done.
      if (this.#old.size > 0) {
        return false;
      }
      this.#startAnew();
      return this.#hasFailedAtOnce;
    }
    if (this.#step.length > 0) {
      if (!this.#isProven()) {
        return false;
      }
      if (this.#behindCanary.length > 0) {
        // The canary has stayed up: the others of its step follow.
        this.#startStep(this.#behindCanary.splice(0));
        return this.#hasFailedAtOnce;
      }
      // The new workers take the slots, and the old ones drain.
      this.#takeOver();
    }
    if (this.#old.size > 0) {
      return false;
    }
    // All dismissed workers are gone: the next step begins, if there is one.
    const step = this.#nextStep();
    if (step.length === 0) {
      return true;
    }
    this.#phase = "starting";
    this.#startStep(step);
    return this.#hasFailedAtOnce;
  }

  /** The slots of the next step, without those closed meanwhile, and at the end those opened meanwhile. */
  #nextStep(): number[] {
    const { surge, canary, single } = this.options;
    this.#pending = this.#pending.filter((index) => this.#host.slots.has(index));
    if (this.#pending.length === 0 && !single) {
      // Slots opened meanwhile, because the app was scaled.
      this.#pending = [...this.#host.slots.values()].filter((slot) => this.#isBehind(slot)).map(({ index }) => index);
    }
    const step = this.#pending.splice(0, surge);
    if (canary && this.#renewed === 0) {
      this.#behindCanary = step.splice(1);
    }
    return step;
  }

  /** The system refused a process, and no worker is left whose exit would call `step` again. */
  get #hasFailedAtOnce(): boolean {
    return this.#end !== undefined && this.#old.size === 0;
  }

  view(queued: boolean): RenewalView {
    const { kind, from, to, slots, single } = this.options;
    const provingReady = this.#slotsOf(this.#step).filter((slot) => this.#isReady(slot)).length;
    const [only] = slots;
    return {
      kind,
      phase: this.#end !== undefined && this.#old.size > 0 ? "rollingBack" : this.#phase,
      ...(single && only !== undefined && { slot: only }),
      from,
      to,
      ready: this.#renewed + provingReady,
      total: this.#total,
      draining: this.#old.size,
      startedAt: shownTime(this.startedAt),
      queued,
      cancellable: this.cancellable,
    };
  }

  report(workers: RenewalReport["workers"], totals: Pick<RenewalReport, "traffic" | "cutRequests">): RenewalReport {
    const { kind, from, to } = this.options;
    const outcome = this.#end?.outcome ?? "completed";
    // If it was undone, the dismissed workers were the new ones.
    const drainedAt = outcome === "completed" || outcome === "failed" ? this.#drainedAt : undefined;
    return {
      kind,
      outcome,
      from,
      to,
      startedAt: shownTime(this.startedAt),
      durationMs: (this.#endedAt ?? steadyNow()) - this.startedAt,
      ...(this.#end !== undefined && { reason: this.#end.reason }),
      ...(this.options.files !== undefined && { cause: "watch" as const, files: [...this.options.files] }),
      ...(this.#end?.failure?.location !== undefined && { location: this.#end.failure.location }),
      ...(this.#end?.failure !== undefined && { stderr: [...this.#end.failure.stderr] }),
      ...(this.#readyAt !== undefined && { readyMs: this.#readyAt - this.startedAt }),
      ...(drainedAt !== undefined && { drainedMs: drainedAt - this.startedAt }),
      ...totals,
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...(this.#lost.size > 0 && { lostAddresses: [...this.#lost] }),
      ...(this.#unserved > 0 && { unserved: this.#unserved }),
      workers,
      killed: this.#killed,
    };
  }

  #isBehind(slot: Slot): boolean {
    return this.options.kind !== "restart" && slot.generation !== this.options.to;
  }

  get #total(): number {
    return this.#renewed + this.#step.length + this.#behindCanary.length + this.#pending.length;
  }

  #slotsOf(indexes: readonly number[]): Slot[] {
    return indexes.flatMap((index) => this.#host.slots.get(index) ?? []);
  }

  /** The new worker of a slot is `next` in a reload and `current` in a restart. */
  #isReady(slot: Slot): boolean {
    const worker = this.options.kind === "restart" ? slot.current : slot.next;
    return worker?.state === "ready" && worker.connected;
  }

  #sendAway(
    worker: WorkerHandle | undefined,
    options: { readonly handoff: boolean; readonly graceful: boolean },
  ): void {
    if (worker !== undefined && worker.state !== "exited") {
      this.#old.add(worker);
      this.#host.dismiss(worker, options);
    }
  }

  #startAnew(): void {
    const { to } = this.options;
    this.#phase = "starting";
    this.#host.commit(to);
    this.#step = this.#pending;
    this.#pending = [];
    for (const slot of this.#slotsOf(this.#step)) {
      pardonSlot(slot);
      slot.generation = to;
      slot.current = this.#start(slot);
    }
  }

  #startStep(indexes: readonly number[]): void {
    this.#step = [...this.#step, ...indexes];
    for (const slot of this.#slotsOf(indexes)) {
      slot.next = this.#start(slot);
    }
  }

  /** `undefined`, with the renewal over, if the system did not start it. */
  #start(slot: Slot): WorkerHandle | undefined {
    if (this.#end !== undefined) {
      return undefined;
    }
    try {
      const worker = this.#host.startWorker(slot, this.options.to);
      this.#fresh.add(worker);
      return worker;
    } catch (error) {
      this.#giveUpOn(`A worker could not be started: ${String(error)}`);
      return undefined;
    }
  }

  /** Whether the new workers of the step can serve in place of the old ones. */
  #isProven(): boolean {
    this.#step = this.#step.filter((index) => this.#host.slots.has(index));
    const slots = this.#slotsOf(this.#step);
    return (
      slots.every((slot) => this.#isReady(slot)) &&
      this.#haveStayedUp(slots) &&
      this.#coverServers(slots) &&
      this.#keepAddresses(slots)
    );
  }

  /** Whether all have been ready for `minReady`; if not, `step` is called again when the last one will have been. */
  #haveStayedUp(slots: readonly Slot[]): boolean {
    const { minReady, kind, proven } = this.options;
    const newest = Math.max(0, ...slots.map((slot) => (kind === "restart" ? slot.current : slot.next)?.readyAt ?? 0));
    const wait = newest + Math.max(minReady, this.#renewed > 0 ? 0 : proven) - steadyNow();
    if (wait > 0) {
      this.#host.wakeAfter(wait);
    }
    return wait <= 0;
  }

  /**
   * Whether the new workers listen wherever the old ones do. A worker is ready with its first server; if the old ones
   * were dismissed before the second listens, that one's clients would be refused. The wait for a port that a build has
   * dropped is limited to `serversSettleMs`.
   */
  #coverServers(slots: readonly Slot[]): boolean {
    if (this.options.kind === "restart") {
      return true;
    }
    const uncovered = slots.filter(({ current, next }) =>
      [...(current?.servers ?? [])].some(
        (entry) => next?.servers.has(entry[0]) !== true && !isOwnAddress(entry, [current?.pid ?? 0]),
      ),
    );
    if (uncovered.some(({ next }) => next?.debugging.pause !== undefined)) {
      // It is stopped by a debugger, perhaps between two servers; when it goes on, this is asked again.
      return false;
    }
    const newest = Math.max(
      0,
      ...uncovered.map(({ next }) => Math.max(next?.readyAt ?? 0, next?.debugging.resumedAt ?? 0)),
    );
    const wait = uncovered.length === 0 ? 0 : newest + serversSettleMs - steadyNow();
    if (wait > 0) {
      this.#host.wakeAfter(wait);
    }
    return wait <= 0;
  }

  /** Whether clients find the app at its old addresses, or it moved on purpose. If not, the renewal is over. */
  #keepAddresses(slots: readonly Slot[]): boolean {
    if (this.options.kind === "restart") {
      return true;
    }
    for (const { current, next, index } of slots) {
      const beside = [...this.#host.slots.values()].flatMap((slot) =>
        slot.index !== index && slot.current?.state === "ready" ? [slot.current.servers] : [],
      );
      const change =
        current &&
        next &&
        judgeAddresses({
          old: current.servers,
          fresh: next.servers,
          tried: next.tried,
          beside,
          pids: [current.pid, next.pid],
        });
      if (change?.isMishap) {
        this.#giveUpOn(describeMishap(change));
        return false;
      }
      if (change !== undefined) {
        this.#note(describeChange(change));
        for (const address of change.lost) {
          this.#lost.add(address);
        }
      }
    }
    return true;
  }

  #note(text: string): void {
    if (!this.#notes.includes(text)) {
      this.#notes.push(text);
    }
  }

  #takeOver(): void {
    const { to, kind } = this.options;
    const slots = this.#slotsOf(this.#step);
    this.#readyAt = steadyNow();
    this.#renewed += slots.length;
    this.#step = [];
    this.#fresh.clear();
    if (kind === "restart") {
      return;
    }
    this.#host.commit(to);
    this.#phase = "draining";
    const old = slots.map((slot) => {
      const previous = slot.current;
      slot.current = slot.next;
      slot.next = undefined;
      slot.generation = to;
      slot.lastFailure = undefined;
      pardonSlot(slot);
      return previous;
    });
    // The old ones are dismissed only now that every slot of the step has its new worker.
    for (const previous of old) {
      this.#sendAway(previous, { handoff: true, graceful: kind === "gracefulReload" });
    }
  }

  /** Ends it because a new worker failed. */
  #giveUpOn(reason: string, failure?: Failure): void {
    const partly = this.#renewed > 0 || this.options.kind === "restart";
    const kept =
      this.#renewed > 0 ? ` ${this.#renewed} of ${this.#total} slots were renewed before; they stay so.` : "";
    this.#giveUp(partly ? "failed" : "rolledBack", `${reason}${kept}`, failure);
  }

  #giveUp(outcome: RenewalOutcome, reason: string, failure?: Failure): void {
    if (this.#end !== undefined || this.#endedAt !== undefined) {
      return;
    }
    this.#end = { outcome, reason, ...(failure !== undefined && { failure }) };
    for (const slot of this.#host.slots.values()) {
      if (slot.next !== undefined) {
        // A new worker that listens may have received connections already: they go back to the old ones.
        this.#sendAway(slot.next, { handoff: true, graceful: false });
        slot.next = undefined;
      }
    }
    this.#host.log(
      "warning",
      "renewalEnded",
      `${renewalNames[this.options.kind]} to generation ${this.options.to} ${outcomeNames[outcome]}: ${reason}`,
    );
  }
}
