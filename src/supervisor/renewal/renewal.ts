import type { Failure } from "../../shared/failure.ts";
import type { RenewalOutcome, RenewalReport } from "../../shared/report.ts";
import type { RenewalView } from "../../shared/snapshot.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import { shownTime, steadyNow } from "../clock.ts";
import { asSentence } from "../process/explainDeath.ts";
import { pardonSlot, type Slot } from "../slots/slot.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { Restoration } from "./proof/restoration.ts";
import { runsTwiceAdvice } from "./proof/runsTwice.ts";
import { isReady, leadOf, proveStep } from "./proof/stepProof.ts";
import type { RenewalHost, RenewalOptions } from "./renewalOptions.ts";
import { RenewalRecord, removedNote } from "./renewalRecord.ts";
import { Departures } from "./steps/departures.ts";
import { StepQueue } from "./steps/stepQueue.ts";

/**
 * One renewal of an app as a state machine: `step` is called after every event and does whatever can be done now.
 *
 * Reload: starts a step of new workers, no more at the same moment than the machine has room for; when all of them are ready,
 * they take their slots and the old ones drain, one behind the other; when those are gone, the next step begins. A new worker
 * that fails ends it: in the first step nothing of the old generation has been touched, later the steps already done remain. With `stopFirst` the old workers of a step exit before its
 * new ones start, and are started again as they were if one of these fails. Restart: first the old workers exit.
 */
export class Renewal {
  readonly options: RenewalOptions;
  #phase: RenewalView["phase"];
  readonly #queue: StepQueue;
  /** Slots whose new worker is being proven. */
  #step: number[] = [];
  /** Slots of the next step, whose old workers have to exit first. */
  #cleared: number[] = [];
  /** Of slots that were cleared: their old workers. */
  readonly #before = new Map<number, WorkerHandle>();
  readonly #restoration: Restoration;
  readonly #old = new Set<WorkerHandle>();
  /** Of `#old`, those that have been replaced and wait for their turn to go. */
  readonly #departures: Departures<WorkerHandle>;
  readonly #fresh = new Set<WorkerHandle>();
  #renewed = 0;
  /** Whether the canary is given all new connections, while the others start. */
  #leads = false;
  #isConcluded = false;
  readonly #record: RenewalRecord;
  readonly #host: RenewalHost;

  constructor(host: RenewalHost, options: RenewalOptions) {
    this.#host = host;
    this.options = options;
    this.#record = new RenewalRecord(options);
    this.#restoration = new Restoration(host.slots);
    this.#queue = new StepQueue(host.slots, options);
    this.#departures = new Departures(options.boots);
    this.#phase = options.kind === "restart" ? "stopping" : "starting";
    if (options.kind === "restart") {
      for (const slot of this.#slotsOf(options.slots)) {
        this.#sendAway(slot.current, { handoff: false, graceful: false });
      }
    }
  }

  get startedAt(): number {
    return this.#record.startedAt;
  }

  get begunAt(): number {
    return this.#record.begunAt;
  }

  /** Whether cancelling still undoes everything. */
  get cancellable(): boolean {
    return this.options.kind !== "restart" && this.#renewed === 0 && this.#record.end === undefined;
  }

  /** Whether a new worker can serve already. */
  get hasReady(): boolean {
    return this.#renewed > 0 || this.#slotsOf(this.#step).some((slot) => isReady(slot, this.options.kind));
  }

  /** Whether the renewal manages this slot, so that nothing else may start a worker there. */
  owns(slot: Slot): boolean {
    if (this.#record.end !== undefined) {
      // The one that failed must not run beside the one that is started again.
      return this.options.stopFirst && [...this.#old].some((worker) => worker.slot === slot.index);
    }
    if (this.#cleared.includes(slot.index)) {
      return true;
    }
    return slot.next !== undefined || (this.options.kind === "restart" && this.#queue.has(slot.index));
  }

  /**
   * New workers that serve beside the old ones before they take over: while one is watched for `minReady`, what it is watched
   * for is how it does with clients. Without that, none is given a connection before all of its step can take over.
   */
  get onTrial(): WorkerHandle[] {
    if (this.#record.end !== undefined || this.options.kind === "restart" || this.options.minReady === 0) {
      return [];
    }
    return this.#slotsOf(this.#step).flatMap(({ next }) => (next?.state === "ready" ? [next] : []));
  }

  /**
   * The new worker that is given all new connections though the others of its step are starting: who has saved a file sees what he
   * has saved.
   */
  get leader(): WorkerHandle | undefined {
    const { canary } = this.#queue;
    const next = this.#leads && canary !== undefined ? this.#host.slots.get(canary)?.next : undefined;
    return this.#record.end === undefined && next?.state === "ready" && next.connected ? next : undefined;
  }

  /** Whether files caused it, nothing of the old generation has been touched, and nobody has been told how it ended. */
  get supersedable(): boolean {
    const { files, kind } = this.options;
    const { end } = this.#record;
    const isOpen = (end === undefined || end.outcome === "rolledBack") && !this.#isConcluded;
    const isUntouched = this.#renewed === 0 && this.#before.size === 0;
    return files !== undefined && kind !== "restart" && isUntouched && isOpen;
  }

  /** Lets go what has been started: it is begun anew, as if it had not been. */
  supersede(): void {
    this.#giveUp("cancelled", "The files changed again.");
  }

  /** Nothing changes any more how it ended. */
  conclude(): void {
    this.#isConcluded = true;
    if (this.options.files !== undefined) {
      this.#tellEnd();
    }
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
    if (!this.#fresh.has(worker) || this.#record.end !== undefined) {
      return;
    }
    this.#giveUpOn(failure.message, failure);
  }

  /** A worker that was ready no longer listens anywhere. */
  workerUnready(worker: WorkerHandle): void {
    if (worker.generation === this.options.to && this.#renewed > 0) {
      this.#record.note(
        `Worker ${workerLabel(worker)} stopped listening after the old one had been told to go; clients may have been refused.`,
      );
      this.#record.unserved += 1;
    }
  }

  /** A worker removed the file of a Unix socket that others listen on; it has been restored. */
  socketRemoved(path: string): void {
    if (this.#record.endedAt === undefined) {
      this.#record.note(removedNote(path));
      this.#record.unserved += 1;
    }
  }

  workerExited(worker: WorkerHandle): void {
    if (this.#old.delete(worker)) {
      this.#record.killed += worker.killed ? 1 : 0;
      this.#record.drainedAt = steadyNow();
    }
    if (this.#fresh.delete(worker) && this.#host.slots.get(worker.slot)?.next === worker) {
      // It was dismissed for another reason before it could be proven.
      this.#giveUpOn(`The new worker ${workerLabel(worker)} ended before it could take over.`);
    }
  }

  /** Does what can be done now. Returns true once the renewal is over. */
  step(): boolean {
    const over = this.#advance();
    if (over) {
      this.#record.endedAt ??= steadyNow();
    }
    return over;
  }

  #advance(): boolean {
    if (this.#record.end !== undefined) {
      return this.#old.size === 0 && this.#isRestored();
    }
    if (this.#phase === "stopping") {
      // First the old workers exit, then the new ones start. Of a restart these are all, and when they are ready it is done.
      if (this.#old.size > 0) {
        return false;
      }
      this.#phase = "starting";
      if (this.options.kind === "restart") {
        this.#startAnew();
      } else {
        this.#startStep(this.#cleared.splice(0));
      }
      return this.#hasFailedAtOnce;
    }
    if (this.#step.length > 0) {
      if (this.#isEager && this.#slotsOf([this.#queue.canary ?? 0]).some((slot) => isReady(slot, this.options.kind))) {
        this.#goAhead();
      }
      this.#startDue();
      if (!this.#isProven()) {
        return this.#hasFailedAtOnce;
      }
      if (this.#queue.hasUnstarted) {
        // The canary has stayed up: the others of its step follow.
        this.#queue.freeBehindCanary();
        this.#startDue();
        return this.#hasFailedAtOnce;
      }
      // The new workers take the slots, and the old ones drain.
      this.#takeOver();
    }
    this.#sendDueAway();
    if (this.#old.size > 0) {
      return false;
    }
    // All dismissed workers are gone: the next step begins, if there is one.
    const step = this.#queue.takeStep(this.#renewed === 0);
    if (step.length === 0) {
      return true;
    }
    if (this.options.stopFirst) {
      this.#clear(step);
      return this.#advance();
    }
    this.#phase = "starting";
    this.#startStep(step);
    return this.#hasFailedAtOnce;
  }

  /** Sends the workers of slots away that are to have new ones. */
  #clear(step: readonly number[]): void {
    this.#phase = "stopping";
    this.#cleared = [...step];
    const others = [...this.#host.slots.values()].filter(({ index }) => !step.includes(index));
    const handoff = others.some(({ current }) => current?.state === "ready");
    for (const slot of this.#slotsOf(step)) {
      const { index, current } = slot;
      if (current !== undefined) {
        this.#before.set(index, current);
        this.#restoration.emptied(slot);
        this.#record.stoppedFirst = true;
        if (!handoff && current.servers.size > 0) {
          this.#record.note("Clients were refused while no worker was ready, since renewal is stopFirst.");
          this.#record.unserved += 1;
        }
        this.#sendAway(current, { handoff, graceful: this.options.kind === "gracefulReload" });
      }
    }
  }

  /** The system refused a process, and no worker is left whose exit would call `step` again. */
  get #hasFailedAtOnce(): boolean {
    return this.#record.end !== undefined && this.#old.size === 0 && this.#restoration.isOver;
  }

  /** Whether it is known what has become of the old workers that were ended first and are started again. */
  #isRestored(): boolean {
    const failure = this.#restoration.look();
    const { end } = this.#record;
    if (failure !== undefined && end !== undefined) {
      const again = `Generation ${this.options.from} did not start again either: ${failure.message}`;
      this.#record.end = { ...end, outcome: "failed", reason: `${asSentence(end.reason)} ${again}` };
    }
    if (this.#restoration.isOver && this.options.files === undefined) {
      this.#tellEnd();
    }
    return this.#restoration.isOver;
  }

  view(queued: boolean): RenewalView {
    const { kind, from, to, slots, single } = this.options;
    const provingReady = this.#slotsOf(this.#step).filter((slot) => isReady(slot, this.options.kind)).length;
    const [only] = slots;
    return {
      kind,
      phase:
        this.#record.end !== undefined && (this.#old.size > 0 || !this.#restoration.isOver)
          ? "rollingBack"
          : this.#phase,
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
    return this.#record.report(workers, totals);
  }

  get #total(): number {
    return this.#renewed + this.#step.length + this.#cleared.length + this.#queue.length;
  }

  #slotsOf(indexes: readonly number[]): Slot[] {
    return indexes.flatMap((index) => this.#host.slots.get(index) ?? []);
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
    this.#host.commit(to);
    this.#step = this.#queue.takeAll();
    for (const slot of this.#slotsOf(this.#step)) {
      pardonSlot(slot);
      slot.generation = to;
      slot.current = this.#start(slot);
    }
  }

  #startStep(indexes: readonly number[]): void {
    this.#queue.free(indexes);
    this.#startDue();
  }

  #startDue(): void {
    const due = this.#queue.takeDue(this.#slotsOf(this.#step), (ms) => this.#host.wakeAfter(ms));
    this.#step = [...this.#step, ...due];
    for (const slot of this.#slotsOf(due)) {
      slot.next = this.#start(slot);
    }
  }

  /** `undefined`, with the renewal over, if the system did not start it. */
  #start(slot: Slot): WorkerHandle | undefined {
    if (this.#record.end !== undefined) {
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

  /** Whether the other workers start, and one leads, before the canary has been proven for as long as it is to be. */
  get #isEager(): boolean {
    const { files, minReady, stopFirst } = this.options;
    const isCanary = this.#queue.canary !== undefined && this.#renewed === 0;
    return files !== undefined && isCanary && minReady === 0 && !stopFirst;
  }

  /** The others start as soon as the canary is ready, and it serves when it has been so for a while. */
  #goAhead(): void {
    this.#queue.freeBehindCanary();
    this.#leads ||= this.#prove([this.#queue.canary ?? 0], leadOf);
  }

  /** Whether the new workers of the step can serve in place of the old ones. If they never will, the renewal is over. */
  #isProven(): boolean {
    const { minReady, proven } = this.options;
    this.#step = this.#step.filter((index) => this.#host.slots.has(index));
    const first = Math.max(minReady, this.#renewed > 0 ? 0 : proven);
    const isEager = this.#isEager;
    const { canary } = this.#queue;
    // Those that follow a canary which has been proven need not be so for as long.
    return this.#prove(this.#step, (worker) => (isEager && worker.slot !== canary ? leadOf(worker) : first));
  }

  /** @param minReady Milliseconds that a worker must have been ready. */
  #prove(indexes: readonly number[], minReady: (worker: WorkerHandle) => number): boolean {
    // A worker that had to exit first is what the new one is compared with.
    const slots = this.#slotsOf(indexes).map((slot) => ({
      ...slot,
      current: this.#before.get(slot.index) ?? slot.current,
    }));
    const proof = proveStep(slots, this.#host.slots.values(), { kind: this.options.kind, minReady });
    if (
      proof.state === "proven" &&
      this.options.files !== undefined &&
      this.#renewed === 0 &&
      this.#before.size === 0 &&
      this.#host.filesPending
    ) {
      // What has read other files than there are now is to meet nobody; it is asked again when that is settled.
      return false;
    }
    if (proof.state === "unfit") {
      this.#giveUpOn(proof.reason);
    } else if (proof.state === "proven") {
      this.#record.comparedAddresses(proof);
    } else if (proof.ms !== undefined) {
      this.#host.wakeAfter(proof.ms);
    }
    return proof.state === "proven";
  }

  #takeOver(): void {
    const { to, kind } = this.options;
    const slots = this.#slotsOf(this.#step);
    this.#record.readyAt = steadyNow();
    this.#renewed += slots.length;
    for (const index of this.#step) {
      this.#restoration.tookOver(index);
    }
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
    const replaced = old.flatMap((worker) => (worker === undefined || worker.state === "exited" ? [] : [worker]));
    this.#departures.add(replaced);
    for (const worker of replaced) {
      this.#old.add(worker);
    }
  }

  /** Of the old workers that have been replaced, sends those away whose turn it is. */
  #sendDueAway(): void {
    this.#sendReplacedAway(this.#departures.takeDue((ms) => this.#host.wakeAfter(ms)));
  }

  #sendReplacedAway(workers: readonly WorkerHandle[]): void {
    for (const worker of workers) {
      this.#sendAway(worker, { handoff: true, graceful: this.options.kind === "gracefulReload" });
    }
  }

  /** Ends it because a new worker failed. */
  #giveUpOn(reason: string, failure?: Failure): void {
    const partly = this.#renewed > 0 || this.options.kind === "restart";
    const besides = !partly && !this.options.stopFirst && failure !== undefined;
    const advice = besides ? runsTwiceAdvice(failure) : "";
    const kept =
      this.#renewed > 0 ? ` ${this.#renewed} of ${this.#total} slots were renewed before; they stay so.` : "";
    const told = advice === "" && kept === "" ? reason : asSentence(reason);
    this.#giveUp(partly ? "failed" : "rolledBack", `${told}${advice}${kept}`, failure);
  }

  #giveUp(outcome: RenewalOutcome, reason: string, failure?: Failure): void {
    if (this.#record.end !== undefined || this.#record.endedAt !== undefined) {
      return;
    }
    this.#cleared = [];
    this.#sendReplacedAway(this.#departures.takeAll());
    this.#record.end = { outcome, reason, ...(failure !== undefined && { failure }) };
    for (const slot of this.#host.slots.values()) {
      if (slot.next !== undefined) {
        // A new worker that listens may have received connections already: they go back to the old ones.
        this.#sendAway(slot.next, { handoff: true, graceful: false });
        slot.next = undefined;
      }
    }
    if (this.options.files === undefined && this.#restoration.isOver) {
      this.#tellEnd();
    }
  }

  #tellEnd(): void {
    this.#record.tellEnd((text) => this.#host.log("warning", "renewalEnded", text));
  }
}
