import { subscribe } from "node:diagnostics_channel";
import type { Server, Socket } from "node:net";
import type { DrainChannel } from "../channel.ts";
import type { Parking } from "../connections/parking.ts";
import { isHttpServer, type ServerTracker, type TrackedServer } from "../connections/servers.ts";
import type { Traffic } from "../connections/traffic.ts";
import type { Guard } from "../guard.ts";
import { isAnswering } from "../internals/httpMessages.ts";
import { skipHandleQueue } from "../internals/ipcChannel.ts";
import { closeListeningHandle } from "../internals/listeningHandles.ts";
import { httpConnections, isMovable, servesConnectionsItself } from "../internals/serverConnections.ts";
import { silentFor } from "../internals/sockets.ts";
import { isSpdyStream } from "../internals/spdySessions.ts";
import { setImmediate, setInterval, steadyNow } from "../ownTimers.ts";
import type { ProcessHold } from "../process/processHold.ts";
import { createSessionFarewell, endEventStreams, endEventStreamsOf } from "./closeByProtocol.ts";
import { closeAfterAnswers, closeAfterCurrentAnswers } from "./closingAnswers.ts";
import { createCostThrottle } from "./costThrottle.ts";
import { DrainReport } from "./drainReport.ts";
import { createExitPace } from "./exitPace.ts";
import { createHandoffSender, type HandoffSender } from "./handoffSender.ts";
import { createWebSocketFarewell } from "./webSockets.ts";

/**
 * Milliseconds in which a client that was just let in has to send its request, at the least: it may run on a machine that is
 * busy, while a connection that is reused is known to be idle.
 */
const unusedGraceMs = 500;

/** How often a drain looks for what comes without an event, in milliseconds. */
const tickMs = 25;

/** Least milliseconds between two reports of what is left; that nothing is left is reported at once. */
const reportMs = 100;

/** Milliseconds after which an HTTP/2 session that always has an open stream is ended all the same. */
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
  /** Whether those that take them over are workers of another supervisor. */
  readonly far?: boolean;
}

export interface DrainParts {
  readonly channel: DrainChannel;
  readonly tracker: ServerTracker;
  readonly parking: Parking;
  readonly traffic: Traffic;
  readonly hold: ProcessHold;
  readonly guard: Guard;
}

/** A drain that has begun; it ends with the process. */
export class RunningDrain {
  readonly #parts: DrainParts;
  readonly #order: DrainOrder;
  readonly #report: DrainReport;
  readonly #webSockets;
  readonly #sessions;
  readonly #searchStreams = createCostThrottle(searchShare, tickMs);
  readonly #searchWebSockets = createCostThrottle(searchShare, tickMs);
  readonly #searchStaying = createCostThrottle(searchShare, tickMs);
  readonly #tell = createCostThrottle(searchShare, reportMs);
  /** Servers that began to listen when the drain had begun. */
  readonly #late = new Set<TrackedServer>();
  /** The servers whose connections are handed over, but for those that have to stay. */
  readonly #giving = new Set<Server>();
  #servers: readonly TrackedServer[];
  #handoff: ReadonlySet<string>;
  #idleDeadline: number;
  /** For connections on which nothing has come yet: who has just connected has a request to send. */
  readonly #unusedDeadline: number;
  readonly #sessionDeadline: number;
  readonly #streamDeadline: number;
  #sender: HandoffSender | undefined;
  #closingIdle = false;
  #pumpScheduled = false;

  /** @param ownListeners Listeners to messages that are not the app's. */
  constructor(parts: DrainParts, order: DrainOrder, ownListeners: number) {
    const { tracker, guard } = parts;
    const now = steadyNow();
    this.#parts = parts;
    this.#order = order;
    this.#servers = [...tracker.servers(), ...tracker.behind()];
    this.#handoff = new Set(order.handoff);
    this.#idleDeadline = now + order.idleGraceMs;
    this.#unusedDeadline = now + Math.max(order.idleGraceMs, unusedGraceMs);
    this.#report = new DrainReport({ ...parts, ownListeners, settlesAt: now + unusedGraceMs });
    this.#sessionDeadline = now + Math.min(order.idleGraceMs, sessionGraceMs);
    this.#streamDeadline = now + order.streamGraceMs;
    this.#webSockets = createWebSocketFarewell(guard);
    this.#sessions = createSessionFarewell(guard);
  }

  begin(): void {
    const { channel, parking, guard } = this.#parts;
    this.#bid(this.#servers);
    closeAfterAnswers((socket, server) => this.#leaves(socket, server), guard);
    const given = this.#servers.filter(({ server }) => this.#giving.has(server));
    this.#sender = createHandoffSender({
      channel,
      parking,
      movable: given,
      handoff: this.#handoff,
      isFar: this.#order.far === true,
      silentFor,
      emptied: () => this.#schedulePump(),
    });
    subscribe(
      "http.server.response.finish",
      guard("answer", (message: unknown) => {
        const { socket, server } = message as { socket: Socket; server: Server };
        const tracked = given.find((own) => own.server === server);
        if (tracked !== undefined) {
          this.#sender?.answerEnded(socket, tracked);
        }
        this.#schedulePump();
      }),
    );
    const tick = guard("drain", () => this.#tick());
    setInterval(tick, tickMs).unref();
    process.on(
      "exit",
      guard("last report", () => this.#processExits()),
    );
    tick();
  }

  serverListens(tracked: TrackedServer): void {
    if (!this.#servers.includes(tracked)) {
      this.#late.add(tracked);
      this.#servers = [...this.#servers, tracked];
      this.#bid([tracked]);
    }
  }

  arrived(ids: readonly number[]): void {
    this.#sender?.arrived(ids);
  }

  extend(ms: number): void {
    if (steadyNow() < this.#idleDeadline) {
      this.#idleDeadline += ms;
    }
  }

  #tick(): void {
    this.#pump();
    this.#closeIdleInTime();
    this.#closeStreams();
  }

  #pump(): void {
    const { channel, hold, tracker } = this.#parts;
    if (channel.connected) {
      this.#sender?.pump();
    } else {
      this.#goOnAlone();
    }
    hold.handsOver(this.#sender?.pending ?? false);
    if (tracker.connections() === 0) {
      this.#sendReport();
    } else {
      this.#tell(() => this.#sendReport());
    }
  }

  /** Once for all that happens in one turn. */
  #schedulePump(): void {
    if (!this.#pumpScheduled) {
      this.#pumpScheduled = true;
      const pump = this.#parts.guard("drain", () => this.#pump());
      setImmediate(() => {
        this.#pumpScheduled = false;
        pump();
      });
    }
  }

  #sendReport(): void {
    this.#report.send(this.#servers, this.#sender);
  }

  /** The app may end whenever it likes: what is idle is still handed over, and the last report is of what is then. */
  #processExits(): void {
    if (this.#parts.channel.connected) {
      this.#sender?.giveAll(createExitPace(this.#parts.channel));
      skipHandleQueue();
      this.#sendReport();
    }
  }

  #isGivenAway(tracked: TrackedServer): boolean {
    return (
      this.#handoff.has(tracked.key) &&
      tracked.protocol === "http" &&
      !this.#late.has(tracked) &&
      servesConnectionsItself(tracked.server)
    );
  }

  #leaves(socket: Socket, server: Server): boolean {
    return !this.#giving.has(server) || !isMovable(socket, server);
  }

  /** What is done to a server once. */
  #bid(leaving: readonly TrackedServer[]): void {
    for (const tracked of leaving) {
      const { server } = tracked;
      stopAccepting(server);
      this.#webSockets.close(tracked.webSockets, this.#order.spreadMs);
      if (isHttpServer(server)) {
        if (this.#isGivenAway(tracked)) {
          this.#giving.add(server);
          // An app that calls `server.close()` now would close those that are about to be handed over.
          server.closeIdleConnections = () => undefined;
        }
        closeAfterCurrentAnswers(server, (socket) => this.#leaves(socket, server));
      }
    }
  }

  /** Between two immediates, everything that has arrived is read: a request that waits in the kernel is answered instead. */
  #closeIdleInTime(): void {
    if (!this.#closingIdle && steadyNow() >= this.#idleDeadline) {
      this.#closingIdle = true;
      const closeIdle = this.#parts.guard("idle connections", () => this.#closeIdle());
      setImmediate(() => setImmediate(closeIdle));
    }
  }

  #closeIdle(): void {
    this.#closingIdle = false;
    const isGiving = ({ server }: TrackedServer): boolean => this.#giving.has(server);
    for (const tracked of this.#servers) {
      if (!isGiving(tracked)) {
        this.#closeIdleOf(tracked);
      }
    }
    // Of these there are few, among all that are handed over.
    this.#searchStaying(() => {
      for (const tracked of this.#servers.filter(isGiving)) {
        this.#closeIdleOf(tracked);
      }
    });
    const isTimeUp = steadyNow() >= this.#unusedDeadline;
    for (const [socket, { server, unused }] of this.#parts.parking.parked()) {
      if (!this.#handoff.has(server) && (isTimeUp || !unused)) {
        socket.destroy();
      }
    }
  }

  #closeIdleOf({ server }: TrackedServer): void {
    const connections = isHttpServer(server) ? httpConnections(server) : undefined;
    const isTimeUp = steadyNow() >= this.#unusedDeadline;
    const unused = isTimeUp ? (connections?.active.filter(({ bytesRead }) => bytesRead === 0) ?? []) : [];
    for (const socket of [...(connections?.idle ?? []), ...unused]) {
      if (this.#leaves(socket, server) && !isAnswering(socket) && !isSpdyStream(socket)) {
        socket.destroy();
      }
    }
  }

  #closeStreams(): void {
    // Again and again: a handshake may have been under way when the drain began.
    this.#searchWebSockets(() => {
      for (const { webSockets } of this.#servers) {
        this.#webSockets.close(webSockets, 0);
      }
      this.#webSockets.look();
    });
    for (const { sessions } of this.#servers) {
      this.#sessions.close(sessions, steadyNow() >= this.#sessionDeadline);
    }
    if (steadyNow() >= this.#streamDeadline) {
      this.#searchStreams(() => this.#endEventStreams());
    }
  }

  #endEventStreams(): void {
    const { guard } = this.#parts;
    for (const { server, sessions } of this.#servers) {
      if (isHttpServer(server)) {
        endEventStreams(server, guard);
      }
      for (const session of sessions) {
        endEventStreamsOf(session, guard);
      }
    }
  }

  /** The app has closed the channel: nothing can be handed over any more, so all ends in its own time. */
  #goOnAlone(): void {
    if (this.#sender === undefined) {
      return;
    }
    this.#sender.takeBack();
    this.#parts.channel.ended();
    this.#sender = undefined;
    const left = this.#servers.filter(({ server }) => this.#giving.has(server));
    this.#giving.clear();
    this.#handoff = new Set();
    for (const { server } of left) {
      if (isHttpServer(server)) {
        // Node's own again.
        Reflect.deleteProperty(server, "closeIdleConnections");
        closeAfterCurrentAnswers(server, () => true);
      }
    }
  }
}

function stopAccepting(server: Server): void {
  if (server.listening && !closeListeningHandle(server)) {
    server.close();
  }
}
