import type { Worker } from "node:cluster";
import type { Socket } from "node:net";
import type { Failure } from "../../shared/failure.ts";
import type { WorkerState } from "../../shared/snapshot.ts";
import type { DrainProgress, ServerProtocol, ToWorkerBody, WorkerToSupervisor } from "../../shared/workerMessages.ts";
import { workerMessageCommand } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import type { StderrTail } from "../logs/stderrTail.ts";
import { type AcceptGuardOptions, guardAccepts, type StrandedConnection } from "../process/acceptGuard.ts";
import { explainDeath, type FatalError } from "../process/explainDeath.ts";
import { isHeld, type StackFrames, takeStack } from "../process/stuckStack.ts";
import { WorkerEnding } from "../process/workerEnding.ts";
import type { WorkerInspector } from "../process/workerInspector.ts";
import { type Exit, watchWorkerProcess } from "../process/workerProcess.ts";
import { createLayerQuestions, type LayerQuestions } from "./layerQuestions.ts";
import { createVitals, type Vitals } from "./vitals.ts";

/** An exception counts as the cause of an exit that follows it within this time, in milliseconds. */
const fatalCountsForMs = 5_000;

/** A server of a worker that listens. */
export interface ListeningServer {
  readonly url: string;
  readonly protocol: ServerProtocol | "udp";
  /** Whether its connections can be handed over. */
  readonly handoff: boolean;
}

/** How a worker is asked to go. */
export interface DrainOrder {
  /** Keys of the servers whose idle connections are sent here instead of being closed. */
  readonly handoff: readonly string[];
  /** Send the message `shutdown` first and leave the worker alone until the deadline. */
  readonly graceful: boolean;
  /** Milliseconds before idle connections that can't be handed over are closed. */
  readonly idleGraceMs: number;
  /** Milliseconds before event streams are ended. */
  readonly streamGraceMs: number;
  /** Milliseconds over which the close frames of WebSockets are spread. */
  readonly spreadMs: number;
  /** Milliseconds until it is told SIGTERM though it is not done. */
  readonly drainTimeout: number;
}

export interface WorkerListener {
  /** Something a snapshot shows has changed. */
  changed(): void;
  message(message: WorkerToSupervisor, socket: Socket | undefined): void;
  /** The app's own `process.send(message)`. */
  appMessage(message: unknown): void;
  /** The process is gone and all it wrote has been read. Called once. */
  exited(): void;
  /** What becomes of accepted connections on their way to it. */
  readonly accepts: AcceptGuardOptions;
  /** It listens for datagrams. */
  udpListening(address: string | undefined, port: number): void;
  log(level: "info" | "warning" | "error", code: string, message: string): void;
}

export interface WorkerHandleOptions {
  readonly worker: Worker;
  readonly slot: number;
  readonly generation: number;
  readonly entry: string;
  readonly killTimeout: number;
  readonly stderr: StderrTail;
  /** `NAME=value` that stands in the environment of this worker and of all it starts, and nowhere else. */
  readonly mark: string;
  readonly inspector: WorkerInspector;
  /** Whether another worker of the app listens on this port. */
  readonly appListensOn: (port: number) => boolean;
  readonly listener: WorkerListener;
}

/** The primary's view of one worker: it outlives the process, and every method may be called at any time, again. */
export class WorkerHandle {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  readonly pid: number;
  readonly startedAt = steadyNow();
  /** Keys of the servers that listen, with their addresses as people write them. */
  readonly servers = new Map<string, ListeningServer>();
  readonly vitals: Vitals = createVitals();
  readonly layers: LayerQuestions = createLayerQuestions(
    (body) => this.send(body),
    () => `worker ${this.id}`,
  );
  readyAt: number | undefined;
  drain: DrainProgress | undefined;
  /** Connections of it that have come here to be handed over: it may have ended before it could tell of the last ones. */
  handedOver = 0;
  /** Whether the supervisor asked it to go; an exit without that is unexpected. */
  dismissed = false;
  /** Somebody asked for its death, so it counts as no crash. */
  killRequested = false;
  /** Why it is sent away, if it failed while it was still alive. */
  verdict: Failure | undefined;
  readonly #options: WorkerHandleOptions;
  readonly #ending: WorkerEnding;
  readonly #stranded: () => StrandedConnection[];
  #exit: Exit | undefined;
  #gone = false;
  #fatal: { readonly error: FatalError; readonly at: number } | undefined;
  #graceful = false;

  constructor(options: WorkerHandleOptions) {
    const { worker, slot, generation, killTimeout, mark, listener } = options;
    this.#options = options;
    this.id = worker.id;
    this.slot = slot;
    this.generation = generation;
    this.pid = worker.process.pid ?? 0;
    this.#ending = new WorkerEnding({
      id: this.id,
      pid: this.pid,
      killTimeout,
      mark,
      signal: (name) => worker.process.kill(name),
      sayTerminate: () => this.send({ type: "terminate" }),
      warn: (code, message) => listener.log("warning", code, message),
    });
    this.#stranded = guardAccepts(worker.process, listener.accepts);
    watchWorkerProcess(worker, {
      message: (message, socket) => this.#receive(message, socket),
      appMessage: (message) => listener.appMessage(message),
      udpListening: ({ address, port }) => listener.udpListening(address, port),
      disconnected: () => this.#giveUpDisconnected(),
      exited: (exit) => {
        this.#exit = exit;
        this.#ending.exited();
      },
      gone: (failure) => this.#finish(failure),
    });
  }

  get state(): WorkerState {
    if (this.#gone) {
      return "exited";
    }
    if (this.dismissed) {
      return "draining";
    }
    return this.readyAt === undefined ? "starting" : "ready";
  }

  /** When its drain began. */
  get drainingSince(): number | undefined {
    return this.#ending.drainingSince;
  }

  /** When it will be told SIGTERM though it is not done. */
  get drainDeadline(): number | undefined {
    return this.#ending.drainDeadline;
  }

  /** Whether it was killed because it did not go by itself. */
  get killed(): boolean {
    return this.#ending.killed;
  }

  get addresses(): string[] {
    return [...this.servers.values()].map(({ url }) => url);
  }

  /** Whether the process can still be sent anything. */
  get connected(): boolean {
    return !this.#gone && this.#exit === undefined && this.#options.worker.isConnected();
  }

  /** Milliseconds it was ready, or 0. */
  get readyMs(): number {
    return this.readyAt === undefined ? 0 : steadyNow() - this.readyAt;
  }

  /** Why it ended; only sensible once its state is `exited`. */
  get failure(): Failure {
    if (this.verdict !== undefined) {
      return { ...this.verdict, exitCode: this.#exit?.code ?? null, signal: this.#exit?.signal ?? null };
    }
    return explainDeath({
      entry: this.#options.entry,
      exitCode: this.#exit?.code ?? null,
      signal: this.#exit?.signal ?? null,
      stderr: this.stderrLines,
      fatal:
        this.#fatal !== undefined && steadyNow() - this.#fatal.at < fatalCountsForMs ? this.#fatal.error : undefined,
      wasReady: this.readyAt !== undefined,
      appListensOn: this.#options.appListensOn,
    });
  }

  get stderrLines(): string[] {
    return this.#options.stderr.lines();
  }

  /** Whether it was a script that ran to its end: exit code 0 without ever having been ready or listened. */
  get finished(): boolean {
    return (
      this.#gone &&
      this.#exit?.code === 0 &&
      this.readyAt === undefined &&
      this.servers.size === 0 &&
      this.verdict === undefined
    );
  }

  /** Connections that were under way to it when it died; only sensible once its state is `exited`. */
  takeStranded(): StrandedConnection[] {
    return this.#stranded();
  }

  /** Sends one of our messages. Returns false, and drops it, if the worker can't be reached. */
  send(body: ToWorkerBody, socket?: Socket): boolean {
    if (!this.connected) {
      return false;
    }
    // The primary keeps its copy of a socket until the worker says that it has taken the connection.
    // What `send` returns tells of back-pressure, not of failure.
    const message = { cmd: workerMessageCommand, ...body };
    this.#options.worker.process.send(message, socket, { keepOpen: true }, () => undefined);
    return true;
  }

  /** Where its JavaScript is just now, though its event loop is blocked; `undefined` if a debugger has stopped it. */
  async takeStack(): Promise<StackFrames | undefined> {
    const { inspector } = this.#options;
    const url = await inspector.open(this.pid);
    try {
      return await takeStack(url);
    } finally {
      if (inspector.isOurs) {
        this.send({ type: "closeInspector" });
      }
    }
  }

  /** Whether a debugger has stopped it: then it is silent, but not stuck. */
  async isHeld(): Promise<boolean> {
    const { url } = this.#options.inspector;
    return url !== undefined && (await isHeld(url).catch(() => false));
  }

  /** Whether the process has ended, though what it wrote may not have been read. */
  get dead(): boolean {
    return this.#exit !== undefined;
  }

  markReady(): void {
    if (this.state === "starting" && !this.dead) {
      this.readyAt = steadyNow();
      this.#options.listener.changed();
    }
  }

  /** Asks it to go: drain, then SIGTERM, then the kill of its process tree, each with its deadline. */
  dismiss(drainOrder: DrainOrder): void {
    if (this.dismissed || this.#gone) {
      return;
    }
    this.dismissed = true;
    this.#graceful = drainOrder.graceful;
    this.#ending.startDrain(drainOrder.drainTimeout);
    const { handoff, idleGraceMs, streamGraceMs, spreadMs } = drainOrder;
    if (!this.send({ type: "drain", handoff, idleGraceMs, streamGraceMs, spreadMs })) {
      this.terminate();
    }
    // After the drain has begun: what the app closes now, in its own way, must not be what is about to be handed over.
    if (drainOrder.graceful && this.connected) {
      this.#options.worker.send("shutdown", () => undefined);
    }
    this.#options.listener.changed();
  }

  /** Moves the deadline of its drain. Returns false if it does not drain, or was told SIGTERM already. */
  extendDrain(ms: number): boolean {
    const moved = this.#ending.extendDrain(ms);
    if (moved) {
      this.send({ type: "extend", ms });
      this.#options.listener.changed();
    }
    return moved;
  }

  /** SIGTERM or its twin without a drain, then the kill deadline; a second call changes nothing. */
  terminate(): void {
    this.dismissed = true;
    this.#ending.terminate();
  }

  /** Ends the process and all its descendants at once. */
  kill(): void {
    this.#ending.kill();
  }

  /** The app itself closed the channel: the worker can't be looked after any more, and must not stay. */
  #giveUpDisconnected(): void {
    if (this.dismissed || this.#gone) {
      return;
    }
    this.verdict = {
      code: "exited",
      message:
        "The app closed the channel to Hitless (process.disconnect or cluster.worker.disconnect), so the worker had to be ended.",
      exitCode: null,
      signal: null,
      stderr: this.stderrLines,
    };
    this.#ending.terminate();
  }

  #receive(message: WorkerToSupervisor, socket: Socket | undefined): void {
    switch (message.type) {
      case "fatal":
        this.#fatal = { error: message, at: steadyNow() };
        break;
      case "alone":
        // Not before the answer to a `listen` that was read with it: a server binds its port in the next ticks.
        setImmediate(() => this.send({ type: "alone" }));
        break;
      case "drain":
        this.drain = message;
        this.#options.listener.changed();
        if (message.done && !(this.#graceful && message.listens)) {
          this.terminate();
        }
        break;
      case "layers":
        this.layers.answered(message);
        break;
      case "trouble":
        this.#options.listener.log(
          "warning",
          "preloadTrouble",
          `Hitless's preload in worker ${this.id} failed: ${message.message}`,
        );
        break;
      case "hello":
      case "counted":
      case "beat":
      case "listening":
      case "connection":
      case "taken":
      case "refused":
        this.#options.listener.message(message, socket);
        break;
    }
  }

  /** @param failure Why there never was a process. */
  #finish(failure: Error | undefined): void {
    this.#exit ??= { code: null, signal: null };
    this.#gone = true;
    if (failure !== undefined) {
      const message = `The worker could not be started: ${failure.message}`;
      this.verdict = { code: "spawnFailed", message, exitCode: null, signal: null, stderr: [] };
    }
    this.layers.workerGone();
    this.#ending.cleanUp(() => this.#options.listener.exited());
  }
}
