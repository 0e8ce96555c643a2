import type { ChildProcess } from "node:child_process";
import { type ClusterMessage, type ConnectionHandle, sendClusterMessage } from "./clusterInternals.ts";

/** Where a connection came to. */
export interface AcceptedAt {
  /** By which the worker knows its server. */
  readonly key: string;
  /** A worker took a connection, or refused it. */
  answered(member: Member, connection: ConnectionHandle, accepted: boolean): void;
  /** A connection goes to another worker, before those that came after it. */
  takeBack(connection: ConnectionHandle): void;
}

/** A connection that was sent to a worker and not answered. */
export interface UnderWay {
  readonly connection: ConnectionHandle;
  readonly socket: AcceptedAt;
}

/** A cluster worker, as far as accepting goes. */
export interface AcceptingWorker {
  readonly id: number;
  /** Whether its TLS servers use the session ticket keys of the others. */
  readonly sharesTickets: boolean;
  readonly worker: {
    readonly process: ChildProcess;
    /** Set by its own `cluster.worker.disconnect()`. */
    readonly exitedAfterDisconnect?: boolean;
  };
}

/** Numbers of ours go down from here, those of `node:cluster` up from 0. */
let lastNumber = 0;

/** A worker as one that connections are given to. */
export class Member {
  readonly worker: AcceptingWorker;
  /** Asks it whether the connection from a port of this machine is one that its app makes. */
  readonly askWhose: (port: number) => void;
  /** Sent to it and not answered, by their numbers, in the order in which they went. */
  readonly underWay = new Map<number, UnderWay>();
  /** It may be given connections: it is ready, and of the generation that serves. */
  admitted = false;
  /** It was asked to go. */
  leaving = false;
  /** With shared scheduling: it accepts nothing by itself any more. */
  hasStopped = false;

  constructor(worker: AcceptingWorker, askWhose: (port: number) => void) {
    this.worker = worker;
    this.askWhose = askWhose;
  }

  /** Whether it can be sent anything. A process that was killed may be taken for connected for some turns. */
  get isAlive(): boolean {
    const { connected, exitCode, signalCode } = this.worker.worker.process;
    return connected && exitCode === null && signalCode === null;
  }

  get canServe(): boolean {
    return this.admitted && !this.leaving && this.isAlive;
  }

  send(message: ClusterMessage, handle?: ConnectionHandle): boolean {
    return sendClusterMessage(this.worker.worker.process, message, handle);
  }

  /** Gives it a connection, whose number is noted until it has answered. Returns false if it can't be reached. */
  give(connection: ConnectionHandle, socket: AcceptedAt): boolean {
    lastNumber -= 1;
    const sent = this.send({ act: "newconn", key: socket.key, seq: lastNumber }, connection);
    if (sent) {
      this.underWay.set(lastNumber, { connection, socket });
    }
    return sent;
  }
}
