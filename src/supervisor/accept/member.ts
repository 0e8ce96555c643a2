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
  /** When it was sent, on the steady clock. */
  readonly givenAt: number;
}

/** A connection that was made on this machine: the ports of its ends. One port may be in use for several, that lead elsewhere. */
export interface OwnClient {
  readonly port: number;
  /** Where it leads. */
  readonly to: number;
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

/** A worker that has confirmed the last one within so many milliseconds takes the next as fast. */
const atOnceMs = 5;

/** So many of an address may be under way to such a one, so that it need not wait for the next. */
const mostUnderWay = 4;

/** Numbers of ours go down from here, those of `node:cluster` up from 0. */
let lastNumber = 0;

/** A worker as one that connections are given to. */
export class Member {
  readonly worker: AcceptingWorker;
  /** Asks it whether a connection from this machine is one that its app makes. */
  readonly askWhose: (client: OwnClient) => void;
  /** Sent to it and not answered, by their numbers, in the order in which they went. */
  readonly underWay = new Map<number, UnderWay>();
  /** It may be given connections: it is ready, and of the generation that serves. */
  admitted = false;
  /** How long the last one that it has answered was under way, in milliseconds. */
  #tookMs = Number.POSITIVE_INFINITY;
  /** It was asked to go. */
  leaving = false;
  /** With shared scheduling: it accepts nothing by itself any more. */
  hasStopped = false;

  readonly #now: () => number;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(worker: AcceptingWorker, askWhose: (client: OwnClient) => void, now: () => number) {
    this.worker = worker;
    this.askWhose = askWhose;
    this.#now = now;
  }

  /** Whether it can be sent anything. A process that was killed may be taken for connected for some turns. */
  get isAlive(): boolean {
    const { connected, exitCode, signalCode } = this.worker.worker.process;
    return connected && exitCode === null && signalCode === null;
  }

  get canServe(): boolean {
    return this.admitted && !this.leaving && this.isAlive;
  }

  send(message: ClusterMessage, handle?: ConnectionHandle, lost?: () => void): boolean {
    return sendClusterMessage(this.worker.worker.process, message, handle, lost);
  }

  /** How many connections of an address are under way to it. */
  underWayAt(socket: AcceptedAt): number {
    let count = 0;
    for (const sent of this.underWay.values()) {
      count += sent.socket === socket ? 1 : 0;
    }
    return count;
  }

  /** Whether it may be given one more of an address before it has answered for those that are under way to it. */
  takesMore(socket: AcceptedAt): boolean {
    const [oldest] = this.underWay.values();
    const isQuick = this.#tookMs < atOnceMs && (oldest === undefined || this.#now() - oldest.givenAt < atOnceMs);
    return isQuick && this.canServe && this.underWayAt(socket) < mostUnderWay;
  }

  /** It has answered for the connection of this number, which is returned. One that refuses is given one at a time. */
  answered(seq: number, accepted: boolean): UnderWay | undefined {
    const sent = this.underWay.get(seq);
    if (sent !== undefined) {
      this.underWay.delete(seq);
      this.#tookMs = accepted ? this.#now() - sent.givenAt : Number.POSITIVE_INFINITY;
    }
    return sent;
  }

  /** Gives it a connection, whose number is noted until it has answered. Returns false if it can't be reached. */
  give(connection: ConnectionHandle, socket: AcceptedAt): boolean {
    lastNumber -= 1;
    const seq = lastNumber;
    const sent = this.send({ act: "newconn", key: socket.key, seq }, connection, () => {
      // It may open no more files: as if it had refused it.
      this.answered(seq, false)?.socket.answered(this, connection, false);
    });
    if (sent) {
      this.underWay.set(seq, { connection, socket, givenAt: this.#now() });
    }
    return sent;
  }
}
