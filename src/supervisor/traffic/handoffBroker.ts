import type { Socket } from "node:net";
import { type HandedConnection, handoffWindow } from "../../shared/workerMessages.ts";
import { holdSocket } from "../internals.ts";
import type { StrandedConnection } from "../process/acceptGuard.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

interface Transit {
  readonly id: number;
  /** Who sent it, and what that worker calls it; nobody, if no worker has had it yet. */
  readonly sender: { readonly worker: WorkerHandle; readonly id: number } | undefined;
  readonly socket: Socket;
  readonly connection: HandedConnection;
  /** Workers that refused it or died with it. */
  readonly tried: Set<number>;
  holder: number | undefined;
}

/** Takes connections from draining workers and gives each to a worker that serves on. */
export interface HandoffBroker {
  accept(from: WorkerHandle, connection: HandedConnection & { readonly id: number }, socket: Socket | undefined): void;
  /** Gives a connection that no worker has had yet to one that listens where it came to. */
  rescue(connection: StrandedConnection): void;
  taken(ids: readonly number[], stallMs: number): void;
  refused(worker: WorkerHandle, id: number): void;
  /** Gives what this worker had not confirmed to another. */
  workerExited(worker: WorkerHandle): void;
  /** Connections that nobody has confirmed yet. */
  readonly inTransit: number;
  /**
   * Connections handed over and confirmed, and those nobody could take, since the start; and the longest time for which
   * nobody read one, in milliseconds, since somebody set it to 0.
   */
  readonly counts: { handedOver: number; closed: number; longestStallMs: number };
}

/** @param targets The workers that may take connections now, best first in any order. */
export function createHandoffBroker(targets: () => readonly WorkerHandle[]): HandoffBroker {
  const transits = new Map<number, Transit>();
  const counts = { handedOver: 0, closed: 0, longestStallMs: 0 };
  let nextId = 1;
  let turn = 0;
  /** Connections sent to each worker and not confirmed, by its id. */
  const underWay = new Map<number, number>();
  /** Connections for which every worker that could take them has as many under way as it may. */
  const waiting = new Set<Transit>();

  const fits = (transit: Transit, worker: WorkerHandle): boolean =>
    worker.servers.get(transit.connection.server)?.handoff === true &&
    !transit.tried.has(worker.id) &&
    worker.connected;

  /** To the worker that has the fewest under way, so that one which hangs holds up no more than its window. */
  const pass = (transit: Transit): void => {
    const fit = targets().filter((worker) => fits(transit, worker));
    turn += 1;
    let best = fit[turn % Math.max(1, fit.length)];
    for (const worker of fit) {
      best = best === undefined || loadOf(worker) < loadOf(best) ? worker : best;
    }
    if (best === undefined) {
      waiting.delete(transit);
      transits.delete(transit.id);
      counts.closed += 1;
      transit.socket.destroy();
      transit.sender?.worker.send({ type: "arrived", ids: [transit.sender.id] });
    } else if (loadOf(best) < handoffWindow) {
      give(transit, best);
    } else {
      waiting.add(transit);
    }
  };

  const loadOf = ({ id }: WorkerHandle): number => underWay.get(id) ?? 0;

  const give = (transit: Transit, target: WorkerHandle): void => {
    waiting.delete(transit);
    transit.holder = target.id;
    underWay.set(target.id, loadOf(target) + 1);
    target.send({ type: "connection", id: transit.id, ...transit.connection }, transit.socket);
  };

  const passOn = (transit: Transit, failed: number): void => {
    transit.tried.add(failed);
    pass(transit);
  };

  /** It is not under way to its holder any more: what waits for that worker can go. */
  const arrived = ({ holder }: Transit): void => {
    if (holder === undefined) {
      return;
    }
    underWay.set(holder, (underWay.get(holder) ?? 1) - 1);
    if (waiting.size > 0) {
      const target = targets().find(({ id }) => id === holder);
      const next = target && first(waiting, (transit) => fits(transit, target));
      if (target !== undefined && next !== undefined) {
        give(next, target);
      }
    }
  };

  const adopt = (socket: Socket, connection: HandedConnection, sender: Transit["sender"]): void => {
    const tried = new Set(sender === undefined ? [] : [sender.worker.id]);
    const transit: Transit = { id: nextId, sender, socket, connection, tried, holder: undefined };
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
      const { id, server, requests, unused, stoppedAt, idleSince } = connection;
      if (socket !== undefined && hold(socket)) {
        adopt(socket, { server, requests, unused, stoppedAt, idleSince }, { worker: from, id });
      } else {
        counts.closed += 1;
        from.send({ type: "arrived", ids: [id] });
      }
    },
    rescue({ socket, port, path }) {
      const server = targets()
        .flatMap((worker) => [...worker.servers].flatMap(([key, { protocol }]) => (protocol === "udp" ? [] : [key])))
        .find((key) => (port === undefined ? key === path : key.endsWith(`|${port}`)));
      if (server === undefined || !hold(socket)) {
        counts.closed += 1;
        socket.destroy();
        return;
      }
      const now = Date.now();
      adopt(socket, { server, requests: 0, unused: true, stoppedAt: now, idleSince: now }, undefined);
    },
    taken(ids, stallMs) {
      const arrivals = new Map<WorkerHandle, number[]>();
      for (const id of ids) {
        const transit = transits.get(id);
        if (transit !== undefined) {
          transits.delete(id);
          counts.handedOver += 1;
          counts.longestStallMs = Math.max(counts.longestStallMs, stallMs);
          // The worker has its own copy; closing ours sends nothing to the client.
          transit.socket.destroy();
          if (transit.sender !== undefined) {
            const { worker, id: sent } = transit.sender;
            arrivals.set(worker, [...(arrivals.get(worker) ?? []), sent]);
          }
          arrived(transit);
        }
      }
      for (const [worker, sent] of arrivals) {
        worker.send({ type: "arrived", ids: sent });
      }
    },
    refused(worker, id) {
      const transit = transits.get(id);
      if (transit?.holder === worker.id) {
        arrived(transit);
        transit.holder = undefined;
        passOn(transit, worker.id);
      }
    },
    workerExited(worker) {
      underWay.delete(worker.id);
      for (const transit of [...transits.values()]) {
        if (transit.holder === worker.id) {
          transit.holder = undefined;
          passOn(transit, worker.id);
        } else if (waiting.has(transit)) {
          // Perhaps for this worker, in vain.
          pass(transit);
        }
      }
    },
  };
}

function hold(socket: Socket): boolean {
  // Nobody else ever listens on this socket, and a client that leaves meanwhile is no news here.
  socket.on("error", () => undefined);
  const held = holdSocket(socket);
  if (!held) {
    socket.destroy();
  }
  return held;
}

function first<Item>(items: Iterable<Item>, fits: (item: Item) => boolean): Item | undefined {
  for (const item of items) {
    if (fits(item)) {
      return item;
    }
  }
  return undefined;
}
