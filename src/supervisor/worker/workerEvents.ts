import type { Socket } from "node:net";
import type { Failure } from "../../shared/failure.ts";
import type { WorkerToSupervisor } from "../../shared/workerMessages.ts";
import type { Acceptor } from "../accept/acceptor.ts";
import type { ConnectionHandle } from "../accept/clusterInternals.ts";

/** What each message of a worker does, by its type. */
export type MessageTable<Worker> = {
  readonly [Type in WorkerToSupervisor["type"]]: (
    worker: Worker,
    message: Extract<WorkerToSupervisor, { readonly type: Type }>,
    connection: Socket | ConnectionHandle | undefined,
  ) => void;
};

/** What is told of a worker. Each member names it, so that one object serves all of an app. */
export interface WorkerEvents<Worker> {
  readonly messages: MessageTable<Worker>;
  /** Gives it connections. */
  readonly acceptor: Pick<Acceptor, "follow" | "leave" | "listensOn" | "hasWaitingFromHere" | "deceives">;
  /** The app's own `process.send(message)`. */
  appMessage(worker: Worker, message: unknown): void;
  /** Something a snapshot shows has changed. */
  changed(worker: Worker): void;
  /** A debugger has stopped it, or it goes on; or its inspector was opened or closed. */
  debugging(worker: Worker): void;
  /** One more of its servers listens, or one has closed. */
  listening(worker: Worker): void;
  ready(worker: Worker): void;
  /** It was ready and listens nowhere any more. */
  unready(worker: Worker): void;
  /** It is alive but not ready in time, and will end with this failure. */
  notReady(worker: Worker, failure: Failure): void;
  /** It has nothing left to do: it is told so when `end` is called, which is to be soon. */
  drained(worker: Worker, end: () => void): void;
  /** Its channel has closed and all that it said has been read, though the process may live on. Called once. */
  unreachable(worker: Worker): void;
  /** The process is gone and all it wrote has been read. Called once. */
  exited(worker: Worker): void;
  /**
   * Nothing that it had started is left either. Called once: before `exited` if it was told to go, after it if it died, so that
   * another can take its place at once.
   */
  cleanedUp(worker: Worker): void;
}
