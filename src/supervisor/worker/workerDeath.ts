import { type Failure, failureOf } from "../../shared/failure.ts";
import { findHolder, type ListeningWorker } from "../listening/listensElsewhere.ts";
import { explainDeath, type FatalError } from "../process/explainDeath.ts";
import { explainSpawn } from "../process/explainSpawn.ts";
import type { Exit } from "../process/workerProcess.ts";
import { DeathCause } from "./deathCause.ts";

export interface WorkerDeathOptions {
  readonly recipe: { readonly cwd: string; readonly entry: string; readonly autorestart: boolean };
  readonly stderr: () => string[];
  /** The last line of what it has written so far, to whichever stream; empty if it has written nothing. */
  readonly lastLine: () => string;
  /** Where the supervisor itself answers health checks. */
  readonly healthPort: () => number | undefined;
  /** The other workers of the app. */
  readonly others: () => readonly (ListeningWorker & { readonly dead: boolean; listensOn(port: number): boolean })[];
  /** Says which other app of Hitless listens on a port; `undefined` if none does. */
  readonly findOtherApp: (port: number, done: (text: string | undefined) => void) => void;
  readonly wasReady: () => boolean;
  /** Whether it was ready or listens. */
  readonly hasListened: () => boolean;
}

/** The end of one worker: its exit, and why it came to that. */
export class WorkerDeath {
  readonly cause = new DeathCause();
  readonly #options: WorkerDeathOptions;
  /** Why it is sent away, if it failed while it was still alive. */
  #verdict: Failure | undefined;
  #exit: Exit | undefined;
  #gone = false;
  /** Who of the app holds the port that it was refused, in sentences for a person. */
  #holder: string | undefined;

  constructor(options: WorkerDeathOptions) {
    this.#options = options;
  }

  /** Whether the process has ended, though what it wrote may not have been read. */
  get isDead(): boolean {
    return this.#exit !== undefined;
  }

  /** Whether all that it wrote has been read too. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Why it ended; only sensible once it is gone. */
  get failure(): Failure {
    const exitCode = this.#exit?.code ?? null;
    const signal = this.#exit?.signal ?? null;
    if (this.#verdict !== undefined) {
      return { ...this.#verdict, exitCode, signal };
    }
    const { recipe, stderr, lastLine, healthPort, wasReady, others } = this.#options;
    return explainDeath({
      entry: recipe.entry,
      exitCode,
      signal,
      stderr: stderr(),
      lastLine: lastLine(),
      fatal: this.#error,
      exitStack: this.cause.exitStack,
      holder: this.#holder,
      healthPort: healthPort(),
      wasReady: wasReady(),
      appListensOn: (port) => others().some((other) => other.listensOn(port)),
    });
  }

  /** Where it could not listen, if that is why it ended: a port, or the path of a Unix socket. */
  get refusedPlace(): number | string | undefined {
    const cause = this.failure.code === "portInUse" ? this.#error : undefined;
    return cause && (cause.port !== null && cause.port > 0 ? cause.port : (cause.address ?? undefined));
  }

  /** Whether it was a script that ran to its end: exit code 0, without ever having been ready or listened unless `autorestart` is off. */
  get finished(): boolean {
    const { hasListened, recipe } = this.#options;
    const ended = this.#gone && this.#exit?.code === 0 && this.#verdict === undefined;
    return ended && !(hasListened() && recipe.autorestart);
  }

  /** The error that ended it. */
  get #error(): FatalError | undefined {
    const { hasListened, stderr } = this.#options;
    return this.cause.find({ exit: this.#exit, hasListened: hasListened(), stderr: stderr() });
  }

  /** It fails while it is still alive, and is sent away for that. */
  judge(code: Failure["code"], message: string): Failure {
    this.#verdict = failureOf(code, message, this.#options.stderr());
    return this.#verdict;
  }

  exited(exit: Exit): void {
    this.#exit = exit;
    this.cause.exited();
  }

  /** @param failure Why there never was a process. */
  gone(failure: Error | undefined): void {
    this.#exit ??= { code: null, signal: null };
    this.#gone = true;
    if (failure !== undefined) {
      this.#verdict = failureOf("spawnFailed", explainSpawn(failure, this.#options.recipe.cwd));
    }
  }

  /** Finds out who holds the port that it was refused, if it was. */
  inquire(done: () => void): void {
    const { others, findOtherApp } = this.#options;
    const place = this.refusedPlace;
    if (typeof place !== "number") {
      done();
      return;
    }
    findHolder({ port: place, others: others(), findOtherApp }, (holder) => {
      this.#holder = holder;
      done();
    });
  }
}
