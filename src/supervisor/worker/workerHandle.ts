import type { Socket } from "node:net";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Failure } from "../../shared/failure.ts";
import type { WorkerState } from "../../shared/snapshot.ts";
import { workerName } from "../../shared/text/workerName.ts";
import type { DrainProgress, ToWorkerBody, WorkerToSupervisor } from "../../shared/workerMessages.ts";
import { workerMessageCommand } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import { sendInPipeline } from "../internals.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { InspectPlace } from "../process/inspectFlags.ts";
import type { ForkedWorker } from "../process/workerForker.ts";
import { watchWorkerEnd } from "../process/workerProcess.ts";
import type { ListeningServer } from "./addresses.ts";
import type { DeathCause } from "./deathCause.ts";
import { LayerQuestions } from "./layerQuestions.ts";
import type { DrainOrder } from "./leaving/drainOrder.ts";
import { WorkerLeaving } from "./leaving/workerLeaving.ts";
import { hearWorker } from "./messages/hearWorker.ts";
import { Vitals } from "./vitals.ts";
import { WorkerDeath } from "./workerDeath.ts";
import { describePause, type Pause, WorkerDebugging, waitForDebuggerMs } from "./workerDebugging.ts";
import type { WorkerEvents } from "./workerEvents.ts";
import { WorkerServing } from "./workerServing.ts";

export interface WorkerHandleOptions extends ForkedWorker {
  readonly slot: number;
  readonly generation: number;
  readonly recipe: Pick<
    LaunchRecipe,
    | "cwd"
    | "entry"
    | "env"
    | "args"
    | "autorestart"
    | "stopSignal"
    | "killTimeout"
    | "server"
    | "waitReady"
    | "readyUrl"
    | "warmup"
    | "shareTickets"
    | "readyTimeout"
    | "minReady"
  >;
  readonly log: Pick<EventLog, "log">;
  readonly events: WorkerEvents<WorkerHandle>;
  /** The workers of the app, this one included or not. */
  readonly workers: () => Iterable<WorkerHandle>;
  /** Says which other app of Hitless listens on a port; `undefined` if none does. */
  readonly findOtherApp: (port: number, done: (text: string | undefined) => void) => void;
  /** Asks this worker for a URL; resolves with the status code. */
  readonly ask: (url: URL) => Promise<number>;
  /** Asks this worker for each path; resolves with what is wrong with which. */
  readonly warmUp: (paths: readonly string[]) => Promise<readonly string[]>;
  /** Where the supervisor itself answers health checks. */
  readonly healthPort: () => number | undefined;
  /** Whether clients can connect where this worker listens; resolves with what is wrong. */
  readonly reach: () => Promise<string | undefined>;
}

/** The primary's view of one worker: it outlives the process, and every method may be called at any time, again. */
export class WorkerHandle {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  /** `worker 1 · gen 4`, in messages. */
  readonly name: string;
  readonly pid: number;
  readonly startedAt = steadyNow();
  readonly vitals = new Vitals();
  readonly layers: LayerQuestions;
  readonly debugging: WorkerDebugging;
  /** The errors that its preload has reported. */
  readonly cause: DeathCause;
  readonly #options: WorkerHandleOptions;
  readonly #death: WorkerDeath;
  readonly #leaving: WorkerLeaving;
  readonly #serving: WorkerServing;
  #handedOver = 0;

  constructor(options: WorkerHandleOptions) {
    const { worker, slot, generation, recipe, mark, events, ask, warmUp, reach } = options;
    this.#options = options;
    this.id = options.id;
    this.slot = slot;
    this.generation = generation;
    this.pid = worker.process.pid ?? 0;
    this.name = workerName(this);
    this.layers = new LayerQuestions(this.name, (body) => this.send(body));
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
        this.warn("debuggerLate", `${this.name} waited ${waitForDebuggerMs} ms for a debugger and starts without one`),
    });
    this.#death = new WorkerDeath({
      recipe,
      stderr: () => this.stderrLines,
      lastLine: options.lastLine,
      healthPort: options.healthPort,
      others: () => [...options.workers()].filter((other) => other !== this),
      findOtherApp: options.findOtherApp,
      wasReady: () => this.wasReady,
      hasListened: () => this.#serving.hasListened,
    });
    this.cause = this.#death.cause;
    const common = {
      id: this.id,
      name: this.name,
      pid: this.pid,
      send: (body: ToWorkerBody) => this.send(body),
      unlessPaused: (act: () => void) => this.debugging.unlessPaused(act),
      describePause: () => describePause(this.debugging.pause),
      warn: (code: string, message: string) => this.warn(code, message),
      tell: (code: string, what: string) => this.#tell(code, what),
    };
    this.#leaving = new WorkerLeaving({
      ...common,
      stopSignal: recipe.stopSignal,
      killTimeout: recipe.killTimeout,
      mark,
      signal: (name) => worker.process.kill(name),
      sayLeave: (sent) => {
        if (!this.send({ type: "leave", signal: recipe.stopSignal }, undefined, () => sent())) {
          sent();
        }
      },
      sayTerminate: () => this.send({ type: "terminate", signal: recipe.stopSignal }),
      sayShutdown: () => this.#sayShutdown(),
      leaveAcceptor: (left) => events.acceptor.leave(this.id, left),
      drained: (end) => events.drained(this, () => this.layers.whenSampled(end)),
      changed: () => events.changed(this),
    });
    this.#serving = new WorkerServing({
      ...common,
      recipe,
      ask,
      warmUp,
      reach,
      acceptor: events.acceptor,
      isMeantToServe: () => !this.dismissed && !this.dead,
      isDismissed: () => this.dismissed,
      isDead: () => this.dead,
      listening: () => events.listening(this),
      ready: () => events.ready(this),
      unready: () => events.unready(this),
      notReady: (code, reason) => events.notReady(this, this.#death.judge(code, reason)),
    });
    events.acceptor.follow(
      { id: this.id, worker, sharesTickets: recipe.shareTickets },
      (on) => this.send({ type: "accept", on }),
      (client) => void this.send({ type: "whose", ...client }),
    );
    this.#listen();
    if (options.waits !== "no") {
      // Later: whoever has it started is not to hear of it before it has it.
      const deadlineMs = options.waits === "briefly" ? waitForDebuggerMs : undefined;
      queueMicrotask(() => this.debugging.waits(true, deadlineMs));
    }
  }

  get state(): WorkerState {
    if (this.#death.isGone) {
      return "exited";
    }
    if (this.dismissed) {
      return "draining";
    }
    return this.readyAt === undefined ? "starting" : "ready";
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
    return this.#serving.wasReady;
  }

  /** On the monotonic clock; `undefined` while it is not ready. */
  get readyAt(): number | undefined {
    return this.#serving.readyAt;
  }

  /**
   * Whether clients could reach it, if only for a while: it was given connections, or it listens where it needs none to be given
   * (alone on a port, or for datagrams).
   */
  get wasReachable(): boolean {
    return this.#serving.wasReachable;
  }

  /** Keys of the servers that listen, with their addresses as people write them. */
  get servers(): ReadonlyMap<string, ListeningServer> {
    return this.#serving.servers.all;
  }

  /** Ports and paths on which it wanted to listen and did not, or did for a moment. */
  get tried(): ReadonlySet<number | string> {
    return this.#serving.servers.tried;
  }

  /** Whether its environment (`PORT` and the like) or its arguments tell the app this port. */
  isToldPort(port: number): boolean {
    const { env, args } = this.#options.recipe;
    const text = String(port);
    const isTold = Object.entries(env).some(([name, value]) => value === text && name.toUpperCase().includes("PORT"));
    return isTold || args.some((argument) => argument === text || argument.endsWith(`=${text}`));
  }

  /** What it last told of its drain. */
  get drain(): DrainProgress | undefined {
    return this.#leaving.drain;
  }

  /** Connections of it that have come here to be handed over: it may have ended before it could tell of the last ones. */
  get handedOver(): number {
    return this.#handedOver;
  }

  /** Whether the supervisor asked it to go; an exit without that is unexpected. */
  get dismissed(): boolean {
    return this.#leaving.dismissed;
  }

  /** Somebody asked for its death, so it counts as no crash. */
  get killRequested(): boolean {
    return this.#leaving.killRequested;
  }

  /** When its drain began. */
  get drainingSince(): number | undefined {
    return this.#leaving.drainingSince;
  }

  /** When it will be told SIGTERM though it is not done. */
  get drainDeadline(): number | undefined {
    return this.#leaving.drainDeadline;
  }

  /** Whether it was killed because it did not go by itself. */
  get killed(): boolean {
    return this.#leaving.killed;
  }

  get addresses(): string[] {
    return this.#serving.servers.addresses;
  }

  /** Whether the process can still be sent anything. */
  get connected(): boolean {
    return !this.#death.isDead && this.#options.worker.isConnected();
  }

  /** Milliseconds it was ready, or 0. */
  get readyMs(): number {
    return this.readyAt === undefined ? 0 : steadyNow() - this.readyAt;
  }

  /** Why it ended; only sensible once its state is `exited`. */
  get failure(): Failure {
    return this.#death.failure;
  }

  /** Where it could not listen, if that is why it ended: a port, or the path of a Unix socket. */
  get refusedPlace(): number | string | undefined {
    return this.#death.refusedPlace;
  }

  get stderrLines(): string[] {
    return this.#options.stderr.lines();
  }

  /** Whether it was a script that ran to its end: exit code 0, without ever having been ready or listened unless `autorestart` is off. */
  get finished(): boolean {
    return this.#death.finished;
  }

  /**
   * Sends one of our messages. Returns false, and drops it, if the worker can't be reached.
   * @param written Called later, when it has been written; with `false` if it could not be after all (a worker that dies still
   *   looks connected for a while), or the worker has not got the socket.
   */
  send(body: ToWorkerBody, socket?: Socket, written?: (done: boolean) => void): boolean {
    if (!this.connected) {
      return false;
    }
    // The primary keeps its copy of a socket until the worker says that it has taken the connection.
    // What `send` returns tells of back-pressure, not of failure.
    const message = { cmd: workerMessageCommand, ...body };
    sendInPipeline(
      this.#options.worker.process,
      message,
      socket,
      { keepOpen: true },
      (error) => written?.(!(error instanceof Error)),
      () => written?.(false),
    );
    return true;
  }

  /** Whether the process has ended, though what it wrote may not have been read. */
  get dead(): boolean {
    return this.#death.isDead;
  }

  /** Whether one of its servers has this port. */
  listensOn(port: number): boolean {
    return this.#serving.servers.listensOn(port);
  }

  /** A server began to listen; it counts once the worker has said that it still does. */
  announceServer(key: string, server: ListeningServer, tried: readonly (number | string)[]): void {
    this.#serving.announce(key, server, tried);
  }

  /** A server that was announced still listens; `attended`: the app has a listener for what comes there. */
  confirmServer(key: string, attended: boolean): void {
    this.#serving.confirm(key, attended);
  }

  /** A server listens no more. */
  removeServer(key: string): void {
    this.#serving.remove(key);
  }

  /** It is given connections from now on. */
  noteAdmitted(): void {
    this.#serving.wasReachable = true;
  }

  markReady(): void {
    this.#serving.markReady();
  }

  /** Its process runs, and the app's first line is next. */
  noteRunning(): void {
    this.#serving.readiness.running();
  }

  /** A connection of it has come here; `id` is its number, from 1. */
  countHandover(id: number): void {
    this.#handedOver = id;
  }

  noteDrain(progress: DrainProgress): void {
    this.#leaving.noteDrain(progress);
  }

  /** Nothing but its channel keeps it alive, though its servers are open. */
  noteAlone(): void {
    this.#leaving.noteAlone();
  }

  warn(code: string, message: string): void {
    this.#options.log.log("warning", code, message, this.id);
  }

  /** Asks it to go: drain, then SIGTERM, then the kill of its process tree, each with its deadline. */
  dismiss(drainOrder: DrainOrder): void {
    if (!this.#death.isGone) {
      this.layers.workerLeaves();
      this.#leaving.dismiss(drainOrder);
    }
  }

  /** A debugger has stopped it, or it goes on: its deadlines stand still meanwhile. */
  #pauseChanged(pause: Pause | undefined): void {
    if (pause === undefined) {
      this.#leaving.release();
      this.#serving.readiness.release();
    } else {
      this.#leaving.hold(pause.since);
      this.#serving.readiness.hold(pause.since);
    }
    this.#options.events.debugging(this);
  }

  #tell(code: string, what: string): void {
    this.#options.log.log("info", code, `${this.name} ${what}`, this.id);
  }

  #sayShutdown(): void {
    if (this.connected) {
      this.#options.worker.send("shutdown", () => undefined);
      this.send({ type: "leave" });
    }
  }

  /** Moves the deadline of its drain. Returns false if it does not drain, or was told SIGTERM already. */
  extendDrain(ms: number): boolean {
    return this.#leaving.extendDrain(ms);
  }

  /** SIGTERM or its twin without a drain, then the kill deadline; a second call changes nothing. */
  terminate(): void {
    this.layers.workerLeaves();
    this.#leaving.terminate();
  }

  /**
   * Ends the process and all its descendants at once.
   * @param why `asked` for by somebody: then its death counts as no crash; `stopping` with the app, as if it had been told
   *   to go before; or `unfit`, and its death is a failure of its slot.
   */
  kill(why: "asked" | "stopping" | "unfit"): void {
    this.#leaving.kill(why);
  }

  #listen(): void {
    const { worker, events } = this.#options;
    hearWorker(worker, {
      told: (message, connection) => {
        const handle = events.messages[message.type] as (...told: [WorkerHandle, WorkerToSupervisor, unknown]) => void;
        handle(this, message, connection);
      },
      strange: (type) => {
        const what = `a message that only Hitless's own code in it sends ("${type}"), and not with its fields`;
        this.warn("strangeMessage", `${this.name} sent ${what}; such messages are ignored`);
      },
      appMessage: (message) => {
        this.#serving.readiness.appMessage(message);
        events.appMessage(this, message);
      },
      gift: () =>
        this.warn(
          "socketSent",
          `${this.name} sent a socket or server with process.send(): the cluster primary is Hitless here, which closes it`,
        ),
      datagrams: (key, server) => this.#serving.add(key, server),
    });
    worker.process.once("disconnect", () => events.unreachable(this));
    watchWorkerEnd(worker, {
      disconnected: () => this.#giveUpDisconnected(),
      exited: (exit) => {
        this.#death.exited(exit);
        this.#leaving.exited();
      },
      gone: (failure) => this.#finish(failure),
    });
  }

  /** The app itself closed the channel: the worker can't be looked after any more, and must not stay. */
  #giveUpDisconnected(): void {
    if (!this.dismissed && !this.#death.isGone) {
      const message =
        "The app closed the channel to Hitless (process.disconnect or cluster.worker.disconnect), so the worker had to be ended.";
      this.#death.judge("exited", message);
      this.#leaving.giveUp();
    }
  }

  /** @param failure Why there never was a process. */
  #finish(failure: Error | undefined): void {
    this.#death.gone(failure);
    this.#leaving.gone();
    this.layers.workerGone();
    this.debugging.gone();
    this.#serving.readiness.stop();
    const { events } = this.#options;
    if (this.dismissed) {
      this.#leaving.cleanUp(() => {
        events.cleanedUp(this);
        events.exited(this);
      });
    } else {
      this.#death.inquire(() => events.exited(this));
      this.#leaving.cleanUp(() => events.cleanedUp(this));
    }
  }
}
