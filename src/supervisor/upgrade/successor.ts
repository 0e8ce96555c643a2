import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { parseMessage } from "../../shared/parseMessage.ts";
import { type FromSuccessor, fromSuccessorSchema, type ToSuccessor } from "../../shared/upgrade/upgradeMessages.ts";
import { sendInPipeline } from "../internals.ts";

/** Milliseconds for a successor that was told to end. */
const endDeadlineMs = 10_000;

/** Milliseconds in which the exit of a process that has ended follows the end of its channel. */
const exitFollowsMs = 500;

/** Of what it has written before it died, so many lines are told. */
const linesTold = 20;

export interface SuccessorProgram {
  /** Absolute path of the Node.js program. */
  readonly node: string;
  /** Absolute path of the supervisor's bundle. */
  readonly supervisorFile: string;
  /** What it writes itself is appended there. */
  readonly logFile: string;
}

export interface SuccessorListener {
  told(message: FromSuccessor): void;
  /** It is gone, or has lost its channel. Called once. */
  ended(reason: string, lines: readonly string[]): void;
  /** Its process has ended, for whatever reason. */
  exited(): void;
}

/** The process of the supervisor that is to take the app over, as the old one sees it. */
export class Successor {
  readonly #child: ChildProcess;
  readonly #listener: SuccessorListener;
  readonly #written: () => string[];
  #over = false;

  /** @throws the system's error when it can't start a process. */
  constructor({ node, supervisorFile, logFile }: SuccessorProgram, listener: SuccessorListener) {
    this.#listener = listener;
    const log = openSync(logFile, "a+", 0o600);
    try {
      const { size } = fstatSync(log);
      this.#written = () => linesAfter(logFile, size);
      // As its own launcher has started this one.
      this.#child = spawn(node, [...process.execArgv, supervisorFile], {
        detached: true,
        stdio: ["ignore", log, log, "ipc"],
        windowsHide: true,
      });
    } finally {
      closeSync(log);
    }
    const child = this.#child;
    child.on("error", (error) => this.#end(error.message));
    child.once("exit", (code, signal) => {
      this.#end(code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`);
      listener.exited();
    });
    // Its end comes with a better reason, if it has one.
    child.once("disconnect", () => void setTimeout(() => this.#end("it closed its channel"), exitFollowsMs));
    child.on("message", (input: unknown) => {
      let message: FromSuccessor;
      try {
        message = parseMessage(fromSuccessorSchema, "the new supervisor's message", input);
      } catch (error) {
        this.#end(error instanceof Error ? error.message : String(error));
        return;
      }
      if (!this.#over) {
        listener.told(message);
      }
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get connected(): boolean {
    return !this.#over && this.#child.connected;
  }

  /**
   * Sends a message, and what goes along; both stay open here. Returns false, and drops it, if it can't be reached.
   * @param written Called later, when it has been written; with `false` if it could not be after all.
   */
  send(message: ToSuccessor, handle?: unknown, written?: (done: boolean) => void): boolean {
    if (!this.connected) {
      return false;
    }
    sendInPipeline(
      this.#child,
      message,
      handle,
      { keepOpen: true },
      (error) => written?.(!(error instanceof Error)),
      () => written?.(false),
    );
    return true;
  }

  /** Ends it: it takes its workers along. */
  end(): void {
    const child = this.#child;
    this.send({ kind: "abort" });
    this.#over = true;
    const timer = setTimeout(() => child.kill("SIGKILL"), endDeadlineMs);
    child.once("exit", () => clearTimeout(timer));
  }

  /** Ends it at once, since nobody will be there to do it later. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Lets go of it: it has the app. */
  release(): void {
    this.#over = true;
    this.#child.unref();
  }

  #end(reason: string): void {
    if (!this.#over) {
      this.#over = true;
      // Whatever it is that has gone wrong, it must not stay beside this one.
      this.#child.kill("SIGKILL");
      this.#listener.ended(reason, this.#written());
    }
  }
}

function linesAfter(file: string, start: number): string[] {
  try {
    const text = readFileSync(file).subarray(start).toString("utf8");
    return text.trimEnd().split(/\r?\n/).filter(Boolean).slice(-linesTold);
  } catch {
    return [];
  }
}
