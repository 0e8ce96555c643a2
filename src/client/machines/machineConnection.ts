import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { type Duplex, PassThrough, pipeline, type Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import {
  attachHeader,
  type Greeting,
  keepAlive,
  type MachineFacts,
  type MachineParams,
  type MachineRequestName,
  type MachineResult,
  machineRequests,
  type RunParams,
  refusalSchema,
  runPieceSchema,
} from "../../shared/machines/machineProtocol.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import { protocolVersion } from "../../shared/protocol.ts";
import type { Route, SocketAttempt } from "../connection/openSocket.ts";
import { linesOf, wholeText } from "./machineAnswers.ts";
import type { CommandResult, RunOptions } from "./runCommand.ts";
import type { Machine } from "./sshMachine.ts";
import {
  machineDeadlineMs,
  openSshSession,
  type SshEnded,
  type SshOptions,
  type SshSession,
  seconds,
} from "./sshSession.ts";

/** Characters of each output that `run` keeps. */
const mostOutput = 1_048_576;

/** Milliseconds in which the reason for a lost connection may follow its end. */
const reasonMs = 1_000;

/** Milliseconds that a machine has to say that a program which was to be ended has ended. */
const endMarginMs = 10_000;

export interface RunThereOptions extends RunOptions {
  /** `argv` is for the command line of Hitless there, whatever it is called. */
  readonly itself?: boolean;
  /** Absolute folder on the machine; default: the user's home. */
  readonly cwd?: string;
  /** Takes the output as it comes. */
  readonly onOutput?: (stream: "stdout" | "stderr", text: string) => void;
}

/** A request and the body of its answer. */
interface Exchange {
  readonly stream: ClientHttp2Stream;
  readonly body: Readable;
}

/** One connection to one machine, over which all its apps are talked to. It never reconnects. */
export class MachineConnection implements Disposable {
  readonly machine: Machine;
  readonly greeting: Greeting;
  readonly #session: SshSession;
  readonly #http: ClientHttp2Session;
  readonly #closes = createEmitter<HitlessError>();
  /** Resolves with the reason when it is lost. */
  readonly over: Promise<HitlessError>;
  readonly #pings: NodeJS.Timeout;
  #lost: HitlessError | undefined;
  #clock = { offsetMs: 0, roundTripMs: Number.POSITIVE_INFINITY };

  /**
   * Connects by ssh.
   * @throws HitlessError as `openSshSession` does, and `protocolMismatch`.
   */
  static async open(machine: Machine, options: SshOptions = {}): Promise<MachineConnection> {
    const startedAt = performance.now();
    const session = await openSshSession(machine, options);
    const { greeting } = session;
    if (greeting.protocolVersion !== protocolVersion) {
      session.dispose();
      const versions = `it speaks version ${greeting.protocolVersion} of the protocol, this Hitless ${protocolVersion}`;
      throw new HitlessError(
        "protocolMismatch",
        `${machine.name} has Hitless ${greeting.version}: ${versions}. Run: hitless machine prepare ${machine.name}.`,
      );
    }
    const connection = new MachineConnection(machine, session);
    try {
      const left = Math.max(1, (options.deadlineMs ?? machineDeadlineMs) - (performance.now() - startedAt));
      await connection.facts(left);
      return connection;
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  private constructor(machine: Machine, session: SshSession) {
    this.machine = machine;
    this.greeting = session.greeting;
    this.#session = session;
    this.#http = connect("http://machine", { createConnection: () => session.channel });
    this.over = new Promise((resolve) => this.#closes.on(resolve));
    this.#http.on("error", (error: Error) => this.#end(error));
    this.#http.on("close", () => this.#end());
    void session.ended.then((ended) => this.#lose(this.#endOf(ended)));
    this.#pings = setInterval(() => this.#ping(), keepAlive.everyMs);
    this.#pings.unref();
  }

  get closed(): boolean {
    return this.#lost !== undefined || this.#http.destroyed;
  }

  /** Milliseconds that a question and its answer take at best. */
  get roundTripMs(): number {
    return this.#clock.roundTripMs;
  }

  /** How far the machine's clock is ahead of this one's, in milliseconds, give or take half a round trip. */
  get clockOffsetMs(): number {
    return this.#clock.offsetMs;
  }

  onDidClose(listener: (reason: HitlessError) => void): Disposable {
    return this.#closes.on(listener);
  }

  /** What the machine is and how busy. */
  async facts(deadlineMs: number = machineDeadlineMs): Promise<MachineFacts> {
    const [epoch, startedAt] = [Date.now(), performance.now()];
    const facts = await this.request("facts", {}, deadlineMs);
    const roundTripMs = performance.now() - startedAt;
    if (roundTripMs < this.#clock.roundTripMs) {
      this.#clock = { roundTripMs, offsetMs: facts.time - (epoch + roundTripMs / 2) };
    }
    return facts;
  }

  /**
   * Asks the machine.
   * @param deadlineMs Milliseconds for the answer; default 30,000.
   * @throws HitlessError with the machine's own code, or `connectionLost`, `deadline`, `badMessage`.
   */
  async request<Name extends MachineRequestName>(
    name: Name,
    params: MachineParams<Name>,
    deadlineMs: number = machineDeadlineMs,
  ): Promise<MachineResult<Name>> {
    const exchange = this.#open(name);
    const { stream } = exchange;
    const late = this.#limit(stream, name, deadlineMs);
    try {
      stream.end(JSON.stringify(params));
      const answer = await wholeText(await this.#accepted(exchange, name));
      // The schema and the type of the answer are selected by the same name, which the compiler can't follow.
      return parseMessage(machineRequests[name].result, name, this.#parse(answer)) as MachineResult<Name>;
    } catch (error) {
      throw late.error ?? (await this.#reasonOf(error));
    } finally {
      late.dispose();
    }
  }

  /** The way to the supervisors there. */
  get route(): Route {
    return {
      machine: this.machine.name,
      connectMs: machineDeadlineMs,
      answerMs: machineDeadlineMs,
      open: (endpoint, deadlineMs) => this.#attach(endpoint, deadlineMs),
      now: () => Date.now() + this.clockOffsetMs,
    };
  }

  async #attach({ pid }: Endpoint, deadlineMs: number): Promise<SocketAttempt> {
    if (this.#lost !== undefined) {
      return { kind: "failed", reason: this.#lost.message };
    }
    const params = JSON.stringify({ pid, deadlineMs: Math.max(1, Math.round(deadlineMs)) });
    const stream = this.#http.request({ ":method": "POST", ":path": "/attach", [attachHeader]: params });
    stream.on("error", () => undefined);
    const status = await new Promise<number | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), deadlineMs);
      const settle = (value: number | undefined) => {
        clearTimeout(timer);
        resolve(value);
      };
      stream.once("response", (headers) => settle(Number(headers[":status"])));
      stream.once("close", () => settle(0));
    });
    if (status === 200) {
      return { kind: "open", socket: stream satisfies Duplex };
    }
    stream.close();
    switch (status) {
      case undefined:
        return { kind: "deadline", reason: `no answer within ${Math.round(deadlineMs)} ms` };
      case 404:
        return { kind: "refused", reason: `no such app runs on ${this.machine.name}` };
      default:
        return { kind: "failed", reason: this.#reasonLost() ?? `${this.machine.name} can't connect to it` };
    }
  }

  /**
   * Runs a program on the machine, without a shell (`RunCommand`). It is ended with the connection.
   * @throws HitlessError `cancelled`, `deadline`, `connectionLost`, or `invalidState` when it can't be started.
   */
  async run(argv: readonly string[], options: RunThereOptions): Promise<CommandResult> {
    const { cwd, itself, stdin, signal, deadlineMs, onOutput } = options;
    const exchange = this.#open("run");
    const { stream } = exchange;
    const late = this.#limit(stream, argv[0] ?? "", deadlineMs + endMarginMs);
    const cancel = () => stream.close();
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted === true) {
      cancel();
    }
    const params: RunParams = {
      argv: [...argv],
      deadlineMs,
      ...(cwd !== undefined && { cwd }),
      ...(itself !== undefined && { itself }),
      ...(stdin !== undefined && { stdin }),
    };
    const output = { stdout: "", stderr: "" };
    let code: number | undefined;
    try {
      stream.end(JSON.stringify(params));
      for await (const line of linesOf(await this.#accepted(exchange, "run"))) {
        const piece = parseMessage(runPieceSchema, "run", this.#parse(line));
        if (piece.kind === "exit") {
          ({ code } = piece);
        } else if (piece.kind === "failed") {
          throw new HitlessError(piece.code, piece.message);
        } else {
          output[piece.stream] = (output[piece.stream] + piece.text).slice(-mostOutput);
          onOutput?.(piece.stream, piece.text);
        }
      }
    } catch (error) {
      throw signal?.aborted === true ? cancelled(argv) : (late.error ?? (await this.#reasonOf(error)));
    } finally {
      late.dispose();
      signal?.removeEventListener("abort", cancel);
    }
    if (code === undefined) {
      throw signal?.aborted === true ? cancelled(argv) : (late.error ?? (await this.#reasonOf(undefined)));
    }
    return { code, ...output };
  }

  dispose(): void {
    this.#lose(new HitlessError("connectionLost", `The connection to ${this.machine.name} was closed.`));
  }

  /** Begins a request. Node.js throws away what a client does not begin to read at once, so its answer is read from here. */
  #open(name: string): Exchange {
    if (this.#lost !== undefined) {
      throw this.#lost;
    }
    const stream = this.#http.request({ ":method": "POST", ":path": `/${name}` });
    const body = new PassThrough();
    pipeline(stream, body, () => undefined);
    return { stream, body };
  }

  /** Closes a stream that takes too long. */
  #limit(stream: ClientHttp2Stream, what: string, deadlineMs: number) {
    const late: { error?: HitlessError; dispose(): void } = { dispose: () => clearTimeout(timer) };
    const timer = setTimeout(() => {
      late.error = new HitlessError(
        "deadline",
        `${this.machine.name} did not answer ${what} within ${seconds(deadlineMs)}. It is too busy, or its Hitless hangs.`,
      );
      stream.close();
    }, deadlineMs);
    return late;
  }

  /** The answer's body once the machine has accepted the request. */
  async #accepted({ stream, body }: Exchange, name: string): Promise<Readable> {
    const status = await new Promise<number>((resolve, reject) => {
      stream.once("response", (headers) => resolve(Number(headers[":status"])));
      stream.once("close", () => reject(this.#lostBy()));
    });
    if (status === 200) {
      return body;
    }
    const { code, message, detail } = parseMessage(refusalSchema, name, this.#parse(await wholeText(body)));
    throw new HitlessError(code, message, { detail });
  }

  #ping(): void {
    let answered = false;
    const timer = setTimeout(() => {
      if (!answered) {
        this.#lose(this.#lostBy(`it gave no sign of life for ${keepAlive.goneMs} ms`));
      }
    }, keepAlive.goneMs);
    timer.unref();
    this.#http.ping(() => {
      answered = true;
      clearTimeout(timer);
    });
  }

  /** @throws HitlessError `badMessage` */
  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw this.#noProtocol(cause);
    }
  }

  #noProtocol(cause: unknown): HitlessError {
    return new HitlessError("badMessage", `${this.machine.name} sent what Hitless does not send.`, { cause });
  }

  /** Why a request has failed. Its stream ends before it is known what has ended the connection. */
  async #reasonOf(error: unknown): Promise<unknown> {
    if (error instanceof HitlessError && error.code !== "connectionLost") {
      return this.#lost ?? error;
    }
    const timer = new AbortController();
    await Promise.race([this.over, delay(2 * reasonMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    return this.#lost ?? error ?? this.#lostBy();
  }

  /** The connection has ended; how ssh ended tells more, and follows. */
  #end(error?: Error): void {
    if (Reflect.get(error ?? {}, "code") === "ERR_HTTP2_ERROR") {
      this.#lose(this.#noProtocol(error));
      return;
    }
    setTimeout(() => this.#lose(this.#lostBy(error?.message)), reasonMs).unref();
  }

  #endOf({ code, reason: { detail } }: SshEnded): HitlessError {
    const { name } = this.machine;
    return new HitlessError(
      "connectionLost",
      code === null || code === 255
        ? `The connection to ${name} was lost.`
        : `The connection to ${name} was lost: "hitless connect" ended there with exit code ${code}.`,
      { detail },
    );
  }

  /** Read anew: the connection may have been lost while something was awaited. */
  #reasonLost(): string | undefined {
    return this.#lost?.message;
  }

  #lostBy(why?: string): HitlessError {
    const reason = why === undefined ? "" : `: ${why}`;
    return new HitlessError("connectionLost", `The connection to ${this.machine.name} was lost${reason}.`);
  }

  #lose(reason: HitlessError): void {
    if (this.#lost !== undefined) {
      return;
    }
    this.#lost = reason;
    clearInterval(this.#pings);
    this.#http.destroy();
    this.#session.dispose();
    this.#closes.fire(reason);
  }
}

function cancelled([program = ""]: readonly string[]): HitlessError {
  return new HitlessError("cancelled", `${program} was ended.`);
}
