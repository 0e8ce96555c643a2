import { subscribe } from "node:diagnostics_channel";
import type { Server, Socket } from "node:net";
import type { DrainProgress, HandedConnection } from "../shared/workerMessages.ts";
import type { Channel } from "./channel.ts";
import { closeAfterAnswers, closeSessions, closeWebSockets, endEventStreams } from "./farewell.ts";
import type { Guard } from "./guard.ts";
import { type Parking, requestsOn } from "./handoff.ts";
import {
  closeListeningHandle,
  forgetServer,
  httpConnections,
  isAnswering,
  isFlushed,
  startReading,
  stopReading,
} from "./internals.ts";
import { isHttpServer, type ServerTracker, type TrackedServer } from "./servers.ts";
import type { Traffic } from "./traffic.ts";

/** How often a drain looks for connections that became idle without an event, and reports. */
const tickMs = 25;

export interface DrainOrder {
  /** Keys of the servers whose idle connections are handed over. */
  readonly handoff: readonly string[];
  /** Milliseconds before other idle connections are closed. */
  readonly idleGraceMs: number;
  /** Milliseconds before event streams are ended. */
  readonly streamGraceMs: number;
  /** Milliseconds over which the close frames of WebSockets are spread. */
  readonly spreadMs: number;
}

export interface Drain {
  isDraining(): boolean;
  /** Begins; a second call changes nothing. */
  start(order: DrainOrder): void;
  /** The supervisor has the connection sent last. */
  received(): void;
}

export function createDrain(options: {
  readonly channel: Channel;
  readonly tracker: ServerTracker;
  readonly parking: Parking;
  readonly traffic: Traffic;
  readonly guard: Guard;
}): Drain {
  const { channel, tracker, parking, traffic, guard } = options;
  // Node's own cluster module listens too.
  const listenersAtStart = process.listenerCount("message");
  let servers: readonly TrackedServer[] | undefined;
  let handoff: ReadonlySet<string> = new Set();
  let idleDeadline = 0;
  let streamDeadline = 0;
  let handedOver = 0;
  let openAtStart = 0;
  /** The one connection under way: Node sends handles one at a time and detaches each only when its turn comes. */
  let inTransit: Socket | undefined;
  /** Idle connections and how much had been read from each when that was seen: more since means it is idle no longer. */
  const candidates = new Map<
    Socket,
    { readonly bytesRead: number; readonly connection: Omit<HandedConnection, "stoppedAt"> }
  >();

  /**
   * Connections whose answer has just ended, and since when (epoch milliseconds) they are not read: the client's next
   * request would keep them here for as long as it takes.
   */
  const paused = new Map<Socket, number>();

  const movable = (tracked: TrackedServer): boolean => handoff.has(tracked.key) && tracked.protocol === "http";

  const findCandidates = (): void => {
    for (const tracked of servers ?? []) {
      const connections =
        movable(tracked) && isHttpServer(tracked.server) ? httpConnections(tracked.server) : undefined;
      const unused = connections?.all.filter((socket) => socket.bytesRead === 0) ?? [];
      for (const socket of [...(connections?.idle ?? []), ...unused]) {
        if (!candidates.has(socket)) {
          const { bytesRead } = socket;
          const connection = { server: tracked.key, requests: requestsOn(socket), unused: bytesRead === 0 };
          candidates.set(socket, { bytesRead, connection });
        }
      }
    }
    for (const [socket, connection] of parking.parked()) {
      if (handoff.has(connection.server)) {
        candidates.set(socket, { bytesRead: socket.bytesRead, connection });
      }
    }
  };

  const handOn = (): void => {
    for (const [socket, { bytesRead, connection }] of candidates) {
      if (inTransit !== undefined) {
        return;
      }
      candidates.delete(socket);
      const idle = socket.bytesRead === bytesRead && !isAnswering(socket) && isFlushed(socket) && !socket.destroyed;
      if (idle && socket.writable && stopReading(socket)) {
        const stoppedAt = paused.get(socket) ?? Date.now();
        paused.delete(socket);
        inTransit = socket;
        socket.setTimeout(0);
        parking.release(socket);
        forgetServer(socket);
        channel.send({ type: "connection", ...connection, stoppedAt }, socket);
        handedOver += 1;
      } else {
        readOn(socket);
      }
    }
  };

  /** A connection that turned out not to be idle is read on: a further request is under way on it. */
  const readOn = (socket: Socket): void => {
    if (paused.delete(socket)) {
      startReading(socket);
    }
  };

  const closeIdle = (): void => {
    if (performance.now() < idleDeadline) {
      return;
    }
    for (const tracked of servers ?? []) {
      if (isHttpServer(tracked.server) && !movable(tracked)) {
        tracked.server.closeIdleConnections();
        for (const socket of httpConnections(tracked.server)?.all ?? []) {
          if (socket.bytesRead === 0) {
            socket.destroy();
          }
        }
      }
    }
    for (const [socket, connection] of parking.parked()) {
      if (!handoff.has(connection.server)) {
        socket.destroy();
      }
    }
  };

  const closeStreams = (): void => {
    for (const { sessions } of servers ?? []) {
      // Again and again: a TLS handshake that was under way when the drain began ends in a session too.
      closeSessions(sessions, guard);
    }
    if (performance.now() >= streamDeadline) {
      for (const { server } of servers ?? []) {
        if (isHttpServer(server)) {
          endEventStreams(server);
        }
      }
    }
  };

  let lastReport = "";
  const report = (): void => {
    const connections = tracker.sockets().size;
    const { count, named } = traffic.inFlight(servers ?? []);
    const progress: DrainProgress = {
      requests: count,
      connections,
      handedOver,
      closed: Math.max(0, openAtStart - connections - handedOver),
      kinds: traffic.kinds(servers ?? [], tracker.sockets()),
      inFlight: named,
      served: traffic.served(),
      done: connections === 0,
      listens: process.listenerCount("message") > listenersAtStart,
    };
    const text = JSON.stringify({ ...progress, served: 0 });
    if (text !== lastReport) {
      lastReport = text;
      channel.send({ type: "drain", ...progress });
    }
  };

  const pump = guard("drain", () => {
    findCandidates();
    for (const socket of paused.keys()) {
      if (!candidates.has(socket)) {
        readOn(socket);
      }
    }
    handOn();
    closeIdle();
    closeStreams();
    report();
  });

  return {
    isDraining: () => servers !== undefined,
    start: guard("drain start", (wanted) => {
      if (servers !== undefined) {
        return;
      }
      servers = tracker.servers();
      openAtStart = tracker.sockets().size;
      handoff = new Set(wanted.handoff);
      idleDeadline = performance.now() + wanted.idleGraceMs;
      streamDeadline = performance.now() + wanted.streamGraceMs;
      for (const tracked of servers) {
        stopAccepting(tracked.server);
        closeWebSockets(tracked.webSockets, wanted.spreadMs, guard);
      }
      closeAfterAnswers(
        servers.filter((tracked) => !movable(tracked)),
        guard,
      );
      let scheduled = false;
      const answerEnded = guard("answer", (message: unknown) => {
        const { socket, server } = message as { socket: Socket; server: Server };
        // In the very turn in which the answer ends, before the client's next request can have come.
        if (servers?.some((tracked) => tracked.server === server && movable(tracked)) && stopReading(socket)) {
          paused.set(socket, Date.now());
        }
        if (!scheduled) {
          scheduled = true;
          // Only after Node has dealt with the end of the response does the parser tell whether the connection is idle.
          setImmediate(() => {
            scheduled = false;
            pump();
          });
        }
      });
      subscribe("http.server.response.finish", answerEnded);
      setInterval(pump, tickMs).unref();
      pump();
    }),
    received: guard("handoff", () => {
      // Node has detached the connection from this object; this lets the app see it closed.
      inTransit?.destroy();
      inTransit = undefined;
      handOn();
      if (candidates.size === 0) {
        pump();
      }
    }),
  };
}

function stopAccepting(server: Server): void {
  if (!closeListeningHandle(server)) {
    server.close();
  }
}
