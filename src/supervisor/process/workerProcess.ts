import type { Address, Worker } from "node:cluster";
import type { Socket } from "node:net";
import { type WorkerToSupervisor, workerMessageCommand } from "../../shared/workerMessages.ts";
import { onInternalMessage } from "../internals.ts";

/** After an exit its output may still be in the pipes; somebody else may hold them open for ever. */
const outputDeadlineMs = 200;

/** A channel that closes is mostly the first sign of an exit, which follows within this time, in milliseconds. */
const exitFollowsMs = 1_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface WorkerProcessListener {
  /** One of our own messages. */
  message(message: WorkerToSupervisor, socket: Socket | undefined): void;
  /** The app's own `process.send(message)`. */
  appMessage(message: unknown): void;
  /** It listens for datagrams: the preload tells of other servers, only the cluster itself tells of these. */
  udpListening(address: Address): void;
  /** The app closed the channel, and goes on. */
  disconnected(): void;
  /** The process has ended, though what it wrote may not have been read. */
  exited(exit: Exit): void;
  /** The process is gone and all it wrote has been read; `failure` if there never was one. Called once. */
  gone(failure?: Error): void;
}

/** Listens to the process of a worker, and puts what it says at its end in order. */
export function watchWorkerProcess(worker: Worker, listener: WorkerProcessListener): void {
  let exit: Exit | undefined;
  let outputRead = false;
  let over = false;
  let deadline: NodeJS.Timeout | undefined;

  const finish = (failure?: Error): void => {
    clearTimeout(deadline);
    if (!over) {
      over = true;
      listener.gone(failure);
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
  onInternalMessage(worker.process, (message, socket) => {
    if (isOurs(message)) {
      listener.message(message, socket as Socket | undefined);
    }
  });
  worker.on("message", (message: unknown) => listener.appMessage(message));
  worker.on("listening", (address) => {
    if (String(address.addressType).startsWith("udp")) {
      listener.udpListening(address);
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
  worker.process.once("disconnect", finishIfRead);
  worker.process.once("exit", (code, signal) => {
    exit = { code, signal };
    listener.exited(exit);
    clearTimeout(deadline);
    deadline = setTimeout(finish, outputDeadlineMs);
    finishIfRead();
  });
}

function isOurs(message: unknown): message is WorkerToSupervisor {
  return typeof message === "object" && message !== null && "cmd" in message && message.cmd === workerMessageCommand;
}
