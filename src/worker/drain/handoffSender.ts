import type { Socket } from "node:net";
import type { HandedConnection } from "../../shared/workerMessages.ts";
import type { Channel, DrainChannel } from "../channel.ts";
import type { Parking } from "../connections/parking.ts";
import { requestsOn } from "../connections/requestLimit.ts";
import { isHttpServer, type TrackedServer } from "../connections/servers.ts";
import { isAnswering } from "../internals/httpMessages.ts";
import { skipHandleQueue } from "../internals/ipcChannel.ts";
import { httpConnections, isMovable } from "../internals/serverConnections.ts";
import { forgetServer, isAttached, isFlushed, startReading, stopReading } from "../internals/sockets.ts";
import { epochNow, steadyNow } from "../ownTimers.ts";
import { createCostThrottle } from "./costThrottle.ts";
import type { ExitPace } from "./exitPace.ts";
import { createTransitWindow, type TransitWindow } from "./transitWindow.ts";

/**
 * Node sends handles one at a time, and goes through all that queue for each of them. One that waits is enough to keep the
 * channel busy.
 */
const mostQueued = 2;

/** Looking through all connections may take this part of a draining worker's time. */
const searchShare = 0.05;

/** A connection on which nothing has come or gone for so many milliseconds rests: its client will hardly ask just now. */
const restingMs = 1_000;

/**
 * After so many answers since the drain began there are clients who would notice: what rests then goes no faster than the
 * others, on whose way it would be.
 */
const fewAnswers = 16;

/** So many idle connections are enough for one search: each takes about a microsecond, in which nobody is answered. */
const mostFound = 1_000;

/** Least milliseconds between two searches. */
export const searchEveryMs = 25;

interface Candidate {
  /** How much had been read from the connection when it was found idle: more since means it is idle no longer. */
  readonly bytesRead: number;
  readonly connection: Omit<HandedConnection, "stoppedAt" | "idleSince">;
  /** Of a connection that was handed over before and has not been used since. */
  readonly idleSince?: number;
}

/** The connections of a draining worker that go to the supervisor, and the order in which they do. */
export interface HandoffSender {
  /** Connections sent so far. */
  readonly handedOver: number;
  /** Whether any are known that are still to go, or are given to Node and not gone yet. */
  readonly pending: boolean;
  /** Those of `handedOver` that are given to Node and have not gone yet. */
  readonly queued: number;
  /** An answer on this connection has just ended. To be called in the very turn in which it does. */
  answerEnded(socket: Socket, tracked: TrackedServer): void;
  /** Looks for idle connections, and sends as many as may be under way. */
  pump(): void;
  /** These of the connections that were sent have a new owner. */
  arrived(ids: readonly number[]): void;
  /** The process is at its end: all that are idle go now, however many, since here they would be lost. */
  giveAll(pace: ExitPace): void;
  /** The channel is closed: what was still to go stays and is read again. */
  takeBack(): void;
}

/** @param movable The servers whose connections are handed over. */
export function createHandoffSender(options: {
  readonly channel: Channel & Pick<DrainChannel, "isCrowded">;
  readonly parking: Parking;
  readonly movable: readonly TrackedServer[];
  readonly handoff: ReadonlySet<string>;
  /** Whether connections go over two supervisors. */
  readonly isFar: boolean;
  /** Milliseconds since something came or went on a connection. */
  readonly silentFor: (socket: Socket) => number;
  /** Called when the last connection that was known to be idle has gone. */
  readonly emptied: () => void;
}): HandoffSender {
  const { channel, parking, movable, handoff, isFar, silentFor, emptied } = options;
  let handedOver = 0;
  /** The supervisor has not got so many of them. */
  let lost = 0;
  const transit = createTransitWindow(steadyNow, isFar);
  /** Given to Node, which has not detached them yet: they still look idle. */
  const queued = new Map<Socket, { readonly id: number; readonly connection: HandedConnection }>();
  /** Their clients have just been answered and may ask again at any moment, so they go first. */
  const hot = new Map<Socket, Candidate>();
  const cold = new Map<Socket, Candidate>();
  /** Of these more may be under way at a time, while hardly anybody asks: they have a window of their own. */
  const resting = new Map<Socket, Candidate>();
  const restingTransit = createTransitWindow(steadyNow, true);
  let answers = 0;
  const search = createCostThrottle(searchShare, searchEveryMs);
  let ending: ExitPace | undefined;

  /**
   * Connections whose answer has just ended, and since when (epoch milliseconds) they are not read: the client's next
   * request would keep them here for as long as it takes. Only as many as will soon be gone: the others are served on.
   */
  const paused = new Map<Socket, { readonly since: number; readonly tracked: TrackedServer }>();

  /** Only after Node has dealt with the end of a response does the parser tell whether the connection is idle. */
  const sortPaused = (): void => {
    const active = new Map<TrackedServer, ReadonlySet<Socket>>();
    for (const [socket, { tracked }] of paused) {
      if (!hot.has(socket)) {
        const busy = active.get(tracked) ?? new Set(connectionsOf(tracked)?.active);
        active.set(tracked, busy);
        if (busy.has(socket)) {
          readOn(socket);
        } else {
          cold.delete(socket);
          resting.delete(socket);
          hot.set(socket, asCandidate(socket, tracked));
          // It is not read, so it must not count as idle.
          socket.setTimeout(0);
        }
      }
    }
  };

  const findIdle = (): void => {
    const hasEnough = (): boolean => cold.size + resting.size >= mostFound && ending === undefined;
    for (const tracked of movable) {
      const connections = connectionsOf(tracked);
      for (const socket of connections?.idle ?? []) {
        if (hasEnough()) {
          return;
        }
        consider(socket, tracked);
      }
      for (const socket of connections?.active ?? []) {
        if (socket.bytesRead === 0 && !hasEnough()) {
          consider(socket, tracked);
        }
      }
    }
    for (const [socket, { server, requests, unused, idleSince }] of parking.parked()) {
      if (hasEnough()) {
        return;
      }
      if (handoff.has(server)) {
        const candidates = epochNow() - idleSince < restingMs ? cold : resting;
        candidates.set(socket, { bytesRead: socket.bytesRead, connection: { server, requests, unused }, idleSince });
      }
    }
  };

  const consider = (socket: Socket, tracked: TrackedServer): void => {
    const isKnown = hot.has(socket) || cold.has(socket) || resting.has(socket) || queued.has(socket);
    if (!isKnown && isMovable(socket, tracked.server)) {
      (silentFor(socket) < restingMs ? cold : resting).set(socket, asCandidate(socket, tracked));
    }
  };

  const windowOf = (candidates: ReadonlyMap<Socket, Candidate>): TransitWindow =>
    candidates === resting && answers < fewAnswers ? restingTransit : transit;

  const mayGo = (socket: Socket, window: TransitWindow): boolean =>
    queued.size < mostQueued &&
    !channel.isCrowded &&
    (paused.has(socket) || window.isOpen(window === transit ? paused.size : 0));

  const sendFrom = (candidates: Map<Socket, Candidate>): void => {
    if (!channel.connected) {
      return;
    }
    for (const [socket, { bytesRead, connection, idleSince }] of candidates) {
      const window = windowOf(candidates);
      if (!(ending?.makeRoom() ?? mayGo(socket, window))) {
        return;
      }
      candidates.delete(socket);
      const isIdle = socket.bytesRead === bytesRead && !isAnswering(socket) && isFlushed(socket) && !socket.destroyed;
      if (isIdle && socket.writable && stopReading(socket)) {
        const stoppedAt = paused.get(socket)?.since ?? epochNow();
        give(socket, { ...connection, stoppedAt, idleSince: idleSince ?? stoppedAt }, window);
      } else {
        readOn(socket);
      }
    }
  };

  const give = (socket: Socket, connection: HandedConnection, window: TransitWindow): void => {
    paused.delete(socket);
    handedOver += 1;
    const id = handedOver;
    queued.set(socket, { id, connection });
    window.sent(id);
    socket.setTimeout(0);
    parking.release(socket);
    forgetServer(socket);
    if (ending !== undefined) {
      skipHandleQueue();
    }
    const sent = (): void => {
      // Its turn has come and Node has detached it from this object; this lets the app see it closed.
      socket.destroy();
      queued.delete(socket);
      send();
      if (hot.size + cold.size + resting.size === 0) {
        emptied();
      }
    };
    channel.send({ type: "connection", id, ...connection }, socket, sent, () => {
      lost += 1;
      arrived([id]);
    });
    ending?.sent();
  };

  /** A connection that turned out not to be idle is read on: a further request is under way on it. */
  const readOn = (socket: Socket): void => {
    if (paused.delete(socket)) {
      startReading(socket);
    }
  };

  const send = (): void => {
    sendFrom(hot);
    sendFrom(cold);
    sendFrom(resting);
  };

  const arrived = (ids: readonly number[]): void => {
    transit.arrived(ids);
    restingTransit.arrived(ids);
    send();
  };

  return {
    get handedOver() {
      return handedOver - lost;
    },
    get queued() {
      return queued.size;
    },
    get pending() {
      return hot.size + cold.size + resting.size + paused.size + queued.size > 0;
    },
    answerEnded(socket, tracked) {
      answers += 1;
      const movable = isMovable(socket, tracked.server);
      if (movable && !paused.has(socket) && transit.mayKeepBack(paused.size) && stopReading(socket)) {
        paused.set(socket, { since: epochNow(), tracked });
      }
    },
    pump() {
      sortPaused();
      send();
      if (cold.size + resting.size === 0) {
        search(findIdle);
        send();
      }
    },
    arrived,
    giveAll(pace) {
      ending = pace;
      for (const [socket, { id, connection }] of queued) {
        if (isAttached(socket) && pace.makeRoom()) {
          skipHandleQueue();
          channel.send({ type: "connection", id, ...connection }, socket, () => undefined);
          pace.sent();
        }
      }
      sortPaused();
      findIdle();
      send();
      pace.finish();
    },
    takeBack() {
      for (const socket of [...paused.keys()]) {
        readOn(socket);
      }
      hot.clear();
      cold.clear();
      resting.clear();
    },
  };
}

function asCandidate(socket: Socket, { key }: TrackedServer): Candidate {
  const { bytesRead } = socket;
  return { bytesRead, connection: { server: key, requests: requestsOn(socket), unused: bytesRead === 0 } };
}

function connectionsOf({ server }: TrackedServer): ReturnType<typeof httpConnections> {
  return isHttpServer(server) ? httpConnections(server) : undefined;
}
