import { type ChildProcess, spawn } from "node:child_process";
import type { EventLog } from "../logs/eventLog.ts";
import { ownGroup } from "../process/processTree.ts";
import { type WatchedApp, type WatchedWorker, watcherArgument } from "./watchedApp.ts";

/** Milliseconds after which a watcher that has died is started again. */
const againAfterMs = 1_000;
/** So often at most: a system that kills it each time is not to be fought. */
const mostStarts = 10;

/**
 * The process that outlives the supervisor if that is killed, and then ends its workers. They lose their channel and most end by
 * that; but not one in a busy loop, one whose app took Node's listeners away, or one that is stuck at its exit. A thread in each
 * worker would cost 18 MiB and 65 ms of it; this process takes 11 MiB of its own, once.
 */
export class WatcherProcess {
  readonly #events: Pick<EventLog, "log">;
  readonly #workers = new Map<number, WatchedWorker>();
  #process: ChildProcess | undefined;
  #starts = 0;
  readonly #group = ownGroup();

  constructor(events: Pick<EventLog, "log">) {
    this.#events = events;
  }

  add(worker: WatchedWorker): void {
    this.#workers.set(worker.pid, worker);
    if (this.#process === undefined && this.#starts === 0) {
      this.#start();
    } else {
      this.#tell();
    }
  }

  remove(pid: number): void {
    if (this.#workers.delete(pid)) {
      this.#tell();
    }
  }

  #start(): void {
    this.#starts += 1;
    // It knows of all from its first moment: this process may be killed in the next one.
    const args = [...flags, process.argv[1] ?? "", watcherArgument, this.#app()];
    // A group of its own, so that what is sent to the supervisor's does not reach it.
    const watcher = spawn(process.execPath, args, {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      windowsHide: true,
    });
    this.#process = watcher;
    watcher.unref();
    // Its exit reports its end.
    watcher.stdin?.on("error", () => undefined);
    watcher.once("error", (error) => this.#lost(error.message));
    watcher.once("exit", (code, signal) => this.#lost(`it ended with ${signal ?? code}`));
  }

  #lost(why: string): void {
    if (this.#process === undefined) {
      return;
    }
    this.#process = undefined;
    if (this.#starts >= mostStarts) {
      this.#events.log("warning", "watcherLost", `workers may outlive this supervisor if it is killed: ${why}`);
      return;
    }
    setTimeout(() => this.#start(), againAfterMs).unref();
  }

  #tell(): void {
    this.#process?.stdin?.write(`${this.#app()}\n`);
  }

  #app(): string {
    const app: WatchedApp = { workers: [...this.#workers.values()], group: this.#group };
    return JSON.stringify(app);
  }
}

/** It keeps a list and waits: no room for more than that is needed. */
const flags = ["--max-semi-space-size=1", "--max-old-space-size=64"];
