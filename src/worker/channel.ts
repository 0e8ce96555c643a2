import type { Socket } from "node:net";
import { awaitsAnswer, HandlePipeline, type IpcSend } from "../shared/basics/handlePipeline.ts";
import {
  type FromWorkerBody,
  type SupervisorToWorker,
  type ToWorkerBody,
  type WorkerToSupervisor,
  workerMessageCommand,
} from "../shared/workerMessages.ts";

/** The handle of a connection that no server has got. */
export interface AcceptedHandle {
  close(): void;
}

/** The preload's end of the IPC channel. Taken before the app can replace `process.send`. */
export interface Channel {
  /** Whether anything can still be sent. */
  readonly connected: boolean;
  /**
   * @param socket Or the handle of a connection, without a socket.
   * @param sent Called when a socket that goes along is detached from this process.
   * @param lost Called when the supervisor has not got it: it is closed.
   */
  send(body: FromWorkerBody, socket?: Socket | AcceptedHandle, sent?: () => void, lost?: () => void): void;
  listen(listener: (message: ToWorkerBody, socket: Socket | undefined) => void): void;
}

/** The channel, and what a drain asks of it. */
export interface DrainChannel extends Channel {
  /** Whether a socket would have to wait for the supervisor to confirm others, and keep what is sent after it waiting. */
  readonly isCrowded: boolean;
  /** Bytes that the supervisor has read for sure, and those that it has read when it confirms each socket that is on its way. */
  readonly readUntil: readonly (number | undefined)[];
  /** Bytes that were written so far; `undefined` if that is not known. */
  readonly written: number | undefined;
  /** To be called when it is closed and the process goes on. */
  ended(): void;
}

/** What `node:cluster` itself asks for, so that a write that fails is not an error of the app's; not documented. */
const withoutErrors: object = { swallowErrors: true };

export function openChannel(): DrainChannel | undefined {
  const send = process.send?.bind(process);
  if (send === undefined) {
    return undefined;
  }
  const pipeline = process.platform === "linux" ? new HandlePipeline(process, send as IpcSend) : undefined;
  return {
    get connected() {
      return process.connected;
    },
    get isCrowded() {
      return pipeline?.isCrowded ?? false;
    },
    send(body, socket, sent, lost) {
      if (process.connected) {
        const message: WorkerToSupervisor = { cmd: workerMessageCommand, ...body };
        // A closed channel is no news to the app: the supervisor is gone and cluster ends this worker. A callback would be
        // one more thing for the app's async hooks to see.
        const options = sent === undefined ? withoutErrors : undefined;
        if (pipeline === undefined) {
          (send as IpcSend)(message, socket, options, sent);
        } else {
          pipeline.send(message, socket, options, sent, lost);
        }
      }
    },
    get readUntil() {
      return pipeline?.readUntil ?? (awaitsAnswer(process) ? [0, undefined] : [0]);
    },
    get written() {
      return pipeline?.written;
    },
    ended: () => pipeline?.closeAll(),
    listen(listener) {
      const receive = (message: SupervisorToWorker, socket: Socket | undefined): void => {
        if (message.cmd === workerMessageCommand) {
          listener(message, socket);
        }
      };
      // Node's own types do not know this event, though its documentation names it.
      process.on("internalMessage" as "message", receive as NodeJS.MessageListener);
    },
  };
}
