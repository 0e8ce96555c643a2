import { count } from "../../../shared/text/count.ts";
import type { DrainProgress, ToWorkerBody } from "../../../shared/workerMessages.ts";
import { type EndingOptions, WorkerEnding } from "../../process/workerEnding.ts";
import { ShutdownNotice } from "../notices/shutdownNotice.ts";
import { openWaitNotice, type WaitNotice } from "../notices/waitNotice.ts";
import type { DrainOrder } from "./drainOrder.ts";

export interface WorkerLeavingOptions extends EndingOptions {
  /** Sends one of our messages; `false` if the worker can't be reached. */
  readonly send: (body: ToWorkerBody) => boolean;
  /** Tells the app that it is to go, in its own message `shutdown`. */
  readonly sayShutdown: () => void;
  /** It is given no connection any more; `left` is called when all that was accepted for it is on its way. */
  readonly leaveAcceptor: (left: () => void) => void;
  /** It has nothing left to do: `end` is to be called soon. */
  readonly drained: (end: () => void) => void;
  /** Something a snapshot shows has changed. */
  readonly changed: () => void;
  /** What a debugger has stopped it for, in words; `undefined` if none has. */
  readonly describePause: () => string | undefined;
  readonly tell: (code: string, what: string) => void;
}

/** How one worker goes: whether and why it is to, its drain, and its end. Every method may be called at any time, again. */
export class WorkerLeaving {
  readonly #options: WorkerLeavingOptions;
  readonly #ending: WorkerEnding;
  #drain: DrainProgress | undefined;
  #dismissed = false;
  /** It is about to be told that its drain is done. */
  #isDrained = false;
  #killRequested = false;
  #notice: WaitNotice | undefined;
  /** In a gracefulReload, of an app that is still to be told `shutdown`, or was. */
  #shutdown: ShutdownNotice | undefined;

  constructor(options: WorkerLeavingOptions) {
    this.#options = options;
    this.#ending = new WorkerEnding(options);
  }

  /** What it last told of its drain. */
  get drain(): DrainProgress | undefined {
    return this.#drain;
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

  /** Asks it to go: drain, then SIGTERM, then the kill of its process tree, each with its deadline. */
  dismiss(drainOrder: DrainOrder): void {
    if (this.#dismissed) {
      return;
    }
    this.#dismissed = true;
    this.#watch();
    this.#ending.startDrain(drainOrder.drainTimeout);
    // Not before all that has been accepted for it is on its way: what comes after the order is not answered.
    this.#options.leaveAcceptor(() => this.#orderDrain(drainOrder));
    this.#options.changed();
  }

  noteDrain(progress: DrainProgress): void {
    if (!this.#dismissed) {
      return;
    }
    this.#drain = progress;
    this.#options.changed();
    if (this.#shutdown !== undefined && progress.listens) {
      if (progress.settled && !this.#shutdown.isOver) {
        this.#afterDrain(() => this.#shutdown?.giveNow());
      }
    } else if (progress.done && !this.#ending.isTerminating) {
      this.#afterDrain(() => this.terminate());
    }
  }

  /** Nothing but its channel keeps it alive, though its servers are open. */
  noteAlone(): void {
    if (this.#dismissed && !this.#ending.isTerminating) {
      this.#afterDrain(() => this.terminate());
    }
  }

  /** Moves the deadline of its drain. Returns false if it does not drain, or was told SIGTERM already. */
  extendDrain(ms: number): boolean {
    const moved = this.#ending.extendDrain(ms);
    if (moved) {
      this.#options.send({ type: "extend", ms });
      this.#options.changed();
    }
    return moved;
  }

  /** SIGTERM or its twin without a drain, then the kill deadline; a second call changes nothing. */
  terminate(): void {
    this.#dismissed = true;
    this.#options.leaveAcceptor(() => undefined);
    this.#watch();
    this.#shutdown?.cancel();
    this.#ending.terminate();
  }

  /** It can't be looked after any more, and must not stay: SIGTERM, then the kill deadline. It counts as ended by itself. */
  giveUp(): void {
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
    this.#options.leaveAcceptor(() => undefined);
    this.#ending.kill();
  }

  /** A debugger has stopped it at that moment: its deadlines stand still. */
  hold(since: number): void {
    this.#ending.hold(since);
  }

  /** It goes on. */
  release(): void {
    const stoodMs = this.#ending.release();
    if (stoodMs > 0) {
      // Its own clock of the drain has run on.
      this.#options.send({ type: "extend", ms: stoodMs });
    }
  }

  /** The process has ended, though what it wrote may not have been read. */
  exited(): void {
    this.#notice?.stop();
    this.#ending.exited();
  }

  /** Nothing more is heard of the process. */
  gone(): void {
    this.#notice?.stop();
    this.#shutdown?.cancel();
  }

  /** Ends what the process, which is gone, left behind; `done` is called when nothing of it is left. */
  cleanUp(done: () => void): void {
    this.#ending.cleanUp(done);
  }

  /** What follows a drain that is done, once it was told. */
  #afterDrain(act: () => void): void {
    if (!this.#isDrained) {
      this.#isDrained = true;
      this.#options.drained(() => {
        this.#isDrained = false;
        act();
      });
    }
  }

  #orderDrain({ graceful, drainTimeout, ...order }: DrainOrder): void {
    if (!this.#options.send({ type: "drain", ...order })) {
      this.terminate();
    }
    if (graceful) {
      this.#shutdown = new ShutdownNotice(drainTimeout, this.#options.sayShutdown);
    }
  }

  /** Says what holds it if it takes long to go. */
  #watch(): void {
    this.#notice ??= openWaitNotice(
      () => this.#whatHoldsIt(),
      (what) => this.#options.tell("leaving", what),
    );
  }

  /** What is waited for while it leaves. */
  #whatHoldsIt(): string {
    if (this.#ending.isTerminating) {
      return `has not ended since it was told to; it is killed ${this.#options.killTimeout} ms after that`;
    }
    const paused = this.#options.describePause();
    if (paused !== undefined) {
      return `drains, and ${paused}; no time of its drain passes until it is continued`;
    }
    const { requests = 0, connections = 0 } = this.#drain ?? {};
    const has = [count(requests, "request"), count(connections, "connection")].join(" and ");
    return this.#drain === undefined ? "drains, and has not told what it still has" : `drains, and still has ${has}`;
  }
}
