import type { WorkerView } from "../../shared/snapshot.ts";
import type { ToWorkerBody } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import { findPause, releaseWaiting, resumePaused, type StackFrames, takeStack } from "../inspector/stuckStack.ts";
import type { WorkerInspector } from "../inspector/workerInspector.ts";

/** A worker waits for a debugger before the app's first line no longer than this, in milliseconds. */
export const waitForDebuggerMs = 10_000;

/** Milliseconds for a worker to open its inspector when it is told to; one that reads nothing is opened by the signal. */
const openByMessageMs = 1_000;

/** A debugger has stopped the worker, or it waits for one. */
export interface Pause {
  /** On the monotonic clock. */
  readonly since: number;
  /** It waits for a debugger before the app's first line. */
  readonly waits: boolean;
  /** The topmost line of the app's own code. */
  readonly at?: NonNullable<WorkerView["paused"]>["at"];
}

export interface WorkerDebuggingOptions {
  readonly pid: number;
  readonly inspector: WorkerInspector;
  readonly send: (body: ToWorkerBody) => boolean;
  /** Whether a signal opens the inspector, too. */
  readonly opensBySignal: () => boolean;
  /** The last moment at which the worker was known to run, on the monotonic clock. */
  readonly seenAt: () => number;
  /** Flags or a preload of the user's own open its inspector at its start. */
  readonly opensItself: boolean;
  /** It was paused, at another place than before, or goes on. */
  readonly changed: (pause: Pause | undefined) => void;
  /** Its inspector was opened or closed. */
  readonly inspectorChanged: () => void;
  /** It waited for a debugger until the deadline, and starts without one. */
  readonly late: () => void;
}

/**
 * What debuggers do with a worker. Whether one has paused it is asked of its inspector, whoever's debugger that is: a session that
 * looks is told at once of a pause that there is. Nothing tells the supervisor of a pause by itself; so a worker whose inspector
 * is open is looked at when it does not answer a heartbeat, when a deadline of it is over, and when a client asks for it.
 */
export class WorkerDebugging {
  readonly #options: WorkerDebuggingOptions;
  #pause: Pause | undefined;
  #resumedAt = 0;
  #looking: Promise<boolean> | undefined;
  #sessions: Promise<unknown> = Promise.resolve();
  #wanted = false;
  #ignored = false;
  /** Its debugger has gone before its inspector was open. */
  #ending = false;
  #waitDeadline: NodeJS.Timeout | undefined;

  constructor(options: WorkerDebuggingOptions) {
    this.#options = options;
    options.inspector.onDidChange(() => {
      if (this.url === undefined && this.#pause?.waits !== true) {
        this.#becomes(undefined);
      }
      if (this.#ending && this.url !== undefined) {
        this.#ending = false;
        this.release();
        this.#closeIfOurs();
      }
      options.inspectorChanged();
    });
    options.inspector.onDidLeave(() => {
      if (this.openedBySignal) {
        // As it was before the signal; another one opens it again.
        this.#options.send({ type: "closeInspector" });
      }
    });
  }

  /** WebSocket address of its inspector while that is open. */
  get url(): string | undefined {
    return this.#options.inspector.url;
  }

  /** Somebody else's signal has opened its inspector, and nothing of ours needs it. */
  get openedBySignal(): boolean {
    const { inspector, opensItself } = this.#options;
    return this.url !== undefined && !inspector.isOurs && !opensItself && !this.#wanted;
  }

  get pause(): Pause | undefined {
    return this.#pause;
  }

  /** When it last went on, on the monotonic clock; 0: it was never stopped. */
  get resumedAt(): number {
    return this.#resumedAt;
  }

  /** Its time counts though a debugger has stopped it: the app is to end. */
  ignorePauses(): void {
    this.#ignored = true;
    this.#options.changed(undefined);
  }

  /** Calls `act` unless a debugger has stopped it; at once if none can have. */
  unlessPaused(act: () => void): void {
    if (this.#ignored || (this.url === undefined && this.#pause === undefined)) {
      act();
    } else {
      void this.look().then((paused) => {
        if (!paused || this.#ignored) {
          act();
        }
      });
    }
  }

  /** Finds out whether a debugger has stopped it. Calls meanwhile share the answer. */
  look(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<boolean> {
    if (this.#pause?.waits === true) {
      return true;
    }
    const { url } = this;
    const seenAt = this.#options.seenAt();
    const frames =
      url === undefined
        ? undefined
        : await this.#alone(() => findPause(url)).catch((error: unknown) => this.#failed(error));
    // What it has answered meanwhile is newer.
    if (this.#options.seenAt() === seenAt && !this.#waits) {
      const since = this.#pause?.since ?? seenAt;
      this.#becomes(frames && { since, waits: false, ...placeOf(frames) });
    }
    return this.#pause !== undefined;
  }

  get #waits(): boolean {
    return this.#pause?.waits === true;
  }

  /** It has given a sign of life, so nothing has stopped it. */
  answered(): void {
    if (this.#pause?.waits === false) {
      this.#becomes(undefined);
    }
  }

  /**
   * It waits for a debugger, or does no longer.
   * @param deadlineMs It is let go after this time; absent: it waits as long as its own flags have it wait.
   */
  waits(on: boolean, deadlineMs?: number): void {
    clearTimeout(this.#waitDeadline);
    if (on) {
      this.#becomes({ since: this.#pause?.since ?? steadyNow(), waits: true });
      if (deadlineMs !== undefined) {
        this.#waitDeadline = setTimeout(() => {
          this.#options.late();
          this.release();
        }, deadlineMs);
      }
    } else if (this.#waits) {
      this.#becomes(undefined);
    }
  }

  /** Lets it go on if it waits for a debugger of which nothing more is expected. */
  release(): void {
    clearTimeout(this.#waitDeadline);
    const { url } = this;
    if (this.#waits && url !== undefined) {
      this.#alone(() => releaseWaiting(url)).catch(() => undefined);
    }
  }

  /**
   * Opens its inspector for a debugger and keeps it open until `end`.
   * @throws Error when it does not open.
   */
  async begin(): Promise<void> {
    this.#wanted = true;
    this.#ending = false;
    const { inspector, send, opensBySignal, pid } = this.#options;
    if (this.url !== undefined || this.#waits) {
      return;
    }
    inspector.expectOurs();
    if (!send({ type: "openInspector" }) || !(await this.#opens(openByMessageMs))) {
      if (!opensBySignal()) {
        throw new Error("it does not read what it is sent, and uses the signal that would open its inspector");
      }
      await inspector.open(pid);
    }
  }

  /** It was started so that it opens its inspector itself, and waits. */
  expect(): void {
    this.#wanted = true;
  }

  /** No debugger of ours needs it any more. */
  end(): void {
    this.#ending = this.#wanted && this.url === undefined;
    this.#wanted = false;
    this.release();
    this.#closeIfOurs();
  }

  /** Its inspector is closed. */
  closed(): void {
    this.#options.inspector.closed();
    if (this.#wanted && !this.#waits) {
      // Somebody debugs it again, whose request was behind the one to close it.
      this.begin().catch(() => undefined);
    }
  }

  /**
   * Lets it go on where a debugger has paused it.
   * @throws Error when none has.
   */
  async resume(): Promise<void> {
    const { url } = this;
    if (url === undefined || this.#pause === undefined) {
      throw new Error("no debugger has paused it");
    }
    await this.#alone(() => (this.#waits ? releaseWaiting(url) : resumePaused(url)));
  }

  /** Where its JavaScript is just now, though its event loop is blocked; `undefined` if a debugger has stopped it. */
  async takeStack(): Promise<StackFrames | undefined> {
    const url = await this.#options.inspector.open(this.#options.pid);
    try {
      return await this.#alone(() => takeStack(url));
    } finally {
      this.#closeIfOurs();
    }
  }

  /** Its process is gone. */
  gone(): void {
    clearTimeout(this.#waitDeadline);
    this.#pause = undefined;
  }

  /** One session of ours at a time: one that takes a stack pauses the worker for a moment, which is no pause to another. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#sessions.then(() => {
      this.#options.inspector.countOwn();
      return work();
    });
    this.#sessions = result.catch(() => undefined);
    return result;
  }

  /** The app itself may have closed its inspector. */
  #failed(error: unknown): undefined {
    if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") {
      this.#options.inspector.closed();
    }
  }

  #opens(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        listening.dispose();
        resolve(this.url !== undefined);
      };
      const timer = setTimeout(finish, ms);
      const listening = this.#options.inspector.onDidChange(finish);
    });
  }

  #closeIfOurs(): void {
    if (this.#options.inspector.isOurs && !this.#wanted) {
      this.#options.send({ type: "closeInspector" });
    }
  }

  #becomes(pause: Pause | undefined): void {
    const before = this.#pause;
    this.#pause = pause;
    if (
      before?.waits !== pause?.waits ||
      before?.at?.file !== pause?.at?.file ||
      before?.at?.line !== pause?.at?.line
    ) {
      this.#options.changed(this.#ignored ? undefined : pause);
    }
  }
}

/** The topmost frame in a file, rather than in Node.js itself. */
function placeOf(frames: StackFrames): Pick<Pause, "at"> {
  const at = frames.find(({ file }) => file !== "" && !file.startsWith("node:"));
  return at === undefined ? {} : { at };
}

/** What it waits for, as the rest of a sentence about it: `is paused in a debugger at server.ts:12`. */
export function describePause(pause: Pause | undefined): string | undefined {
  if (pause === undefined) {
    return undefined;
  }
  if (pause.waits) {
    return "waits for a debugger before its first line";
  }
  return `is paused in a debugger${pause.at === undefined ? "" : ` at ${pause.at.file}:${pause.at.line}`}`;
}
