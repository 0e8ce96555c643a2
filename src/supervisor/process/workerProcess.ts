import type { Worker } from "node:cluster";

/** Milliseconds to read the output after an exit: another process may hold the pipes open for ever. */
const outputDeadlineMs = 200;

/** Milliseconds until an exit follows the closing of the channel, which is mostly its first sign. */
const exitFollowsMs = 1_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface EndListener {
  /** The app closed the channel, and continues. */
  disconnected(): void;
  /** The process has ended, though its output may not have been read. */
  exited(exit: Exit): void;
  /** The process is gone and all its output has been read; `failure` if it could not be spawned. Called once. */
  gone(failure?: Error): void;
}

/** Orders the events at the end of a worker's process. */
export function watchWorkerEnd(worker: Worker, listener: EndListener): void {
  let exit: Exit | undefined;
  let outputRead = false;
  let over = false;
  let hasDisconnected = false;
  let deadline: NodeJS.Timeout | undefined;

  const finish = (failure?: Error): void => {
    clearTimeout(deadline);
    if (!over) {
      over = true;
      listener.gone(failure);
      // Two turns later, since Node tells of a channel that has just been closed in the next one.
      setImmediate(() => setImmediate(tellDisconnect));
    }
  };
  // A process that ends while it owes an answer to a handle that it was sent is never told to have disconnected (`target.disconnect` in
  // lib/internal/child_process.js waits for the queue behind that handle), and `node:cluster` would keep it for ever.
  const tellDisconnect = (): void => {
    if (exit !== undefined && !hasDisconnected && !worker.process.connected) {
      worker.process.emit("disconnect");
    }
  };
  // An exit comes before the last output and the last messages have been read.
  const finishIfRead = (): void => {
    if (exit !== undefined && outputRead && !worker.process.connected) {
      finish();
    }
  };

  worker.on("error", (error) => {
    // A channel that breaks while the worker dies is reported here too; the exit follows.
    if (worker.process.pid === undefined) {
      finish(error);
    }
  });
  worker.on("disconnect", () => {
    if (exit === undefined && !over) {
      deadline = setTimeout(() => listener.disconnected(), exitFollowsMs);
    }
  });
  worker.process.once("close", () => {
    outputRead = true;
    finishIfRead();
  });
  worker.process.once("disconnect", () => {
    hasDisconnected = true;
    finishIfRead();
  });
  worker.process.once("exit", (code, signal) => {
    exit = { code, signal };
    listener.exited(exit);
    clearTimeout(deadline);
    deadline = setTimeout(finish, outputDeadlineMs);
    finishIfRead();
  });
}
