import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import type { Endpoint, LaunchMessage, RecipeOrigin } from "../../shared/launch.ts";
import type { RenewalReport, SupervisorIdentity } from "../../shared/report.ts";
import { longestReadyMs } from "../../shared/settings/readyTime.ts";
import type { WorkerView } from "../../shared/snapshot.ts";
import { type FromSuccessor, type SuccessorServer, upgradeVersion } from "../../shared/upgrade/upgradeMessages.ts";
import type { AppSupervisor } from "../app/appSupervisor.ts";
import { type UpgradeView, workersOf } from "../app/estate.ts";
import { shownTime, steadyNow } from "../clock.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogFiles } from "../logs/files/logFiles.ts";
import type { LogStore } from "../logs/logStore.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { keepEvent, keepOutput, outputPipe } from "./outputPipe.ts";
import { Successor, type SuccessorProgram } from "./successor.ts";
import { successorTarget } from "./successorTarget.ts";

/** Milliseconds for the new supervisor to say that it has understood. */
const willingMs = 30_000;

/** Milliseconds for it to begin to serve, once it has been told to. */
const takeMs = 10_000;

/** Milliseconds for its report. */
const reportMs = 10_000;

/** More than its workers may take one after the other, in milliseconds. */
const marginMs = 10_000;

/** Workers may start one after the other, and each is watched for `minReady`. */
export function longestProofMs(recipe: LaunchRecipe, workers: number): number {
  return (longestReadyMs(recipe) + recipe.minReady) * workers + marginMs;
}

/** Bytes of output that are handed over in one turn. */
const logBytes = 262_144;

export interface UpgradeWish extends SuccessorProgram {
  /** How the app is started by it. */
  readonly recipe: LaunchRecipe;
  /** What that was made of, if it is known. */
  readonly origin: RecipeOrigin | undefined;
  /** For the report, one sentence each. */
  readonly notes: readonly string[];
  readonly nodeVersion: string;
  readonly version: string;
}

export interface UpgradeOptions {
  readonly app: AppSupervisor;
  readonly logs: LogStore;
  readonly logFiles: LogFiles;
  readonly events: EventLog;
  readonly monitor: Pick<Monitor, "legacy" | "close">;
  /** How this supervisor was launched. */
  readonly launch: LaunchMessage;
  /** Version of Hitless that this one belongs to. */
  readonly version: string;
  /** Where the new supervisor is to be reached. */
  readonly socket: string;
  /** The new one serves: clients are to go there. */
  readonly moved: (endpoint: Endpoint) => void;
  /** It has failed and is gone; clients may have been able to find it. */
  readonly failed: () => void;
}

/**
 * `starting`: the new process has been told what to run. `proving`: its workers start. `handing`: it has been told to serve.
 * `leaving`: it serves, and the workers here drain; this is the point of no return. `over`.
 */
type Phase = "starting" | "proving" | "handing" | "leaving" | "over";

/**
 * The renewal of this supervisor, from its side. Before `took` has come nothing of the app is touched, and whatever goes wrong, or
 * whoever dies, ends the new process and leaves this one as it was. After it the new one serves, and this one gives
 * it what its workers still have.
 */
export class Upgrade {
  /** Resolves with the report; it never rejects. */
  readonly ended: Promise<RenewalReport>;
  readonly #options: UpgradeOptions;
  readonly #wish: UpgradeWish;
  readonly #successor: Successor;
  readonly #startedAt = steadyNow();
  readonly #generation: number;
  #finish: (report: RenewalReport) => void = () => undefined;
  #phase: Phase = "starting";
  #workers: readonly WorkerView[] = [];
  #servers: readonly SuccessorServer[] = [];
  #sockets: readonly string[] = [];
  #readyMs: number | undefined;
  #leavingSince = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Files that have changed meanwhile. */
  readonly #changed = new Set<string>();
  /** The last chunk of output that has been handed over. */
  #cursor = 0;
  #killed = 0;
  #hasLeft = false;
  #begunLines: ReturnType<LogFiles["takeRests"]> = [];
  readonly #listening: readonly Disposable[];

  /** @throws HitlessError `supervisorFailed` when the program can't be started. */
  constructor(options: UpgradeOptions, wish: UpgradeWish) {
    const { app, events } = options;
    this.#options = options;
    this.#wish = wish;
    const { generation } = app.succession.estate();
    this.#generation = generation;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    try {
      this.#successor = new Successor(wish, {
        told: (message) => this.#told(message),
        ended: (reason, lines) => this.#lost(reason, lines),
        exited: () => {
          if (!this.isLeaving) {
            options.failed();
          }
        },
      });
    } catch (error) {
      throw new HitlessError("supervisorFailed", `The new supervisor could not be started: ${String(error)}`);
    }
    events.log("info", "upgrading", `upgrade from ${this.#from} to ${this.#to} began`);
    this.#listening = [
      events.onDidLog((event) => {
        if (this.#phase === "leaving") {
          this.#successor.send({ kind: "event", event });
        }
      }),
      app.publisher.onDidPublish(() => this.#tellWorkers()),
    ];
    this.#within(willingMs, "it did not answer");
    this.#send();
  }

  get view(): UpgradeView {
    const { length: total } = this.#workers;
    return {
      renewal: {
        kind: "reload",
        upgrade: true,
        phase: this.#phase === "leaving" ? "draining" : "starting",
        from: this.#generation,
        to: this.#generation + 1,
        ready: this.#workers.filter(({ state }) => state === "ready").length,
        total: Math.max(total, this.#options.app.succession.headcount.wanted),
        draining: this.#phase === "leaving" ? this.#options.app.succession.headcount.own : 0,
        startedAt: shownTime(this.#startedAt),
        queued: false,
        cancellable: this.cancellable,
      },
      workers: this.#workers,
    };
  }

  /** Whether it can be undone. */
  get cancellable(): boolean {
    return this.#phase === "starting" || this.#phase === "proving";
  }

  /** Whether the new supervisor serves. */
  get isLeaving(): boolean {
    return this.#phase === "leaving" || (this.#phase === "over" && this.#leavingSince > 0);
  }

  /** Ends it, if that is still possible. */
  cancel(reason: string): boolean {
    if (this.cancellable) {
      this.#giveUp("cancelled", reason);
      return true;
    }
    return false;
  }

  /** This process ends. A new supervisor that has failed, and is still about to end, goes with it. Returns whether that is so. */
  endWithUs(): boolean {
    const hasFailed = this.#phase === "over" && !this.isLeaving;
    if (hasFailed) {
      this.#successor.kill();
    }
    return hasFailed;
  }

  /** Files of the app have changed: whoever serves afterwards runs what they are now. */
  hold(files: readonly string[]): void {
    for (const file of files) {
      this.#changed.add(file);
    }
    if (this.#phase === "leaving") {
      this.#successor.send({ kind: "changed", files: [...files] });
    }
  }

  /** Passes on what somebody wants of the app by a signal to this process. */
  forward(signal: "stop" | "stopNow" | "reload" | "gracefulReload"): void {
    this.#successor.send({ kind: "signal", signal });
  }

  /** The last worker here is gone. */
  async left(): Promise<void> {
    if (this.#phase !== "leaving" || this.#hasLeft) {
      return;
    }
    this.#hasLeft = true;
    const totals = await this.#options.app.succession.endCounting();
    this.#within(reportMs, "it has sent no report");
    const drainedMs = steadyNow() - this.#startedAt;
    const removed = this.#options.app.succession.removedSockets;
    if (!this.#successor.send({ kind: "left", ...totals, killed: this.#killed, drainedMs, removed })) {
      this.#lost("it is gone", []);
    }
  }

  get #from(): string {
    return nameOf({ version: this.#options.version, nodeVersion: process.version });
  }

  get #to(): string {
    return nameOf(this.#wish);
  }

  #send(): void {
    const { app, launch, version, socket, monitor } = this.#options;
    const { recipe: before, generation, lastWorker, startedAt, sockets } = app.succession.estate();
    const { recipe, origin, notes } = this.#wish;
    const { choice: _, debug: __, origin: ___, ...rest } = launch;
    this.#successor.send({
      kind: "succeed",
      upgradeVersion,
      launch: {
        ...rest,
        version: this.#wish.version,
        recipe,
        socket,
        ...(origin !== undefined && { origin }),
      },
      predecessor: { version, nodeVersion: process.version },
      generation,
      desiredWorkers: this.#desiredWorkers(before),
      lastWorker,
      startedAt: shownTime(startedAt),
      notes: [...notes],
    });
    for (const { key, place, handle, data } of sockets) {
      // Without ticket keys there is none, and a key whose value is undefined is lost on the way.
      this.#successor.send({ kind: "socket", key, place, data: data ?? null }, handle);
    }
    if (monitor.legacy !== undefined) {
      const { address, handle } = monitor.legacy;
      this.#successor.send({ kind: "monitor", address }, handle);
    }
    this.#successor.send({ kind: "begin" });
  }

  /** As many as there are, whoever has scaled the app, unless the settings say another number than before. */
  #desiredWorkers(before: LaunchRecipe): number {
    const wanted = workersOf(this.#wish.recipe);
    return wanted === workersOf(before) ? this.#options.app.succession.estate().desiredWorkers : wanted;
  }

  #told(message: FromSuccessor): void {
    const { app, logs, events } = this.#options;
    switch (message.kind) {
      case "willing":
        if (this.#phase === "starting") {
          this.#phase = "proving";
          const { recipe } = this.#wish;
          const workers = this.#desiredWorkers(app.succession.estate().recipe);
          this.#within(longestProofMs(recipe, workers), "its workers are not ready");
        }
        break;
      case "failed":
        this.#giveUp("rolledBack", message.reason, message.failure);
        break;
      case "proven":
        if (this.#phase === "proving") {
          this.#phase = "handing";
          this.#readyMs = steadyNow() - this.#startedAt;
          this.#servers = message.servers;
          this.#sockets = message.sockets;
          this.#within(takeMs, "it did not begin to serve");
          this.#handLogs();
        }
        break;
      case "took":
        if (this.#phase === "handing") {
          this.#leave(message.socket, message.startedAt);
        }
        break;
      case "taken":
        app.succession.handedOn(message.ids, message.stallMs);
        break;
      case "refused":
        app.succession.handedBack(message.id);
        break;
      case "workers":
        this.#workers = message.workers;
        app.publisher.invalidate();
        break;
      case "output":
        keepOutput(logs, message);
        break;
      case "event":
        keepEvent(events, message.event);
        break;
      case "report":
        this.#successor.release();
        this.#end(message.report);
        break;
    }
  }

  /** In pieces, since clients are served meanwhile. */
  #handLogs(): void {
    if (this.#phase !== "handing") {
      return;
    }
    const { logs } = this.#options;
    const { cursor, chunks } = logs.read({ cursor: this.#cursor, maxBytes: logBytes });
    this.#cursor = cursor;
    if (chunks.length > 0) {
      this.#successor.send({ kind: "log", chunks });
      setImmediate(() => this.#handLogs());
      return;
    }
    this.#hand();
  }

  #hand(): void {
    const { app, logs, logFiles, events } = this.#options;
    this.#begunLines = logFiles.takeRests();
    const { reports, sequence, watched, crashes } = app.succession.estate();
    this.#successor.send({
      kind: "take",
      events: events.recent(),
      reports: [...reports],
      sequence,
      watch: watched,
      changed: [...this.#changed],
      begunLines: this.#begunLines.map(({ worker, stream, bytes }) => ({
        worker,
        stream,
        bytes: bytes.toString("base64"),
      })),
      lossless: logs.hasPatientReader,
      metrics: { crashes },
      startedAt: shownTime(this.#startedAt),
      readyMs: this.#readyMs ?? 0,
    });
  }

  /** The point of no return is behind. */
  #leave(socket: string, startedAt: number): void {
    const { app, launch, logs, logFiles, monitor, moved } = this.#options;
    clearTimeout(this.#timer);
    this.#phase = "leaving";
    logs.divert(outputPipe((message) => void this.#successor.send(message)));
    for (const chunk of logs.read({ cursor: this.#cursor, maxBytes: Number.MAX_SAFE_INTEGER }).chunks) {
      // Of the moment between `take` and `took`.
      const { worker, slot, generation, stream, text } = chunk;
      const bytes = Buffer.from(text).toString("base64");
      this.#successor.send({ kind: "output", worker, slot, generation, stream, bytes });
    }
    void logFiles.close();
    this.#leavingSince = steadyNow();
    const target = successorTarget(this.#successor, this.#servers, this.#workers.length);
    app.succession.cede(target, new Set(this.#sockets), (key, connection, given) => {
      if (!this.#successor.send({ kind: "accepted", key }, connection, given)) {
        given(false);
      }
    });
    monitor.close();
    const { protocolVersion, recipe, secret, pidSpace } = launch;
    moved({
      protocolVersion,
      pid: this.#successor.pid,
      ...(pidSpace !== undefined && { pidSpace }),
      socket,
      name: recipe.name,
      root: recipe.cwd,
      secret,
      startedAt,
    });
    this.#tellWorkers();
  }

  #tellWorkers(): void {
    if (this.#phase === "leaving") {
      const workers = this.#options.app.succession.ownWorkers();
      this.#killed = this.#options.app.succession.killedWhileLeaving;
      this.#successor.send({ kind: "workers", workers });
    }
  }

  #within(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#giveUp("rolledBack", `The new supervisor failed: ${what} within ${ms} ms.`),
      ms,
    );
  }

  #lost(reason: string, lines: readonly string[]): void {
    this.#giveUp("rolledBack", `The new supervisor (${this.#to}) failed: ${reason}.`, undefined, lines);
  }

  #giveUp(
    outcome: "rolledBack" | "cancelled",
    reason: string,
    failure?: Failure,
    lines: readonly string[] = failure?.stderr ?? [],
  ): void {
    if (this.#phase === "over") {
      return;
    }
    const isPast = this.#phase === "leaving";
    if (!isPast) {
      for (const { worker, stream, bytes } of this.#begunLines.splice(0)) {
        this.#options.logFiles.write({ worker, slot: 0, generation: 0 }, stream, bytes);
      }
    }
    this.#successor.end();
    this.#options.events.log("error", "upgrade", reason);
    this.#end({
      ...this.#report(isPast ? "failed" : outcome),
      reason,
      ...(lines.length > 0 && { stderr: [...lines] }),
      ...(failure?.location !== undefined && { location: failure.location }),
    });
  }

  #report(outcome: RenewalReport["outcome"]): RenewalReport {
    const { version } = this.#options;
    const { version: newVersion, nodeVersion } = this.#wish;
    return {
      kind: "reload",
      supervisor: {
        from: { pid: process.pid, version, nodeVersion: process.version },
        to: { ...(this.#successor.pid > 0 && { pid: this.#successor.pid }), version: newVersion, nodeVersion },
      },
      outcome,
      from: this.#generation,
      to: this.#generation + 1,
      startedAt: shownTime(this.#startedAt),
      durationMs: steadyNow() - this.#startedAt,
      ...(this.#wish.notes.length > 0 && { notes: [...this.#wish.notes] }),
      workers: this.#options.app.succession.living(),
      killed: this.#killed,
    };
  }

  #end(report: RenewalReport): void {
    clearTimeout(this.#timer);
    if (this.#phase !== "over") {
      const wasServing = this.#phase !== "leaving";
      this.#phase = "over";
      for (const each of this.#listening) {
        each.dispose();
      }
      if (wasServing) {
        this.#options.app.succession.upgradeFailed(report, [...this.#changed]);
      }
      this.#finish(report);
    }
  }
}

/** Such as `Hitless 1.2.0 on Node.js v24.1.0`. */
function nameOf({ version, nodeVersion }: Pick<SupervisorIdentity, "version" | "nodeVersion">): string {
  return `Hitless ${version} on Node.js ${nodeVersion}`;
}
