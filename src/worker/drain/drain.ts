import { subscribe } from "node:diagnostics_channel";
import type { Server, Socket } from "node:net";
import type { DrainProgress } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Parking } from "../connections/parking.ts";
import { isHttpServer, type ServerTracker, type TrackedServer } from "../connections/servers.ts";
import type { Traffic } from "../connections/traffic.ts";
import type { Guard } from "../guard.ts";
import {
  closeListeningHandle,
  httpConnections,
  isAnswering,
  isMovable,
  servesConnectionsItself,
  skipHandleQueue,
} from "../internals.ts";
import { setImmediate, setInterval, steadyNow } from "../ownTimers.ts";
import type { ProcessHold } from "../process/processHold.ts";
import {
  closeAfterAnswers,
  closeAfterCurrentAnswers,
  createSessionFarewell,
  endEventStreams,
  endEventStreamsOf,
} from "./closeByProtocol.ts";
import { createCostThrottle } from "./costThrottle.ts";
import { createExitPace } from "./exitPace.ts";
import { createHandoffSender, type HandoffSender } from "./handoffSender.ts";
import type { LoopLoad } from "./loopLoad.ts";
import { createWebSocketFarewell } from "./webSockets.ts";

/**
 * Milliseconds in which a client that was just let in has to send its request, at the least: it may run on a machine that is
 * busy, while a connection that is reused is known to be idle.
 */
const unusedGraceMs = 500;

/** How often a drain looks for what comes without an event, in milliseconds. */
const tickMs = 25;

/** Between two reports of what is left pass at least so many milliseconds; that nothing is left is said at once. */
const reportMs = 100;

/** A worker whose event loop was busy for less of the time has little to do. */
const idleShare = 0.5;

/** An HTTP/2 session that always has an open stream is ended after so many milliseconds, in the midst of them. */
const sessionGraceMs = 1_000;

/** Looking through all connections may take this part of the time for the one purpose, and again for the other. */
const searchShare = 0.01;

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
  /** A server of the app began to listen; during a drain it is drained with the others, its connections not moved. */
  serverListens(tracked: TrackedServer): void;
  /** These of the connections that were sent have a new owner. */
  arrived(ids: readonly number[]): void;
  /** What is idle, and can't be handed over, may stay so many milliseconds longer. */
  extend(ms: number): void;
}

export function createDrain(options: {
  readonly channel: Channel;
  readonly tracker: ServerTracker;
  readonly parking: Parking;
  readonly traffic: Traffic;
  readonly load: LoopLoad;
  readonly hold: ProcessHold;
  readonly guard: Guard;
}): Drain {
  const { channel, tracker, parking, traffic, load, hold, guard } = options;
  // Node's own cluster module listens too.
  const listenersAtStart = process.listenerCount("message");
  let servers: readonly TrackedServer[] | undefined;
  let handoff: ReadonlySet<string> = new Set();
  let idleDeadline = 0;
  /** For connections on which nothing has come yet: who has just connected has a request to send. */
  let unusedDeadline = 0;
  let sessionDeadline = 0;
  let streamDeadline = 0;
  let spreadMs = 0;
  let closingIdle = false;
  let sender: HandoffSender | undefined;
  let openAtStart = 0;
  const searchStreams = createCostThrottle(searchShare, tickMs);
  const searchWebSockets = createCostThrottle(searchShare, tickMs);
  const searchStaying = createCostThrottle(searchShare, tickMs);
  const tell = createCostThrottle(searchShare, reportMs);
  const webSocketFarewell = createWebSocketFarewell(guard);
  const sessionFarewell = createSessionFarewell(guard);

  /** Servers that began to listen when the drain had begun. */
  const late = new Set<TrackedServer>();

  const movable = (tracked: TrackedServer): boolean =>
    handoff.has(tracked.key) &&
    tracked.protocol === "http" &&
    !late.has(tracked) &&
    servesConnectionsItself(tracked.server);

  /** The servers whose connections are handed over, but for those that have to stay. */
  const giving = new Set<Server>();

  const leaves = (socket: Socket, server: Server): boolean => !giving.has(server) || !isMovable(socket, server);

  /** What is done to a server once. */
  const bid = (leaving: readonly TrackedServer[]): void => {
    for (const tracked of leaving) {
      const { server } = tracked;
      stopAccepting(server);
      webSocketFarewell.close(tracked.webSockets, spreadMs);
      if (isHttpServer(server)) {
        if (movable(tracked)) {
          giving.add(server);
          // An app that calls `server.close()` now would close those that are about to be handed over.
          server.closeIdleConnections = () => undefined;
        }
        closeAfterCurrentAnswers(server, (socket) => leaves(socket, server));
      }
    }
  };

  const closeIdleOf = ({ server }: TrackedServer): void => {
    const connections = isHttpServer(server) ? httpConnections(server) : undefined;
    const unused =
      steadyNow() < unusedDeadline ? [] : (connections?.active.filter(({ bytesRead }) => bytesRead === 0) ?? []);
    for (const socket of [...(connections?.idle ?? []), ...unused]) {
      if (leaves(socket, server) && !isAnswering(socket)) {
        socket.destroy();
      }
    }
  };

  const closeIdle = guard("idle connections", () => {
    closingIdle = false;
    for (const tracked of servers ?? []) {
      if (!giving.has(tracked.server)) {
        closeIdleOf(tracked);
      }
    }
    // Of these there are few, among all that are handed over.
    searchStaying(() => {
      for (const tracked of servers ?? []) {
        if (giving.has(tracked.server)) {
          closeIdleOf(tracked);
        }
      }
    });
    for (const [socket, connection] of parking.parked()) {
      if (!handoff.has(connection.server)) {
        socket.destroy();
      }
    }
  });

  /** Between two immediates, everything that has arrived is read: a request that waits in the kernel is answered instead. */
  const closeIdleInTime = (): void => {
    if (!closingIdle && steadyNow() >= idleDeadline) {
      closingIdle = true;
      setImmediate(() => setImmediate(closeIdle));
    }
  };

  const closeStreams = (): void => {
    // Again and again: a handshake may have been under way when the drain began.
    searchWebSockets(() => {
      for (const { webSockets } of servers ?? []) {
        webSocketFarewell.close(webSockets, 0);
      }
      webSocketFarewell.look();
    });
    for (const { sessions } of servers ?? []) {
      sessionFarewell.close(sessions, steadyNow() >= sessionDeadline);
    }
    if (steadyNow() >= streamDeadline) {
      searchStreams(() => {
        for (const { server, sessions } of servers ?? []) {
          if (isHttpServer(server)) {
            endEventStreams(server, guard);
          }
          for (const session of sessions) {
            endEventStreamsOf(session, guard);
          }
        }
      });
    }
  };

  /** The app has closed the channel: nothing can be handed over any more, so all ends in its own time. */
  const goOnAlone = (): void => {
    if (sender === undefined) {
      return;
    }
    sender.takeBack();
    sender = undefined;
    const left = (servers ?? []).filter(({ server }) => giving.has(server));
    giving.clear();
    handoff = new Set();
    for (const { server } of left) {
      if (isHttpServer(server)) {
        // Node's own again.
        Reflect.deleteProperty(server, "closeIdleConnections");
        closeAfterCurrentAnswers(server, () => true);
      }
    }
  };

  let lastReport = "";
  const report = (): void => {
    const open = tracker.connections();
    const handedOver = sender?.handedOver ?? 0;
    // Those that are given to Node have left, though it has not detached all of them yet.
    const connections = Math.max(0, open - (sender?.queued ?? 0));
    const { count, named } = traffic.inFlight(servers ?? []);
    const kinds = traffic.kinds(servers ?? [], connections, parking.parked().size);
    const progress: DrainProgress = {
      requests: count,
      connections,
      handedOver,
      closed: Math.max(0, openAtStart - connections - handedOver),
      kinds,
      inFlight: named,
      served: traffic.served(),
      done: open === 0,
      settled: sender?.pending !== true && kinds.http + kinds.https + kinds.http2 === 0,
      listens: process.listenerCount("message") > listenersAtStart,
    };
    const text = JSON.stringify(progress);
    if (text !== lastReport) {
      lastReport = text;
      channel.send({ type: "drain", ...progress });
    }
  };

  const pump = guard("drain", () => {
    if (channel.connected) {
      sender?.pump();
    } else {
      goOnAlone();
    }
    hold.handsOver(sender?.pending ?? false);
    if (tracker.connections() === 0) {
      report();
    } else {
      tell(report);
    }
  });

  let scheduled = false;
  /** Once for all that happens in one turn. */
  const schedulePump = (): void => {
    if (!scheduled) {
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        pump();
      });
    }
  };

  const tick = guard("drain", () => {
    pump();
    closeIdleInTime();
    closeStreams();
  });

  return {
    isDraining: () => servers !== undefined,
    start: guard("drain start", (wanted) => {
      if (servers !== undefined) {
        return;
      }
      hold.drainBegins();
      parking.confirm();
      servers = [...tracker.servers(), ...tracker.behind()];
      openAtStart = tracker.connections();
      handoff = new Set(wanted.handoff);
      idleDeadline = steadyNow() + wanted.idleGraceMs;
      unusedDeadline = steadyNow() + Math.max(wanted.idleGraceMs, unusedGraceMs);
      sessionDeadline = steadyNow() + Math.min(wanted.idleGraceMs, sessionGraceMs);
      streamDeadline = steadyNow() + wanted.streamGraceMs;
      spreadMs = wanted.spreadMs;
      bid(servers);
      closeAfterAnswers(leaves, guard);
      const given = servers.filter(({ server }) => giving.has(server));
      const idle = load.share() < idleShare;
      sender = createHandoffSender({ channel, parking, movable: given, handoff, idle, emptied: schedulePump });
      subscribe(
        "http.server.response.finish",
        guard("answer", (message: unknown) => {
          const { socket, server } = message as { socket: Socket; server: Server };
          const tracked = given.find((own) => own.server === server);
          if (tracked !== undefined) {
            sender?.answerEnded(socket, tracked);
          }
          schedulePump();
        }),
      );
      setInterval(tick, tickMs).unref();
      // The app may end whenever it likes: what is idle is still handed over, and the last report is of what is then.
      process.on(
        "exit",
        guard("last report", () => {
          if (channel.connected) {
            sender?.giveAll(createExitPace());
            skipHandleQueue();
            report();
          }
        }),
      );
      tick();
    }),
    serverListens: guard("late server", (tracked) => {
      if (servers !== undefined && !servers.includes(tracked)) {
        late.add(tracked);
        servers = [...servers, tracked];
        bid([tracked]);
      }
    }),
    arrived: guard("handoff", (ids) => sender?.arrived(ids)),
    extend(ms) {
      if (steadyNow() < idleDeadline) {
        idleDeadline += ms;
      }
    },
  };
}

function stopAccepting(server: Server): void {
  if (server.listening && !closeListeningHandle(server)) {
    server.close();
  }
}
