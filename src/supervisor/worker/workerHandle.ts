import { Socket } from "node:net";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { type Failure, failureOf } from "../../shared/failure.ts";
import type { WorkerState } from "../../shared/snapshot.ts";
import { count } from "../../shared/text/count.ts";
import type { DrainProgress, ToWorkerBody, WorkerToSupervisor } from "../../shared/workerMessages.ts";
import { workerMessageCommand } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import { closeHandle, onInternalMessage } from "../internals.ts";
import { describeElsewhere, findHolder } from "../listening/listensElsewhere.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { explainDeath, type FatalError } from "../process/explainDeath.ts";
import { explainSpawn } from "../process/explainSpawn.ts";
import type { InspectPlace } from "../process/inspectFlags.ts";
import { WorkerEnding } from "../process/workerEnding.ts";
import type { ForkedWorker } from "../process/workerForker.ts";
import { type Exit, watchWorkerEnd } from "../process/workerProcess.ts";
import type { ListeningServer } from "./addresses.ts";
import { DeathCause } from "./deathCause.ts";
import type { DrainOrder } from "./drainOrder.ts";
import { LayerQuestions } from "./layerQuestions.ts";
import { ShutdownNotice } from "./notices/shutdownNotice.ts";
import { openWaitNotice, type WaitNotice } from "./notices/waitNotice.ts";
import { type Readiness, watchReadiness } from "./readiness.ts";
import { Vitals } from "./vitals.ts";
import { describePause, type Pause, WorkerDebugging, waitForDebuggerMs } from "./workerDebugging.ts";
import type { WorkerEvents } from "./workerEvents.ts";
import { isWellFormed } from "./workerMessageSchemas.ts";
import { portOf, WorkerServers } from "./workerServers.ts";

export interface WorkerHandleOptions extends ForkedWorker {
  readonly slot: number;
  readonly generation: number;
  readonly recipe: Pick<
    LaunchRecipe,
    "cwd" | "entry" | "env" | "killTimeout" | "waitReady" | "readyUrl" | "readyTimeout"
  >;
  readonly log: Pick<EventLog, "log">;
  readonly events: WorkerEvents<WorkerHandle>;
  /** The workers of the app, this one included or not. */
  readonly workers: () => Iterable<WorkerHandle>;
  /** Says which other app of Hitless listens on a port; `undefined` if none does. */
  readonly findOtherApp: (port: number, done: (text: string | undefined) => void) => void;
  /** Asks this worker for a URL; resolves with the status code. */
  readonly ask: (url: URL) => Promise<number>;
  /** Where the supervisor itself answers health checks. */
  readonly healthPort: () => number | undefined;
  /** Whether clients can connect where this worker listens; resolves with what is wrong. */
  readonly reach: () => Promise<string | undefined>;
}

const asksItself =
  "Meanwhile a connection from this machine waited at its address: if it is the app's own, the app must not wait for its answer, since clients are served only when it is ready.";

/** The primary's view of one worker: it outlives the process, and every method may be called at any time, again. */
export class WorkerHandle {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  readonly pid: number;
  readonly startedAt = steadyNow();
  readonly vitals = new Vitals();
  readonly layers: LayerQuestions;
  readonly debugging: WorkerDebugging;
  readonly #options: WorkerHandleOptions;
  readonly #servers: WorkerServers;
  readonly #cause = new DeathCause();
  readonly #ending: WorkerEnding;
  readonly #readiness: Readiness;
  #readyAt: number | undefined;
  #wasReady = false;
  #reachable = false;
  #drain: DrainProgress | undefined;
  #handedOver = 0;
  #dismissed = false;
  /** It is about to be told that its drain is done. */
  #isDrained = false;
  #killRequested = false;
  /** Why it is sent away, if it failed while it was still alive. */
  #verdict: Failure | undefined;
  #exit: Exit | undefined;
  #gone = false;
  /** Who of the app holds the port that it was refused, in sentences for a person. */
  #holder: string | undefined;
  #leaving: WaitNotice | undefined;
  /** It sent what looks like a message of its preload and is none. */
  #hasSentNonsense = false;
  /** In a gracefulReload, of an app that is still to be told `shutdown`, or was. */
  #notice: ShutdownNotice | undefined;

  constructor(options: WorkerHandleOptions) {
    const { worker, slot, generation, recipe, mark, events, ask, reach } = options;
    this.#options = options;
    this.id = worker.id;
    this.slot = slot;
    this.generation = generation;
    this.pid = worker.process.pid ?? 0;
    this.#servers = new WorkerServers();
    this.layers = new LayerQuestions(`worker ${this.id}`, (body) => this.send(body));
    this.debugging = new WorkerDebugging({
      pid: this.pid,
      inspector: options.inspector,
      opensItself: options.inspectPlace !== undefined || options.waits !== "no",
      send: (body) => this.send(body),
      opensBySignal: () => this.vitals.inspectable,
      seenAt: () => Math.max(this.startedAt, this.vitals.seenAt),
      changed: (pause) => this.#pauseChanged(pause),
      inspectorChanged: () => events.debugging(this),
      late: () =>
        this.warn(
          "debuggerLate",
          `worker ${this.id} waited ${waitForDebuggerMs} ms for a debugger and starts without one`,
        ),
    });
    this.#ending = new WorkerEnding({
      id: this.id,
      pid: this.pid,
      killTimeout: recipe.killTimeout,
      mark,
      signal: (name) => worker.process.kill(name),
      sayLeave: (sent) => {
        if (!this.send({ type: "leave", bySignal: true }, undefined, () => sent())) {
          sent();
        }
      },
      sayTerminate: () => this.send({ type: "terminate" }),
      warn: (code, message) => this.warn(code, message),
      unlessPaused: (act) => this.debugging.unlessPaused(act),
    });
    this.#readiness = watchReadiness({
      recipe,
      ask,
      reach,
      ready: () => this.markReady(),
      unready: () => this.#markUnready(),
      late: (code, message) => this.#markLate(code, message),
      waits: (what) => this.#tell("notReadyYet", `is not ready: ${describePause(this.debugging.pause) ?? what}`),
      unlessPaused: (act) => this.debugging.unlessPaused(act),
      unreachable: (what) => this.warn("unreachable", `worker ${this.id} listens, but nobody could connect: ${what}`),
    });
    events.acceptor.follow(
      worker,
      (on) => this.send({ type: "accept", on }),
      (port) => void this.send({ type: "whose", port }),
    );
    this.#listen();
    if (options.waits !== "no") {
      // Later: whoever has it started is not to hear of it before it has it.
      const deadlineMs = options.waits === "briefly" ? waitForDebuggerMs : undefined;
      queueMicrotask(() => this.debugging.waits(true, deadlineMs));
    }
  }

  get state(): WorkerState {
    if (this.#gone) {
      return "exited";
    }
    if (this.#dismissed) {
      return "draining";
    }
    return this.#readyAt === undefined ? "starting" : "ready";
  }

  /** Where flags of the user's own have the worker of slot 1 debugged. */
  get inspectPlace(): InspectPlace | undefined {
    return this.#options.inspectPlace;
  }

  /** Where a debugger looks for its inspector that has opened it by a signal. */
  get signalPlace(): InspectPlace {
    return this.#options.signalPlace;
  }

  /** `NAME=value` in the environment of this worker and of all that it starts. */
  get mark(): string {
    return this.#options.mark;
  }

  /** Whether it was ready once, though it may not be now. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** On the monotonic clock; `undefined` while it is not ready. */
  get readyAt(): number | undefined {
    return this.#readyAt;
  }

  /**
   * Whether clients could reach it, if only for a while: it was given connections, or it listens where it needs none to be given
   * (alone on a port, or for datagrams).
   */
  get wasReachable(): boolean {
    return this.#reachable;
  }

  /** Keys of the servers that listen, with their addresses as people write them. */
  get servers(): ReadonlyMap<string, ListeningServer> {
    return this.#servers.all;
  }

  /** Ports and paths on which it wanted to listen and did not, or did for a moment. */
  get tried(): ReadonlySet<number | string> {
    return this.#servers.tried;
  }

  /** What it last told of its drain. */
  get drain(): DrainProgress | undefined {
    return this.#drain;
  }

  /** Connections of it that have come here to be handed over: it may have ended before it could tell of the last ones. */
  get handedOver(): number {
    return this.#handedOver;
  }

  /** Whether the supervisor asked it to go; an exit without that is unexpected. */
  get dismissed(): boolean {
    return this.#dismissed;
  }

  /** Somebody asked for its death, so it counts as no crash. */
  get killRequested(): boolean {
    return this.#killRequested;
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
    return this.#servers.addresses;
  }

  /** Whether the process can still be sent anything. */
  get connected(): boolean {
    return !this.#gone && this.#exit === undefined && this.#options.worker.isConnected();
  }

  /** Milliseconds it was ready, or 0. */
  get readyMs(): number {
    return this.#readyAt === undefined ? 0 : steadyNow() - this.#readyAt;
  }

  /** Why it ended; only sensible once its state is `exited`. */
  get failure(): Failure {
    const exitCode = this.#exit?.code ?? null;
    const signal = this.#exit?.signal ?? null;
    if (this.#verdict !== undefined) {
      return { ...this.#verdict, exitCode, signal };
    }
    return explainDeath({
      entry: this.#options.recipe.entry,
      exitCode,
      signal,
      stderr: this.stderrLines,
      lastLine: this.#options.lastLine(),
      fatal: this.#error,
      holder: this.#holder,
      healthPort: this.#options.healthPort(),
      wasReady: this.#wasReady,
      appListensOn: (port) => [...this.#options.workers()].some((other) => other !== this && other.listensOn(port)),
    });
  }

  /** Where it could not listen, if that is why it ended: a port, or the path of a Unix socket. */
  get refusedPlace(): number | string | undefined {
    const cause = this.failure.code === "portInUse" ? this.#error : undefined;
    return cause && (cause.port !== null && cause.port > 0 ? cause.port : (cause.address ?? undefined));
  }

  /** The error that ended it. */
  get #error(): FatalError | undefined {
    const hasListened = this.#wasReady || this.#servers.size > 0;
    return this.#cause.find({ exit: this.#exit, hasListened, stderr: this.stderrLines });
  }

  get stderrLines(): string[] {
    return this.#options.stderr.lines();
  }

  /** Whether it was a script that ran to its end: exit code 0 without ever having been ready or listened. */
  get finished(): boolean {
    return (
      this.#gone && this.#exit?.code === 0 && !this.#wasReady && this.#servers.size === 0 && this.#verdict === undefined
    );
  }

  /**
   * Sends one of our messages. Returns false, and drops it, if the worker can't be reached.
   * @param written Called later, when it has been written; with `false` if it could not be after all: a worker that dies still
   *   looks connected for a while.
   */
  send(body: ToWorkerBody, socket?: Socket, written?: (done: boolean) => void): boolean {
    if (!this.connected) {
      return false;
    }
    // The primary keeps its copy of a socket until the worker says that it has taken the connection.
    // What `send` returns tells of back-pressure, not of failure.
    const message = { cmd: workerMessageCommand, ...body };
    this.#options.worker.process.send(message, socket, { keepOpen: true }, (error) =>
      written?.(!(error instanceof Error)),
    );
    return true;
  }

  /** Whether the process has ended, though what it wrote may not have been read. */
  get dead(): boolean {
    return this.#exit !== undefined;
  }

  /** Whether one of its servers has this port. */
  listensOn(port: number): boolean {
    return this.#servers.listensOn(port);
  }

  /** A server began to listen; it counts once the worker has said that it still does. */
  announceServer(key: string, server: ListeningServer, tried: readonly (number | string)[]): void {
    this.#servers.announce(key, server, tried);
    this.send({ type: "listens", server: key });
  }

  /** A server that was announced still listens. */
  confirmServer(key: string): void {
    const server = this.#servers.announced(key);
    if (server !== undefined) {
      this.addServer(key, server);
    }
  }

  /** A server listens no more. */
  removeServer(key: string): void {
    this.#servers.retract(key);
    if (!this.#dismissed && this.#servers.remove(key)) {
      this.#readiness.closed(this.#servers.size);
      this.#options.events.listening(this);
    }
  }

  /** One more of its servers listens. */
  addServer(key: string, server: ListeningServer): void {
    const port = portOf(key);
    this.#reachable ||= port !== undefined && !this.#options.events.acceptor.listensOn(port);
    this.#servers.add(key, server);
    this.#readiness.listening();
    this.#options.events.listening(this);
  }

  /** It is given connections from now on. */
  noteAdmitted(): void {
    this.#reachable = true;
  }

  markReady(): void {
    if (this.state === "starting" && !this.dead) {
      this.#readyAt = steadyNow();
      this.#wasReady = true;
      this.#options.events.ready(this);
    }
  }

  /** A connection of it has come here; `id` is its number, from 1. */
  countHandover(id: number): void {
    this.#handedOver = id;
  }

  /** Its preload has reported an uncaught exception. */
  noteFatal(error: FatalError): void {
    this.#cause.noteFatal(error);
  }

  /** A server of it could not listen; the app may end without saying so. */
  noteListenFailure(error: FatalError): void {
    this.#cause.noteListenFailure(error);
  }

  noteDrain(progress: DrainProgress): void {
    if (!this.#dismissed) {
      return;
    }
    this.#drain = progress;
    this.#options.events.changed(this);
    if (this.#notice !== undefined && progress.listens) {
      if (progress.settled && !this.#notice.isOver) {
        this.#afterDrain(() => this.#notice?.giveNow());
      }
    } else if (progress.done && !this.#ending.isTerminating) {
      this.#afterDrain(() => this.terminate());
    }
  }

  /** What follows a drain that is done, once it was told. */
  #afterDrain(act: () => void): void {
    if (!this.#isDrained) {
      this.#isDrained = true;
      this.#options.events.drained(this, () => {
        this.#isDrained = false;
        act();
      });
    }
  }

  /** Nothing but its channel keeps it alive, though its servers are open. */
  noteAlone(): void {
    if (this.#dismissed && !this.#ending.isTerminating) {
      this.#afterDrain(() => this.terminate());
    }
  }

  warn(code: string, message: string): void {
    this.#options.log.log("warning", code, message, this.id);
  }

  /** Asks it to go: drain, then SIGTERM, then the kill of its process tree, each with its deadline. */
  dismiss(drainOrder: DrainOrder): void {
    if (this.#dismissed || this.#gone) {
      return;
    }
    this.#dismissed = true;
    this.#watchLeaving();
    this.#ending.startDrain(drainOrder.drainTimeout);
    // Not before all that has been accepted for it is on its way: what comes after the order is not answered.
    this.#options.events.acceptor.leave(this.id, () => this.#orderDrain(drainOrder));
    this.#options.events.changed(this);
  }

  /** What is waited for while it leaves. */
  #whatHoldsIt(): string {
    if (this.#ending.isTerminating) {
      return `has not ended since it was told to; it is killed ${this.#options.recipe.killTimeout} ms after that`;
    }
    const paused = describePause(this.debugging.pause);
    if (paused !== undefined) {
      return `drains, and ${paused}; no time of its drain passes until it is continued`;
    }
    const { requests = 0, connections = 0 } = this.#drain ?? {};
    const has = [count(requests, "request"), count(connections, "connection")].join(" and ");
    return this.#drain === undefined ? "drains, and has not told what it still has" : `drains, and still has ${has}`;
  }

  /** A debugger has stopped it, or it goes on: its deadlines stand still meanwhile. */
  #pauseChanged(pause: Pause | undefined): void {
    if (pause === undefined) {
      const stoodMs = this.#ending.release();
      this.#readiness.release();
      if (stoodMs > 0) {
        // Its own clock of the drain has run on.
        this.send({ type: "extend", ms: stoodMs });
      }
    } else {
      this.#ending.hold(pause.since);
      this.#readiness.hold(pause.since);
    }
    this.#options.events.debugging(this);
  }

  #tell(code: string, what: string): void {
    this.#options.log.log("info", code, `worker ${this.id} ${what}`, this.id);
  }

  #sayShutdown(): void {
    if (this.connected) {
      this.#options.worker.send("shutdown", () => undefined);
      this.send({ type: "leave", bySignal: false });
    }
  }

  /** Moves the deadline of its drain. Returns false if it does not drain, or was told SIGTERM already. */
  extendDrain(ms: number): boolean {
    const moved = this.#ending.extendDrain(ms);
    if (moved) {
      this.send({ type: "extend", ms });
      this.#options.events.changed(this);
    }
    return moved;
  }

  /** SIGTERM or its twin without a drain, then the kill deadline; a second call changes nothing. */
  terminate(): void {
    this.#dismissed = true;
    this.#options.events.acceptor.leave(this.id, () => undefined);
    this.#watchLeaving();
    this.#notice?.cancel();
    this.#ending.terminate();
  }

  /**
   * Ends the process and all its descendants at once.
   * @param why `asked` for by somebody: then its death counts as no crash; `stopping` with the app, as if it had been told
   *   to go before; or `unfit`, and its death is a failure of its slot.
   */
  kill(why: "asked" | "stopping" | "unfit"): void {
    this.#killRequested ||= why === "asked";
    this.#dismissed ||= why === "stopping";
    this.#options.events.acceptor.leave(this.id, () => undefined);
    this.#ending.kill();
  }

  #orderDrain({ handoff, graceful, idleGraceMs, streamGraceMs, spreadMs, drainTimeout }: DrainOrder): void {
    if (!this.send({ type: "drain", handoff, idleGraceMs, streamGraceMs, spreadMs })) {
      this.terminate();
    }
    if (graceful) {
      this.#notice = new ShutdownNotice(drainTimeout, () => this.#sayShutdown());
    }
  }

  /** Says what holds it if it takes long to go. */
  #watchLeaving(): void {
    this.#leaving ??= openWaitNotice(
      () => this.#whatHoldsIt(),
      (what) => this.#tell("leaving", what),
    );
  }

  #listen(): void {
    const { worker, events } = this.#options;
    onInternalMessage(worker.process, (message, sent) => {
      if (!isOurs(message)) {
        return;
      }
      const socket = sent instanceof Socket ? sent : undefined;
      const isKnown = isWellFormed(message);
      if (isKnown === true) {
        const handle = events.messages[message.type] as (...told: [WorkerHandle, WorkerToSupervisor, unknown]) => void;
        handle(this, message, socket);
      }
      if (isKnown !== true || message.type !== "connection") {
        // Nobody else would close what came along.
        closeHandle(sent);
      }
      if (isKnown === false && !this.#hasSentNonsense) {
        this.#hasSentNonsense = true;
        const what = `a message that only Hitless's own code in it sends ("${message.type}"), and not with its fields`;
        this.warn("strangeMessage", `worker ${this.id} sent ${what}; such messages are ignored`);
      }
    });
    worker.on("message", (message: unknown) => {
      this.#readiness.appMessage(message);
      events.appMessage(this, message);
    });
    worker.on("listening", (told) => {
      // The preload tells of other servers, only the cluster itself tells of these; the app can send that too.
      const { address, port, addressType }: Readonly<Record<"address" | "port" | "addressType", unknown>> = told;
      const isAddress = typeof address === "string" || address === null || address === undefined;
      if (typeof addressType === "string" && addressType.startsWith("udp") && typeof port === "number" && isAddress) {
        const url = `udp://${address ?? "127.0.0.1"}:${port}`;
        this.addServer(`udp|${port}`, { url, protocol: "udp", handoff: false, systemPort: false });
      }
    });
    worker.process.once("disconnect", () => events.unreachable(this));
    watchWorkerEnd(worker, {
      disconnected: () => this.#giveUpDisconnected(),
      exited: (exit) => {
        this.#exit = exit;
        this.#cause.exited();
        this.#leaving?.stop();
        this.#ending.exited();
      },
      gone: (failure) => this.#finish(failure),
    });
  }

  /** It listens nowhere any more, so it counts as one that starts until it does. */
  #markUnready(): void {
    if (this.state === "ready") {
      const { readyTimeout } = this.#options.recipe;
      this.#readyAt = undefined;
      this.warn(
        "unready",
        `worker ${this.id} has closed its last server; it has ${readyTimeout} ms (readyTimeout) to listen again`,
      );
      this.#options.events.unready(this);
    }
  }

  #markLate(code: Failure["code"], message: string): void {
    const tell = (reason: string): void => {
      if (!this.dead) {
        this.#verdict = failureOf(code, reason, this.stderrLines);
        this.#options.events.notReady(this, this.#verdict);
      }
    };
    if (code === "notReady" && this.#servers.size === 0 && !this.dead) {
      describeElsewhere(this, (elsewhere) => tell(elsewhere === undefined ? message : `${message} ${elsewhere}`));
    } else if (this.#servers.size > 0 && this.#options.events.acceptor.hasWaitingFromHere(this.id)) {
      tell(`${message} ${asksItself}`);
    } else {
      tell(message);
    }
  }

  /** The app itself closed the channel: the worker can't be looked after any more, and must not stay. */
  #giveUpDisconnected(): void {
    if (!this.#dismissed && !this.#gone) {
      const message =
        "The app closed the channel to Hitless (process.disconnect or cluster.worker.disconnect), so the worker had to be ended.";
      this.#verdict = failureOf("exited", message, this.stderrLines);
      this.#ending.terminate();
    }
  }

  /** @param failure Why there never was a process. */
  #finish(failure: Error | undefined): void {
    this.#exit ??= { code: null, signal: null };
    this.#gone = true;
    this.#notice?.cancel();
    if (failure !== undefined) {
      this.#verdict = failureOf("spawnFailed", explainSpawn(failure, this.#options.recipe.cwd));
    }
    this.layers.workerGone();
    this.debugging.gone();
    this.#readiness.stop();
    this.#leaving?.stop();
    const { events } = this.#options;
    if (this.#dismissed) {
      this.#ending.cleanUp(() => {
        events.cleanedUp(this);
        events.exited(this);
      });
    } else {
      this.#inquire(() => events.exited(this));
      this.#ending.cleanUp(() => events.cleanedUp(this));
    }
  }

  /** Finds out who holds the port that it was refused, if it was. */
  #inquire(done: () => void): void {
    const { workers, findOtherApp } = this.#options;
    const place = this.refusedPlace;
    if (typeof place !== "number") {
      done();
      return;
    }
    const others = [...workers()].filter((other) => other !== this);
    findHolder({ port: place, others, findOtherApp }, (holder) => {
      this.#holder = holder;
      done();
    });
  }
}

function isOurs(message: unknown): message is WorkerToSupervisor {
  return typeof message === "object" && message !== null && "cmd" in message && message.cmd === workerMessageCommand;
}
