import type { Socket } from "node:net";
import { HitlessError } from "../../shared/errors.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import type { HandedConnection } from "../../shared/workerMessages.ts";
import type { ForwardAccepted } from "../accept/acceptPool.ts";
import type { ConnectionHandle } from "../accept/clusterInternals.ts";
import { lastWorkerNumber } from "../process/workerForker.ts";
import type { HandoffSender, HandoffTarget } from "../traffic/handoffBroker.ts";
import type { TrafficTotals } from "../traffic/trafficMeter.ts";
import type { AppCondition } from "./appCondition.ts";
import type { AppHost, AppParts } from "./appParts.ts";
import type { AppUpgrade, Estate } from "./estate.ts";
import type { Trial } from "./trial.ts";
import type { WorkerLife } from "./workerLife.ts";

/** What of the app passes from one supervisor to the next. */
export interface AppInTransfer {
  readonly host: AppHost;
  readonly parts: AppParts;
  readonly condition: AppCondition;
  readonly life: WorkerLife;
  /** The app is taken over from another supervisor. */
  readonly trial: Trial | undefined;
  /** The highest number of a snapshot; the next ones come after `last` too. */
  sequence(): number;
  countFrom(last: number): void;
  endSchedule(): void;
}

/** The app as it passes from one supervisor to the next: what the old one gives, and what the new one takes. */
export class AppSuccession {
  readonly #app: AppInTransfer;
  readonly #trial: Trial | undefined;
  /** The renewal of this supervisor, or what is left of that of the one before it. */
  #upgrade: AppUpgrade | undefined;
  /** The supervisor that has taken the app over. */
  #successor: HandoffTarget | undefined;

  /** So many had been put back before. */
  #removedBefore = 0;

  constructor(app: AppInTransfer) {
    this.#app = app;
    this.#trial = app.trial;
  }

  get upgrade(): AppUpgrade | undefined {
    return this.#upgrade;
  }

  get successor(): HandoffTarget | undefined {
    return this.#successor;
  }

  /** Whether another supervisor serves the app, and the workers here have yet to be proven. */
  get onTrial(): boolean {
    return this.#trial?.isOn === true;
  }

  /** What another supervisor needs to take the app over. */
  estate(): Estate {
    const { acceptor, watch } = this.#app.parts;
    return {
      recipe: this.#app.parts.generations.current,
      generation: this.#app.parts.generations.number,
      desiredWorkers: this.#app.host.desiredWorkers,
      lastWorker: lastWorkerNumber(),
      startedAt: this.#app.condition.startedAt,
      sockets: acceptor.legacies,
      reports: this.#app.parts.renewals.reports,
      sequence: this.#app.sequence(),
      watched: watch.active,
      crashes: this.#app.parts.metrics.crashes,
    };
  }

  /**
   * The supervisor is renewed: until the end nothing else is.
   * @throws HitlessError `invalidState` which says why it can't be now.
   */
  beginUpgrade<Begun extends AppUpgrade>(begin: () => Begun): Begun {
    const { name, renewal } = this.#app.parts.generations.current;
    const refuse = (why: string): never => {
      throw new HitlessError("invalidState", `${name} can't be upgraded: ${why}`, { remedy: "retry" });
    };
    if (!this.#app.condition.running || this.#app.condition.leaving) {
      refuse("it is not running.");
    }
    if (this.#upgrade !== undefined || this.#app.parts.renewals.busy) {
      refuse("it is being renewed; try it when that is over.");
    }
    if (renewal === "stopFirst") {
      refuse("its renewal is stopFirst, so its old and new workers can't run side by side. Stop the app and start it.");
    }
    if (this.#app.parts.table.serving().length < this.#app.host.desiredWorkers) {
      refuse("not all of its workers are ready.");
    }
    const upgrade = begin();
    this.#app.parts.traffic.begin();
    this.#upgrade = upgrade;
    this.#removedBefore = this.#app.parts.keeper.removed.length;
    this.#app.parts.publisher.invalidate();
    return upgrade;
  }

  /** The new supervisor has failed: this one goes on. */
  upgradeFailed(report: RenewalReport, changed: readonly string[]): void {
    this.#upgrade = undefined;
    void this.#app.parts.traffic.end();
    this.#app.parts.renewals.add(report);
    if (changed.length > 0) {
      this.#app.host.renewChanged(changed);
    }
    this.#app.host.reconcile();
  }

  /** Another supervisor serves from now on: it gets all that comes to the workers here, which go. */
  cede(successor: HandoffTarget, sockets: ReadonlySet<string>, forward: ForwardAccepted): void {
    const { acceptor, leadership } = this.#app.parts;
    this.#successor = successor;
    this.#app.endSchedule();
    leadership.resign();
    acceptor.cede(sockets, forward);
    this.#app.life.killedWhileStopping = 0;
    for (const worker of this.#app.parts.roster.all.values()) {
      this.#app.life.dismiss(worker, { handoff: true, graceful: false });
    }
    this.#app.condition.running = false;
    this.#app.host.reconcile();
  }

  /** How many workers there are to be, and how many processes of this supervisor there are. */
  get headcount(): { readonly wanted: number; readonly own: number } {
    const { host, parts } = this.#app;
    return { wanted: host.desiredWorkers, own: parts.roster.all.size };
  }

  /** The workers of this supervisor, without those of another. */
  ownWorkers(): Snapshot["workers"] {
    const own = new Set(this.#app.parts.roster.all.keys());
    return this.#app.host.snapshot().workers.filter(({ id }) => own.has(id));
  }

  /** Those that live, for a report. */
  living(): RenewalReport["workers"] {
    return this.ownWorkers()
      .filter(({ state }) => state !== "exited")
      .map(({ id, slot, pid, generation, state }) => ({ id, slot, pid, generation, state }));
  }

  /** Workers that had to be killed since another supervisor has taken the app over. */
  get killedWhileLeaving(): number {
    return this.#app.life.killedWhileStopping;
  }

  /** The paths of Unix sockets that were put back since `beginUpgrade`, one for each time. */
  get removedSockets(): string[] {
    return this.#app.parts.keeper.removed.slice(this.#removedBefore);
  }

  /** What clients had of the time since `beginUpgrade`. */
  endCounting(): Promise<TrafficTotals> {
    return this.#app.parts.traffic.end();
  }

  /** The supervisor that has taken the app over has taken these connections. */
  handedOn(ids: readonly number[], stallMs: number): void {
    if (this.#successor !== undefined) {
      this.#app.parts.broker.taken(this.#successor, ids, stallMs);
    }
  }

  /** It can't take this one. */
  handedBack(id: number): void {
    if (this.#successor !== undefined) {
      this.#app.parts.broker.refused(this.#successor, id);
    }
  }

  /** It is gone. */
  successorLost(): void {
    if (this.#successor !== undefined) {
      this.#app.parts.broker.workerLeft(this.#successor);
    }
  }

  /** The keys of the addresses that were inherited and at which workers listen, and of their servers. */
  claims(): { readonly sockets: string[]; readonly servers: { readonly key: string; readonly handoff: boolean }[] } {
    const servers = this.#app.parts.table.serving().flatMap((worker) => [...worker.servers]);
    return {
      sockets: this.#app.parts.acceptor.inheritedInUse,
      servers: [...new Map(servers)].map(([key, { handoff }]) => ({ key, handoff })),
    };
  }

  /**
   * This supervisor serves from now on.
   * @param upgrade What is left of the one before it.
   * @throws HitlessError `supervisorFailed` if it can't listen.
   */
  takeOver(
    upgrade: AppUpgrade,
    { startedAt, sequence }: { readonly startedAt: number; readonly sequence: number },
  ): void {
    const failed = this.#app.parts.acceptor.takeOver();
    if (failed.length > 0) {
      throw new HitlessError("supervisorFailed", `The new supervisor can't listen at ${failed.join(", ")}.`);
    }
    this.#trial?.end();
    this.#upgrade = upgrade;
    this.#app.condition.startedAt = startedAt;
    this.#app.countFrom(sequence);
    this.#app.parts.traffic.begin();
    this.#app.host.reconcile();
  }

  /** What the supervisor before this one has counted and reported, newest first. */
  adopt(reports: readonly RenewalReport[], crashes: number): void {
    this.#app.parts.renewals.adopt(reports);
    this.#app.parts.metrics.adopt(crashes, reports);
  }

  /**
   * The supervisor before this one is gone, and what it had left to do is done.
   * @param changed Files of the app that have changed meanwhile.
   */
  upgradeEnded(report: RenewalReport, changed: readonly string[]): void {
    this.#upgrade = undefined;
    this.#app.parts.renewals.add(report);
    if (changed.length > 0) {
      this.#app.host.renewChanged(changed);
    }
    this.#app.host.reconcile();
  }

  /** A connection that the supervisor before this one has accepted. */
  receiveAccepted(key: string, connection: ConnectionHandle): void {
    this.#app.parts.acceptor.receive(key, connection);
  }

  /** A connection of one of its workers. */
  receiveHandedOver(
    from: HandoffSender,
    connection: HandedConnection & { readonly id: number },
    socket?: Socket,
  ): void {
    this.#app.parts.broker.accept(from, connection, socket);
  }

  /** A worker of the supervisor before this one has ended: it may have removed the file of a Unix socket. */
  lookAfterSockets(): void {
    this.#app.parts.keeper.look();
  }

  /** Connections that no worker could take since the start. */
  get unplaced(): number {
    return this.#app.parts.broker.counts.closed;
  }
}
