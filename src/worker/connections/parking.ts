import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import { type HandedConnection, handoffWindow } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import { keepAliveLimit } from "../internals/httpMessages.ts";
import { attachToServer, servesConnectionsItself } from "../internals/serverConnections.ts";
import { startReading, stopReading } from "../internals/sockets.ts";
import { epochNow, setImmediate, steadyNow } from "../ownTimers.ts";
import { countFrom } from "./requestLimit.ts";
import { isHttpServer, type ServerTracker } from "./servers.ts";

/** Connections that arrive within this many milliseconds of the previous one are confirmed together: */
const burstGapMs = 5;

/** At most so many, and at the latest when a turn of the event loop has brought none. */
const burstSize = handoffWindow / 2;

/** Connections that came from another worker and whose client has not sent anything since. */
export interface Parking {
  /** Answers a connection that the supervisor sent: takes and parks it, or refuses it. */
  receive(connection: HandedConnection & { readonly id: number }, socket: Socket | undefined): void;
  parked(): ReadonlyMap<Socket, HandedConnection>;
  /** Stops waiting for this connection's client, so that it can be handed on. */
  release(socket: Socket): void;
  /** Confirms what has come so far. Until then the supervisor might give it to another worker too. */
  confirm(): void;
}

interface ParkedConnection extends Omit<HandedConnection, "idleSince"> {
  readonly owner: HttpServer;
  idleSince: number;
}

export function createParking(options: {
  readonly channel: Channel;
  readonly tracker: ServerTracker;
  readonly guard: Guard;
  readonly isDraining: () => boolean;
}): Parking {
  const { channel, tracker, guard, isDraining } = options;
  const parked = new Map<Socket, ParkedConnection>();
  let arrived: { readonly id: number; readonly socket: Socket; readonly connection: ParkedConnection }[] = [];
  /** How many of these had come a turn of the event loop ago. */
  let arrivedBefore = 0;
  let lastArrival = 0;
  let looking = false;
  const followed = new WeakSet<HttpServer>();

  /** Nothing is read before the supervisor has been told: it gives what a dead worker has not confirmed to another. */
  const confirm = (): void => {
    if (arrived.length > 0) {
      const confirmed = arrived;
      arrived = [];
      arrivedBefore = 0;
      if (!channel.connected) {
        // The supervisor has its own copy of each, and can't be told that they are served here.
        for (const { socket } of confirmed) {
          socket.destroy();
        }
        return;
      }
      const longest = epochNow() - Math.min(...confirmed.map(({ connection }) => connection.stoppedAt));
      channel.send({ type: "taken", ids: confirmed.map(({ id }) => id), stallMs: Math.max(0, longest) });
      for (const { socket, connection } of confirmed) {
        startReading(socket);
        limitIdleTime(socket, connection);
      }
    }
  };
  const confirmSoon = guard("handoff", () => {
    looking = arrived.length > arrivedBefore;
    if (looking) {
      arrivedBefore = arrived.length;
      setImmediate(confirmSoon);
    } else {
      confirm();
    }
  });

  // One function of each kind for all connections, not one for each: thousands may come within a second.
  const close = function (this: Socket): void {
    this.destroy();
  };
  const forget = function (this: Socket): void {
    parked.delete(this);
  };
  const takeOut = guard("parked connection", (socket: Socket, connection: ParkedConnection) => {
    release(socket);
    countFrom(socket, connection.requests);
  });
  const wake = function (this: Socket): void {
    const connection = parked.get(this);
    // The end of the stream makes a socket readable too: then the client left.
    if (connection !== undefined && this.readableLength > 0) {
      takeOut(this, connection);
      // Not guarded: what the app's own listener throws is the app's.
      connection.owner.emit("connection", this);
    }
  };

  const destroyThose = (of: HttpServer, idleOnly: boolean): void => {
    for (const [socket, { owner, unused }] of parked) {
      // Node does not count as idle what is new.
      if (owner === of && !(idleOnly && unused)) {
        socket.destroy();
      }
    }
  };

  /** Ends what waits for a server whose connections the app closes, as Node does with those that it knows of. */
  const followClose = (owner: HttpServer): void => {
    if (!followed.has(owner)) {
      followed.add(owner);
      for (const method of ["closeIdleConnections", "closeAllConnections"] as const) {
        const closeOthers = owner[method];
        owner[method] = () => {
          closeOthers.call(owner);
          destroyThose(owner, method === "closeIdleConnections");
        };
      }
    }
  };

  /** In the next turn, everything that has arrived is read: a request that waited for a blocked event loop is served. */
  const expire = function (this: Socket): void {
    setImmediate(closeIfParked, this);
  };
  const closeIfParked = (socket: Socket): void => {
    if (parked.has(socket)) {
      socket.destroy();
    }
  };

  /** Only time in which a client could be heard counts as idle: that before it was stopped, and that from now on. */
  const limitIdleTime = (socket: Socket, connection: ParkedConnection): void => {
    const { owner, unused, stoppedAt, idleSince } = connection;
    const limit = unused ? owner.headersTimeout : keepAliveLimit(owner);
    const idle = Math.max(0, stoppedAt - idleSince);
    connection.idleSince = epochNow() - idle;
    socket.setTimeout(limit > 0 ? Math.max(1, limit - idle) : 0);
  };

  const release = (socket: Socket): void => {
    if (parked.delete(socket)) {
      socket.off("readable", wake);
      socket.off("end", close);
      socket.off("error", close);
      socket.off("timeout", expire);
      socket.off("close", forget);
      socket.setTimeout(0);
    }
  };

  /**
   * Waits until the client sends something, then lets the app's server have the connection. Were it given to the server
   * at once, Node would take it for a new connection whose headers are late, and answer 408.
   */
  const park = (socket: Socket, connection: ParkedConnection): void => {
    const { owner } = connection;
    // Node's own HTTP sockets are half-open too: a client may end its side and still wait for the answer.
    socket.allowHalfOpen = true;
    parked.set(socket, connection);
    attachToServer(socket, owner);
    followClose(owner);
    socket.on("close", forget);
    socket.on("readable", wake);
    socket.on("end", close);
    socket.on("error", close);
    socket.on("timeout", expire);
  };

  return {
    receive(connection, socket) {
      const server = tracker.find(connection.server)?.server;
      if (
        socket === undefined ||
        server === undefined ||
        isDraining() ||
        !isHttpServer(server) ||
        !servesConnectionsItself(server)
      ) {
        // The supervisor keeps its own copy until somebody has taken the connection.
        socket?.destroy();
        channel.send({ type: "refused", id: connection.id });
        return;
      }
      stopReading(socket);
      const { server: key, requests, unused, stoppedAt, idleSince } = connection;
      const parkedConnection = { server: key, requests, unused, stoppedAt, idleSince, owner: server };
      park(socket, parkedConnection);
      arrived.push({ id: connection.id, socket, connection: parkedConnection });
      const now = steadyNow();
      const burst = now - lastArrival < burstGapMs;
      lastArrival = now;
      if (!burst || arrived.length >= burstSize) {
        confirm();
      } else if (!looking) {
        looking = true;
        arrivedBefore = arrived.length;
        setImmediate(confirmSoon);
      }
    },
    parked: () => parked,
    release,
    confirm,
  };
}
