import type { Socket } from "node:net";
import type { HandedConnection } from "../shared/workerMessages.ts";
import type { StrandedConnection } from "./acceptGuard.ts";
import type { WorkerHandle } from "./workerHandle.ts";

interface Transit {
  readonly id: number;
  readonly socket: Socket;
  readonly connection: HandedConnection;
  /** Workers that refused it or died with it. */
  readonly tried: Set<number>;
  holder: number | undefined;
}

/** Takes connections from draining workers and gives each to a worker that serves on. */
export interface HandoffBroker {
  accept(from: WorkerHandle, connection: HandedConnection, socket: Socket | undefined): void;
  /** Gives a connection that no worker has had yet to one that listens where it came to. */
  rescue(connection: StrandedConnection): void;
  taken(id: number, stallMs: number): void;
  refused(worker: WorkerHandle, id: number): void;
  /** Gives what this worker had not confirmed to another. */
  workerExited(worker: WorkerHandle): void;
  /**
   * Connections handed over and confirmed, and those nobody could take, since the start; and the longest time for which
   * nobody read one, in milliseconds, since somebody set it to 0.
   */
  /** Connections that nobody has confirmed yet. */
  readonly inTransit: number;
  readonly counts: { handedOver: number; closed: number; longestStallMs: number };
}

/** @param targets The workers that may take connections now, best first in any order. */
export function createHandoffBroker(targets: () => readonly WorkerHandle[]): HandoffBroker {
  const transits = new Map<number, Transit>();
  const counts = { handedOver: 0, closed: 0, longestStallMs: 0 };
  let nextId = 1;
  let turn = 0;

  const pass = (transit: Transit): void => {
    const fit = targets().filter(
      (worker) =>
        worker.servers.get(transit.connection.server)?.handoff === true &&
        !transit.tried.has(worker.id) &&
        worker.connected,
    );
    turn += 1;
    const target = fit[turn % Math.max(1, fit.length)];
    if (target === undefined) {
      transits.delete(transit.id);
      counts.closed += 1;
      transit.socket.destroy();
      return;
    }
    transit.holder = target.id;
    target.send({ type: "connection", id: transit.id, ...transit.connection }, transit.socket);
  };

  const passOn = (transit: Transit, failed: number): void => {
    transit.tried.add(failed);
    pass(transit);
  };

  const adopt = (socket: Socket, connection: HandedConnection, tried: Set<number>): void => {
    const transit: Transit = { id: nextId, socket, connection, tried, holder: undefined };
    nextId += 1;
    transits.set(transit.id, transit);
    pass(transit);
  };

  return {
    counts,
    get inTransit() {
      return transits.size;
    },
    accept(from, connection, socket) {
      if (socket !== undefined && hold(socket)) {
        const { server, requests, unused, stoppedAt } = connection;
        adopt(socket, { server, requests, unused, stoppedAt }, new Set([from.id]));
      } else {
        counts.closed += 1;
      }
      from.send({ type: "received" });
    },
    rescue({ socket, port, path }) {
      const server = targets()
        .flatMap((worker) => [...worker.servers.keys()])
        .find((key) => (port === undefined ? key === path : key.endsWith(`|${port}`)));
      if (server === undefined || !hold(socket)) {
        counts.closed += 1;
        socket.destroy();
        return;
      }
      adopt(socket, { server, requests: 0, unused: true, stoppedAt: Date.now() }, new Set());
    },
    taken(id, stallMs) {
      const transit = transits.get(id);
      if (transit !== undefined) {
        transits.delete(id);
        counts.handedOver += 1;
        counts.longestStallMs = Math.max(counts.longestStallMs, stallMs);
        // The worker has its own copy; closing ours sends nothing to the client.
        transit.socket.destroy();
      }
    },
    refused(worker, id) {
      const transit = transits.get(id);
      if (transit?.holder === worker.id) {
        passOn(transit, worker.id);
      }
    },
    workerExited(worker) {
      for (const transit of transits.values()) {
        if (transit.holder === worker.id) {
          passOn(transit, worker.id);
        }
      }
    },
  };
}

/**
 * Keeps a received socket from being read here. Node starts reading a socket that arrives over IPC at once; this must
 * happen in the same turn in which it arrived, or the client's next request ends up in this process and is lost.
 */
function hold(socket: Socket): boolean {
  // Nobody else ever listens on this socket, and a client that leaves meanwhile is no news here.
  socket.on("error", () => undefined);
  const handle: unknown = Reflect.get(socket, "_handle");
  if (
    typeof handle !== "object" ||
    handle === null ||
    !("readStop" in handle) ||
    typeof handle.readStop !== "function"
  ) {
    socket.destroy();
    return false;
  }
  Reflect.set(handle, "reading", false);
  handle.readStop();
  return true;
}
