import type { Worker } from "node:cluster";
import type { Socket } from "node:net";
import type { Failure } from "../shared/failure.ts";
import type { WorkerState } from "../shared/snapshot.ts";
import type { DrainProgress, ToWorkerBody, WorkerToSupervisor } from "../shared/workerMessages.ts";
import { workerMessageCommand } from "../shared/workerMessages.ts";
import { type AcceptGuardOptions, guardAccepts, type StrandedConnection } from "./acceptGuard.ts";
import { explainDeath, type FatalError } from "./bootFailure.ts";
import { steadyNow } from "./clock.ts";
import { listFamily, listMarked, type Relative } from "./family.ts";
import { createVitals, type Vitals } from "./health.ts";
import type { InspectorDoor } from "./inspectorDoor.ts";
import { killTree } from "./killTree.ts";
import { createLayerQuestions, type LayerQuestions } from "./layers/questions.ts";
import { endOrphans } from "./orphans.ts";
import type { StderrTail } from "./stderrTail.ts";
import { type StackFrames, takeStack } from "./stuckStack.ts";

/** An exception counts as the cause of an exit that follows it within this time, in milliseconds. */
const fatalCountsForMs = 5_000;

/** After an exit its output may still be in the pipes; somebody else may hold them open for ever. */
const outputDeadlineMs = 200;

/** The longest time a timer of Node can wait, in milliseconds. */
const longestDrainMs = 2_147_483_647;

/** A channel that closes is mostly the first sign of an exit, which follows within this time, in milliseconds. */
const exitFollowsMs = 1_000;

/** How a worker is asked to go. */
export interface Farewell {
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
  readonly inspector: InspectorDoor;
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
  readonly servers = new Map<string, { readonly url: string; readonly handoff: boolean }>();
  readonly vitals: Vitals = createVitals();
  readonly layers: LayerQuestions = createLayerQuestions(
    (body) => this.send(body),
    () => `worker ${this.id}`,
  );
  readyAt: number | undefined;
  drainingSince: number | undefined;
  drainDeadline: number | undefined;
  drain: DrainProgress | undefined;
  /** Whether it was killed because it did not go by itself. */
  killed = false;
  /** Whether the supervisor asked it to go; an exit without that is unexpected. */
  dismissed = false;
  /** Somebody asked for its death, so it counts as no crash. */
  killRequested = false;
  /** Why it is sent away, if it failed while it was still alive. */
  verdict: Failure | undefined;
  readonly #options: WorkerHandleOptions;
  #exit: { readonly code: number | null; readonly signal: string | null } | undefined;
  #gone = false;
  #fatal: { readonly error: FatalError; readonly at: number } | undefined;
  readonly #stranded: () => StrandedConnection[];
  #deadline: NodeJS.Timeout | undefined;
  #graceful = false;
  /** It was told SIGTERM. */
  #terminating = false;
  /** Descendants it had when it was told to end. */
  #family: readonly Relative[] = [];

  constructor(options: WorkerHandleOptions) {
    const { worker, slot, generation } = options;
    this.#options = options;
    this.id = worker.id;
    this.slot = slot;
    this.generation = generation;
    this.pid = worker.process.pid ?? 0;
    this.#stranded = guardAccepts(worker.process, options.listener.accepts);
    this.#watch(worker);
  }

  get state(): WorkerState {
    if (this.#gone) {
      return "exited";
    }
    if (this.drainingSince !== undefined || this.dismissed) {
      return "draining";
    }
    return this.readyAt === undefined ? "starting" : "ready";
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

  /** Where its JavaScript is just now, though its event loop is blocked. */
  async takeStack(): Promise<StackFrames> {
    const url = await this.#options.inspector.open(this.pid);
    try {
      return await takeStack(url);
    } finally {
      this.send({ type: "closeInspector" });
    }
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
  dismiss(farewell: Farewell): void {
    if (this.dismissed || this.#gone) {
      return;
    }
    this.dismissed = true;
    this.drainingSince = steadyNow();
    this.drainDeadline = this.drainingSince + farewell.drainTimeout;
    this.#graceful = farewell.graceful;
    this.#awaitDrain(farewell.drainTimeout);
    if (farewell.graceful && this.connected) {
      this.#options.worker.send("shutdown", () => undefined);
    }
    const { handoff, idleGraceMs, streamGraceMs, spreadMs } = farewell;
    if (!this.send({ type: "drain", handoff, idleGraceMs, streamGraceMs, spreadMs })) {
      this.terminate();
    }
    this.#options.listener.changed();
  }

  /** Moves the deadline of its drain. Returns false if it does not drain, or was told SIGTERM already. */
  extendDrain(ms: number): boolean {
    if (this.#gone || this.#terminating || this.drainDeadline === undefined) {
      return false;
    }
    this.drainDeadline = Math.min(Math.max(this.drainDeadline, steadyNow()) + ms, steadyNow() + longestDrainMs);
    this.#awaitDrain(this.drainDeadline - steadyNow());
    this.#options.listener.changed();
    return true;
  }

  /** SIGTERM (on Windows its twin message, since Node can't catch the signal there), then the kill deadline. */
  terminate(): void {
    this.dismissed = true;
    this.#end();
  }

  /** Tells it to end; a second call changes nothing, since many apps take a second SIGTERM for "at once". */
  #end(): void {
    if (this.#gone || this.#terminating) {
      return;
    }
    this.#terminating = true;
    this.#after(this.#options.killTimeout, () => {
      this.#options.listener.log(
        "warning",
        "killTimeout",
        `worker ${this.id} ignored SIGTERM for ${this.#options.killTimeout} ms (killTimeout); killing its process tree`,
      );
      this.kill();
    });
    // What it started is listed while it can still be told whose it is.
    listFamily(this.pid, (family) => {
      this.#family = family;
      this.#signalEnd();
    });
  }

  #signalEnd(): void {
    if (process.platform !== "win32") {
      this.#options.worker.process.kill("SIGTERM");
    } else if (!this.send({ type: "terminate" })) {
      this.kill();
    }
  }

  /** Ends the process and all its descendants at once. */
  kill(): void {
    if (this.#gone) {
      return;
    }
    this.killed = true;
    clearTimeout(this.#deadline);
    killTree(this.pid, () => {
      this.#options.worker.process.kill("SIGKILL");
    });
  }

  #awaitDrain(ms: number): void {
    this.#after(ms, () => {
      const took = steadyNow() - (this.drainingSince ?? steadyNow());
      this.#options.listener.log(
        "warning",
        "drainTimeout",
        `worker ${this.id} did not finish within ${took} ms (drainTimeout); sending SIGTERM`,
      );
      this.terminate();
    });
  }

  #after(ms: number, act: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(act, ms);
  }

  #watch(worker: Worker): void {
    const { listener } = this.#options;
    worker.on("error", (error) => {
      // A channel that breaks while the worker dies is reported here; the exit follows.
      if (worker.process.pid === undefined) {
        this.verdict = {
          code: "spawnFailed",
          message: `The worker could not be started: ${error.message}`,
          exitCode: null,
          signal: null,
          stderr: [],
        };
        this.#finish(null, null);
      }
    });
    worker.process.on("internalMessage" as "message", (message: unknown, socket: unknown) => {
      if (isOurs(message)) {
        this.#receive(message, socket as Socket | undefined);
      }
    });
    worker.on("message", (message: unknown) => listener.appMessage(message));
    worker.on("listening", (address) => {
      // The preload tells of servers; only the cluster itself tells of UDP sockets.
      if (String(address.addressType).startsWith("udp")) {
        listener.udpListening(address.address, address.port);
      }
    });
    worker.on("disconnect", () => {
      if (this.#exit === undefined && !this.dismissed) {
        this.#after(exitFollowsMs, () => this.#giveUpDisconnected());
      }
    });
    // An exit comes before the last output and the last messages have been read.
    let outputRead = false;
    worker.process.once("close", () => {
      outputRead = true;
      this.#finishIf(outputRead);
    });
    worker.process.once("disconnect", () => this.#finishIf(outputRead));
    worker.process.once("exit", (code, signal) => {
      this.#exit = { code, signal };
      clearTimeout(this.#deadline);
      this.#deadline = setTimeout(() => this.#finish(code, signal), outputDeadlineMs);
      this.#finishIf(outputRead);
    });
  }

  #finishIf(outputRead: boolean): void {
    if (this.#exit !== undefined && outputRead && !this.#options.worker.process.connected) {
      this.#finish(this.#exit.code, this.#exit.signal);
    }
  }

  /** The app itself closed the channel: the worker can't be looked after any more, and must not stay. */
  #giveUpDisconnected(): void {
    this.verdict = {
      code: "exited",
      message:
        "The app closed the channel to Hitless (process.disconnect or cluster.worker.disconnect), so the worker had to be ended.",
      exitCode: null,
      signal: null,
      stderr: this.stderrLines,
    };
    this.#end();
  }

  #receive(message: WorkerToSupervisor, socket: Socket | undefined): void {
    switch (message.type) {
      case "fatal":
        this.#fatal = { error: message, at: steadyNow() };
        break;
      case "alone":
        this.send({ type: "alone" });
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

  #finish(code: number | null, signal: string | null): void {
    if (this.#gone) {
      return;
    }
    this.#exit = { code, signal };
    this.#gone = true;
    this.layers.workerGone();
    clearTimeout(this.#deadline);
    const { killTimeout, listener } = this.#options;
    // Of a worker that died by itself nobody knows the children; what they inherited tells whose they are.
    endOrphans(this.#terminating ? this.#family : listMarked(this.#options.mark), {
      killTimeout,
      found: (pids) =>
        listener.log(
          "warning",
          "orphans",
          `worker ${this.id} is gone; ending what it left behind: pid ${pids.join(", ")}`,
        ),
      done: () => listener.exited(),
    });
  }
}

function isOurs(message: unknown): message is WorkerToSupervisor {
  return typeof message === "object" && message !== null && "cmd" in message && message.cmd === workerMessageCommand;
}
