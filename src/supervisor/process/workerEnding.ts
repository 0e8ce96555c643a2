import type { StopSignal } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import { Deadline } from "./deadline.ts";
import { killTree } from "./killTree.ts";
import { endOrphans } from "./orphans.ts";
import { listFamily, listMarked, type Relative } from "./processTree.ts";

/** The longest time a timer of Node can wait, in milliseconds. */
const longestDrainMs = 2_147_483_647;

/** Milliseconds to write the message that announces the signal. */
const announceDeadlineMs = 200;

export interface EndingOptions {
  /** What messages call the worker. */
  readonly name: string;
  readonly pid: number;
  /** With which it is told to end. */
  readonly stopSignal: StopSignal;
  /** Milliseconds from that signal until the process tree is killed. */
  readonly killTimeout: number;
  /** `NAME=value` that stands in the environment of the worker and of all it starts, and nowhere else. */
  readonly mark: string;
  /** Sends a signal to the worker's process alone. */
  readonly signal: (name: StopSignal | "SIGKILL") => void;
  /**
   * Announces the signal, so that nothing of ours holds the process after it. `sent` is called when that has been written, or
   * can't be: the signal must not come first.
   */
  readonly sayLeave: (sent: () => void) => void;
  /** Tells it to end by a message, where Node can't catch signals. Returns false if it can't be reached. */
  readonly sayTerminate: () => boolean;
  readonly warn: (code: string, message: string) => void;
  /** Calls `act`, at once or when that is found out, unless a debugger has stopped the process. */
  readonly unlessPaused: (act: () => void) => void;
}

/** Brings one worker's process to its end: a drain, then its signal, then the kill of its tree, each with its deadline. */
export class WorkerEnding {
  drainingSince: number | undefined;
  drainDeadline: number | undefined;
  /** Whether it was killed because it did not go by itself. */
  killed = false;
  readonly #options: EndingOptions;
  readonly #deadline: Deadline;
  #heldSince: number | undefined;
  /** It was told to end. */
  #terminating = false;
  /** Descendants it had when it was told to end. */
  #family: readonly Relative[] = [];
  #gone = false;
  /** Kills what it has left behind without waiting any longer. */
  #hurry: () => void = () => undefined;

  constructor(options: EndingOptions) {
    this.#options = options;
    this.#deadline = new Deadline(options.unlessPaused);
  }

  /** Whether it was told to end, and its process has not yet. */
  get isTerminating(): boolean {
    return this.#terminating && !this.#gone;
  }

  /** It drains from now on, for `ms` milliseconds at most. */
  startDrain(ms: number): void {
    this.drainingSince = steadyNow();
    this.drainDeadline = this.drainingSince + ms;
    this.#awaitDrain(ms);
  }

  /** Moves the deadline of the drain. Returns false if it does not drain, or was told to end already. */
  extendDrain(ms: number): boolean {
    if (this.#gone || this.#terminating || this.drainDeadline === undefined) {
      return false;
    }
    this.drainDeadline = Math.min(Math.max(this.drainDeadline, steadyNow()) + ms, steadyNow() + longestDrainMs);
    this.#awaitDrain(this.drainDeadline - steadyNow());
    return true;
  }

  /** A debugger has stopped it at that moment: its deadlines stand still. */
  hold(since: number): void {
    this.#heldSince ??= since;
    this.#deadline.hold(since);
  }

  /** It goes on. Returns for how many milliseconds its drain stood still. */
  release(): number {
    const since = this.#heldSince;
    this.#heldSince = undefined;
    this.#deadline.release();
    if (since === undefined || this.drainingSince === undefined || this.drainDeadline === undefined) {
      return 0;
    }
    const stood = steadyNow() - Math.max(since, this.drainingSince);
    this.drainDeadline += stood;
    return stood;
  }

  /**
   * The signal (on Windows its twin message, since Node can't catch the signal there), then the kill deadline. A second call
   * changes nothing, since many apps take a second one for "at once".
   */
  terminate(): void {
    if (this.#gone || this.#terminating) {
      return;
    }
    this.#terminating = true;
    const { name, pid, stopSignal, killTimeout, warn } = this.#options;
    this.#deadline.start(killTimeout, () => {
      const message = `${name} ignored ${stopSignal} for ${killTimeout} ms (killTimeout); killing its process tree`;
      warn("killTimeout", message);
      this.kill();
    });
    // What it started is listed while it can still be told whose it is.
    listFamily(pid, (family) => {
      this.#family = family;
      this.#signalEnd();
    });
  }

  /** Ends the process and all its descendants at once. */
  kill(): void {
    if (this.#gone) {
      this.#hurry();
      return;
    }
    this.killed = true;
    this.#deadline.stop();
    killTree(this.#options.pid, () => this.#options.signal("SIGKILL"));
  }

  /** The process has ended: no deadline counts any more. */
  exited(): void {
    this.#deadline.stop();
  }

  /** Ends what the process, which is gone, left behind; `done` is called when nothing of it is left. */
  cleanUp(done: () => void): void {
    this.#gone = true;
    this.#deadline.stop();
    const { name, killTimeout, mark, warn } = this.#options;
    // The children of a worker that died by itself are found by the variable that they inherited.
    this.#hurry = endOrphans(this.#terminating ? this.#family : listMarked(mark), {
      killTimeout,
      found: (pids) => warn("orphans", `${name} is gone; ending what it left behind: pid ${pids.join(", ")}`),
      done,
    });
  }

  #signalEnd(): void {
    if (process.platform !== "win32") {
      let sent = false;
      const signal = (): void => {
        clearTimeout(timer);
        if (!sent && !this.#gone) {
          this.#options.signal(this.#options.stopSignal);
        }
        sent = true;
      };
      // A worker that reads nothing, as it is blocked, is signalled nevertheless.
      const timer = setTimeout(signal, announceDeadlineMs);
      this.#options.sayLeave(signal);
    } else if (!this.#options.sayTerminate()) {
      this.kill();
    }
  }

  #awaitDrain(ms: number): void {
    this.#deadline.start(ms, () => {
      const took = steadyNow() - (this.drainingSince ?? steadyNow());
      const { name, stopSignal } = this.#options;
      const message = `${name} did not finish within ${took} ms (drainTimeout); sending ${stopSignal}`;
      this.#options.warn("drainTimeout", message);
      this.terminate();
    });
  }
}
