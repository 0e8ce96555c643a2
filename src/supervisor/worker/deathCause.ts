import { basename } from "node:path";
import { steadyNow } from "../clock.ts";
import type { FatalError } from "../process/explainDeath.ts";
import type { Exit } from "../process/workerProcess.ts";

/** An address that was refused to it, and of which the app itself has spoken, counts as the cause likewise, in milliseconds. */
const listenFailureCountsForMs = 2_000;

/** An exception counts as the cause of an exit that follows it within this time, in milliseconds. */
const fatalCountsForMs = 5_000;

interface Reported {
  readonly error: FatalError;
  readonly at: number;
}

/** The errors that a worker's preload has reported, one of which may have ended it. */
export class DeathCause {
  #fatal: Reported | undefined;
  #listenFailure: Reported | undefined;
  #exitedAt = 0;
  #exitStack: string | undefined;

  /** An uncaught exception. */
  noteFatal(error: FatalError): void {
    this.#fatal = { error, at: steadyNow() };
  }

  /** A server of it could not listen; the app may end without saying so. */
  noteListenFailure(error: FatalError): void {
    this.#listenFailure = { error, at: steadyNow() };
  }

  /** @param stack The frames by which the app ended the process. */
  noteExit(stack: string): void {
    this.#exitStack = stack;
  }

  /** The frames by which the app ended the process, if it did so with a code other than 0. */
  get exitStack(): string | undefined {
    return this.#exitStack;
  }

  exited(): void {
    this.#exitedAt = steadyNow();
  }

  /**
   * The error that ended it.
   * @param worker.hasListened Whether it was ready or listened: then what it could not listen on was not what it lacked.
   */
  find(worker: {
    readonly exit: Exit | undefined;
    readonly hasListened: boolean;
    readonly stderr: readonly string[];
  }): FatalError | undefined {
    if (this.#fatal !== undefined && steadyNow() - this.#fatal.at < fatalCountsForMs) {
      return this.#fatal.error;
    }
    // Many apps catch this one, print it and exit.
    const failed = this.#listenFailure;
    if (failed === undefined || worker.hasListened || !worker.exit?.code) {
      return undefined;
    }
    const { port, address } = failed.error;
    // The app may name a Unix socket from its own folder.
    const place = port !== null && port > 0 ? String(port) : basename(address ?? "");
    const words = ["EADDRINUSE", "EACCES", ...(place === "" ? [] : [place])];
    const said = worker.stderr.some((line) => words.some((word) => line.includes(word)));
    return said && this.#exitedAt - failed.at < listenFailureCountsForMs ? failed.error : undefined;
  }
}
