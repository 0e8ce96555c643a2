import { Socket } from "node:net";
import type { LogChunk } from "../../shared/logs.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { WorkerView } from "../../shared/snapshot.ts";
import type { ToSuccessor } from "../../shared/upgrade/upgradeMessages.ts";
import type { ToWorkerBody } from "../../shared/workerMessages.ts";
import type { ConnectionHandle } from "../accept/clusterInternals.ts";
import type { AppSupervisor } from "../app/appSupervisor.ts";
import type { UpgradeView } from "../app/estate.ts";
import type { Trial } from "../app/trial.ts";
import { shownTime, steadyNow } from "../clock.ts";
import { closeHandle } from "../internals.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogFiles } from "../logs/files/logFiles.ts";
import type { LogStore } from "../logs/logStore.ts";
import { removedNote } from "../renewal/renewalRecord.ts";
import { keepEvent, keepOutput, outputPipe } from "./outputPipe.ts";
import type { Predecessor, Told } from "./predecessor.ts";

/** Workers have positive numbers. */
const predecessorId = -2;

/** Milliseconds that a reader of the old supervisor has to come, which must lose nothing. */
const readerMs = 5_000;

export interface SuccessionOptions {
  readonly predecessor: Predecessor;
  readonly trial: Trial;
  readonly app: AppSupervisor;
  readonly logs: LogStore;
  readonly logFiles: LogFiles;
  readonly events: EventLog;
  readonly version: string;
  readonly socket: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Lets clients find this supervisor; the point of no return. May throw. */
  readonly publish: () => void;
  /** This supervisor serves: what else the old one did, this one does now. */
  readonly serving: (take: Take) => void;
  readonly stop: (now: boolean) => void;
  readonly renew: (kind: "reload" | "gracefulReload") => void;
  /** It is off: everything here ends. */
  readonly abort: () => void;
  /** Nothing more is to be said to the old one. */
  readonly left: () => void;
}

type Take = Extract<ToSuccessor, { readonly kind: "take" }>;

/** `proving`: the workers start. `serving`: this supervisor has the app, and the old one drains its workers. `over`. */
type Phase = "proving" | "serving" | "over";

/** The renewal of a supervisor, from the side of the new one. */
export class Succession {
  readonly #options: SuccessionOptions;
  #phase: Phase = "proving";
  #chunks: LogChunk[] = [];
  #workers: readonly WorkerView[] = [];
  #take: Pick<Take, "startedAt" | "readyMs"> | undefined;
  readonly #changed = new Set<string>();
  #isEnding = false;
  #hasBeenHanded = false;

  constructor(options: SuccessionOptions) {
    const { predecessor, trial, app, logs, events } = options;
    this.#options = options;
    trial.onDidEnd = (failure) => {
      if (failure === undefined) {
        predecessor.tell({ kind: "proven", ...app.succession.claims() });
      } else {
        predecessor.tell({ kind: "failed", reason: failure.message, failure });
      }
    };
    logs.copyTo(outputPipe((message) => predecessor.tell(message)));
    events.onDidLog((event) => {
      if (this.#phase === "proving") {
        predecessor.tell({ kind: "event", event });
      }
    });
    app.publisher.onDidPublish(() => {
      if (this.#phase === "proving") {
        predecessor.tell({ kind: "workers", workers: app.succession.ownWorkers() });
      }
    });
    predecessor.listen(
      (told) => this.#told(told),
      (isDead) => this.#lost(isDead),
    );
  }

  get view(): UpgradeView {
    const { app, predecessor } = this.#options;
    const { generation } = predecessor.estate;
    const { wanted } = app.succession.headcount;
    return {
      renewal: {
        kind: "reload",
        upgrade: true,
        phase: "draining",
        from: generation,
        to: generation + 1,
        ready: wanted,
        total: wanted,
        draining: this.#workers.length,
        startedAt: this.#take?.startedAt ?? this.#options.startedAt,
        queued: false,
        cancellable: false,
      },
      workers: this.#workers,
    };
  }

  /** Whether the old supervisor still has workers. */
  get isOver(): boolean {
    return this.#phase === "over";
  }

  hold(files: readonly string[]): void {
    for (const file of files) {
      this.#changed.add(file);
    }
  }

  #told({ message, handle }: Told): void {
    const { app, logs, events } = this.#options;
    switch (message.kind) {
      case "log":
        this.#chunks.push(...message.chunks);
        break;
      case "take":
        this.#hasBeenHanded = true;
        this.#serve(message);
        break;
      case "accepted":
        if (handle !== undefined && handle !== null) {
          app.succession.receiveAccepted(message.key, handle as ConnectionHandle);
        }
        break;
      case "connection": {
        const { kind: _, ...connection } = message;
        if (!(handle instanceof Socket)) {
          closeHandle(handle);
        }
        app.succession.receiveHandedOver(this.#sender, connection, handle instanceof Socket ? handle : undefined);
        break;
      }
      case "workers":
        this.#seen(message.workers);
        break;
      case "output":
        keepOutput(logs, message);
        break;
      case "event":
        keepEvent(events, message.event);
        break;
      case "changed":
        this.hold(message.files);
        break;
      case "signal":
        this.#signalled(message.signal);
        break;
      case "left":
        void this.#end(message);
        break;
      case "abort":
        this.#phase = "over";
        this.#options.abort();
        break;
    }
  }

  /** To the broker the old supervisor is one that gives connections away. */
  get #sender() {
    const { predecessor } = this.#options;
    return {
      id: predecessorId,
      send: (body: ToWorkerBody): boolean => {
        if (body.type === "arrived") {
          predecessor.tell({ kind: "taken", ids: [...body.ids], stallMs: 0 });
        }
        return true;
      },
    };
  }

  /** From here on there is no way back but the end of this process. */
  #serve(take: Take): void {
    const { app, logs, events, predecessor, socket, startedAt, publish, serving } = this.#options;
    if (this.#phase !== "proving") {
      return;
    }
    try {
      const { startedAt: begunAt, readyMs } = take;
      this.#take = { startedAt: begunAt, readyMs };
      const { estate } = predecessor;
      app.succession.takeOver(this, { startedAt: estate.startedAt, sequence: take.sequence });
      this.#phase = "serving";
      const own = new Set(app.succession.ownWorkers().map(({ id }) => id));
      logs.adopt(this.#chunks, own);
      this.#chunks = [];
      events.adopt(take.events);
      app.succession.adopt(take.reports, take.metrics.crashes);
      if (take.lossless) {
        logs.expectReader(readerMs);
      }
      this.#keepFiles(take);
      publish();
      predecessor.tell({ kind: "took", socket, startedAt });
      this.hold(take.changed);
      serving(take);
    } catch (error) {
      predecessor.tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
      this.#options.abort();
    }
  }

  /** The old one has stopped writing log files when it is told `took`; what was begun is ended here. */
  #keepFiles({ begunLines }: Take): void {
    const { logs, logFiles, events } = this.#options;
    logs.copyTo(logFiles);
    for (const { worker, stream, bytes } of begunLines) {
      logFiles.write({ worker, slot: 0, generation: 0 }, stream, Buffer.from(bytes, "base64"));
    }
    if (logFiles.view !== undefined) {
      // The old one may have put one aside since it was opened here.
      void logFiles.reopen().catch((error: unknown) => {
        events.log("error", "logFile", error instanceof Error ? error.message : String(error));
      });
    }
  }

  #seen(workers: readonly WorkerView[]): void {
    const { app, logs } = this.#options;
    const left = new Set(workers.map(({ id }) => id));
    for (const { id } of this.#workers) {
      if (!left.has(id)) {
        logs.ended(id);
        app.succession.lookAfterSockets();
      }
    }
    this.#workers = workers;
    app.publisher.invalidate();
  }

  #signalled(signal: Extract<ToSuccessor, { readonly kind: "signal" }>["signal"]): void {
    const { stop, renew } = this.#options;
    if (signal === "reload" || signal === "gracefulReload") {
      renew(signal);
    } else {
      stop(signal === "stopNow");
    }
  }

  /** The old supervisor is gone, or has closed the channel. */
  #lost(isDead: boolean): void {
    const { events, abort } = this.#options;
    if (this.#phase === "over") {
      return;
    }
    if (this.#phase === "serving") {
      events.log("error", "predecessorDied", "the old supervisor ended before its workers had drained");
      void this.#end(undefined);
      return;
    }
    if (!isDead) {
      this.#phase = "over";
      abort();
      return;
    }
    // Nobody serves but those that start here.
    this.#serve({
      kind: "take",
      events: [],
      reports: [],
      sequence: 1_000_000,
      watch: false,
      changed: [],
      begunLines: [],
      lossless: false,
      metrics: { crashes: 0 },
      startedAt: this.#options.startedAt,
      readyMs: 0,
    });
    events.log("error", "predecessorDied", "the old supervisor ended while this one was to take the app over");
    void this.#end(undefined);
  }

  /** @param left Absent: the old supervisor has died with what its workers had. */
  async #end(left: Extract<ToSuccessor, { readonly kind: "left" }> | undefined): Promise<void> {
    if (this.#phase !== "serving" || this.#isEnding) {
      return;
    }
    this.#isEnding = true;
    const { app, predecessor, version } = this.#options;
    const { estate } = predecessor;
    // One that ended before it had handed over has told nothing of its workers.
    const lost =
      left === undefined ? Math.max(this.#workers.length, this.#hasBeenHanded ? 0 : estate.desiredWorkers) : 0;
    const own = await app.succession.endCounting();
    this.#phase = "over";
    this.#workers = [];
    const startedAt = this.#take?.startedAt ?? this.#options.startedAt;
    const removed = [...(left?.removed ?? []), ...app.succession.removedSockets];
    const notes = [...estate.notes, ...new Set(removed.map(removedNote))];
    const report: RenewalReport = {
      kind: "reload",
      supervisor: {
        from: { pid: predecessor.pid, ...estate.predecessor },
        to: { pid: process.pid, version, nodeVersion: process.version },
      },
      outcome: "completed",
      from: estate.generation,
      to: estate.generation + 1,
      startedAt,
      durationMs: Math.max(0, shownTime(steadyNow()) - startedAt),
      readyMs: this.#take?.readyMs ?? 0,
      ...(notes.length > 0 && { notes }),
      ...(removed.length > 0 && { unserved: removed.length }),
      ...(left !== undefined && { drainedMs: left.drainedMs }),
      traffic: sum(own.traffic, left?.traffic, lost),
      cutRequests: [...own.cutRequests, ...(left?.cutRequests ?? [])],
      workers: app.succession.living(),
      killed: left?.killed ?? 0,
    };
    app.succession.upgradeEnded(report, [...this.#changed]);
    // Who reads the report finds what it says in the state.
    app.publisher.flush();
    predecessor.tell({ kind: "report", report });
    this.#options.left();
  }
}

type Traffic = NonNullable<RenewalReport["traffic"]>;

/** @param lost Workers of the old supervisor that ended with it, and have told nothing. */
function sum(own: Traffic, old: Traffic | undefined, lost: number): Traffic {
  return {
    served: own.served + (old?.served ?? 0),
    failed: own.failed + (old?.failed ?? 0),
    // Those of the old one are confirmed here.
    handedOver: own.handedOver,
    closed: own.closed + (old?.closed ?? 0),
    cut: own.cut + (old?.cut ?? 0),
    opaque: (own.opaque ?? 0) + (old?.opaque ?? 0),
    inTransit: (own.inTransit ?? 0) + (old?.inTransit ?? 0),
    crashed: (own.crashed ?? 0) + (old?.crashed ?? 0) + lost,
    silent: (own.silent ?? 0) + (old?.silent ?? 0),
    afterLoss: own.afterLoss === true || old?.afterLoss === true,
    longestStallMs: Math.max(own.longestStallMs, old?.longestStallMs ?? 0),
  };
}
