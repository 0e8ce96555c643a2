import type { Socket } from "node:net";
import { type HandedConnection, handoffWindow } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import { endHeld, holdSocket } from "../internals.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { ArrivalTimes } from "./arrivalTimes.ts";

interface Transit {
  readonly id: number;
  /** Who sent it, and what that one calls it. */
  readonly sender: { readonly worker: HandoffSender; readonly id: number };
  readonly socket: Socket;
  readonly connection: HandedConnection;
  /** Workers that refused it or died with it. */
  readonly tried: Set<number>;
  holder: number | undefined;
  /** When it was sent there, on the steady clock. */
  givenAt: number;
}

/** Who gives connections away: a worker, or the supervisor before this one, which has no slot. */
export interface HandoffSender extends Pick<WorkerHandle, "id" | "send"> {
  readonly slot?: number;
}

/**
 * So many connections more than another may be given to the worker that takes the slot of the one which leaves. Where workers leave
 * one behind the other, the new ones so run the app's code for the first time one behind the other too, and not all in the same moment.
 */
const mostAhead = handoffWindow;

/** Who is given connections: a worker, or the supervisor that comes after this one. */
export interface HandoffTarget extends Pick<WorkerHandle, "id" | "connected" | "send"> {
  /** By the keys of the servers. */
  readonly servers: ReadonlyMap<string, { readonly handoff: boolean }>;
  readonly slot?: number;
  /** How many connections may be under way to it; absent: as many as to one worker. */
  readonly handoffWindow?: number;
  /** Whether it is a supervisor, in place of its workers. */
  readonly isSupervisor?: boolean;
}

/** Who may take connections now. */
export interface HandoffTargets {
  /** Those that take connections and will go on doing so. */
  serving(): readonly HandoffTarget[];
}

/** Takes connections from draining workers and gives each to a worker that serves on. */
export class HandoffBroker {
  /**
   * Connections handed over and confirmed, and those that no worker could take, since the start: `cut` are those whose client has
   * asked something, or is about to. And the longest time, in milliseconds, for which one was not read, since this was last set to 0.
   */
  readonly counts = { handedOver: 0, closed: 0, cut: 0, longestStallMs: 0 };
  readonly #targets: HandoffTargets;
  readonly #transits = new Map<number, Transit>();
  /** Connections sent to each worker and not confirmed, by its id. */
  readonly #underWay = new Map<number, number>();
  /** Connections given to each worker that lives, by its id. */
  readonly #given = new Map<number, number>();
  /** Connections for which every worker that could take them has as many under way as it may. */
  readonly #waiting = new Set<Transit>();
  readonly #times: ArrivalTimes;
  readonly #now: () => number;
  /** Called when no connection is under way. */
  readonly #watchers = new Set<() => void>();
  #lastId = 0;
  #turn = 0;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(targets: HandoffTargets, now = steadyNow) {
    this.#targets = targets;
    this.#now = now;
    this.#times = new ArrivalTimes(now);
  }

  /** Connections that no worker has confirmed yet. */
  get inTransit(): number {
    return this.#transits.size;
  }

  /** Resolves when every connection has arrived, or after `deadlineMs`, with how many have not. */
  arrivals(deadlineMs: number): Promise<number> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(finish);
        resolve(this.#transits.size);
      };
      const timer = setTimeout(finish, deadlineMs);
      this.#watchers.add(finish);
      this.#tellIfEmpty();
    });
  }

  accept(from: HandoffSender, sent: HandedConnection & { readonly id: number }, socket: Socket | undefined): void {
    const { id, server, requests, unused, stoppedAt, idleSince } = sent;
    if (socket !== undefined && hold(socket)) {
      this.#adopt(socket, { server, requests, unused, stoppedAt, idleSince }, { worker: from, id });
    } else {
      this.counts.closed += 1;
      from.send({ type: "arrived", ids: [id] });
    }
  }

  taken(holder: Pick<HandoffTarget, "id">, ids: readonly number[], stallMs: number): void {
    const arrivals = new Map<HandoffSender, number[]>();
    for (const id of ids) {
      const transit = this.#transits.get(id);
      if (transit?.holder === holder.id) {
        this.#transits.delete(id);
        this.#times.arrived(holder.id, this.#now() - transit.givenAt);
        this.counts.handedOver += 1;
        this.counts.longestStallMs = Math.max(this.counts.longestStallMs, stallMs);
        // The worker has its own copy; closing ours sends nothing to the client.
        transit.socket.destroy();
        const { worker, id: sent } = transit.sender;
        arrivals.set(worker, [...(arrivals.get(worker) ?? []), sent]);
        this.#leave(transit);
      }
    }
    for (const [worker, sent] of arrivals) {
      worker.send({ type: "arrived", ids: sent });
    }
    this.#tellIfEmpty();
  }

  refused(worker: Pick<HandoffTarget, "id">, id: number): void {
    const transit = this.#transits.get(id);
    if (transit?.holder === worker.id) {
      this.#leave(transit);
      this.#passOn(transit, worker.id);
    }
  }

  /**
   * Gives what this worker had not confirmed to another. To be called when its channel has closed, though it may live on: it lets
   * go of what it could not confirm.
   */
  workerLeft(worker: Pick<HandoffTarget, "id">): void {
    this.#underWay.delete(worker.id);
    this.#times.forget(worker.id);
    this.#given.delete(worker.id);
    for (const transit of [...this.#transits.values()]) {
      if (transit.holder === worker.id) {
        this.#passOn(transit, worker.id);
      } else if (this.#waiting.has(transit)) {
        // Perhaps for this worker, in vain.
        this.#pass(transit);
      }
    }
  }

  #adopt(socket: Socket, connection: HandedConnection, sender: Transit["sender"]): void {
    const tried = new Set([sender.worker.id]);
    this.#lastId += 1;
    const transit: Transit = { id: this.#lastId, sender, socket, connection, tried, holder: undefined, givenAt: 0 };
    this.#transits.set(transit.id, transit);
    this.#pass(transit);
  }

  #passOn(transit: Transit, failed: number): void {
    transit.holder = undefined;
    transit.tried.add(failed);
    this.#pass(transit);
  }

  /** To the worker where it arrives first, so that a busy one gets fewer, and one that hangs holds up no more than its window. */
  #pass(transit: Transit): void {
    const fit = this.#targets.serving().filter((worker) => fits(transit, worker));
    this.#turn += 1;
    const first = this.#turn % Math.max(1, fit.length);
    const inTurn = [...fit.slice(first), ...fit.slice(0, first)];
    const free = inTurn.filter((worker) => this.#loadOf(worker.id) < (worker.handoffWindow ?? handoffWindow));
    const best = this.#inSlotOf(transit, free) ?? this.#times.soonest(free, (id) => this.#loadOf(id));
    if (fit.length === 0) {
      this.#close(transit);
    } else if (best === undefined) {
      this.#waiting.add(transit);
    } else {
      this.#give(transit, best);
    }
  }

  /** The worker that takes the slot of the one which gives this connection, unless it is slow or was given more than others. */
  #inSlotOf({ sender }: Transit, free: readonly HandoffTarget[]): HandoffTarget | undefined {
    const { slot } = sender.worker;
    const fewest = Math.min(...this.#targets.serving().map(({ id }) => this.#givenTo(id)));
    return free.find(
      ({ id, slot: own }) =>
        own !== undefined &&
        own === slot &&
        this.#givenTo(id) < fewest + mostAhead &&
        this.#times.isFast(id, this.#waitsFor(id)),
    );
  }

  /** How long the oldest connection that is under way to a worker has been so, in milliseconds. */
  #waitsFor(worker: number): number {
    const oldest = first(this.#transits.values(), ({ holder }) => holder === worker);
    return oldest === undefined ? 0 : this.#now() - oldest.givenAt;
  }

  #givenTo(worker: number): number {
    return this.#given.get(worker) ?? 0;
  }

  #give(transit: Transit, target: HandoffTarget): void {
    this.#waiting.delete(transit);
    this.#given.set(target.id, this.#givenTo(target.id) + 1);
    transit.holder = target.id;
    transit.givenAt = this.#now();
    this.#underWay.set(target.id, this.#loadOf(target.id) + 1);
    const written = (done: boolean): void => {
      if (!done && this.#transits.has(transit.id) && transit.holder === target.id) {
        this.#leave(transit);
        this.#passOn(transit, target.id);
      }
    };
    if (!target.send({ type: "connection", id: transit.id, ...transit.connection }, transit.socket, written)) {
      written(false);
    }
  }

  /** There is no worker for it. */
  #close(transit: Transit): void {
    this.#waiting.delete(transit);
    endHeld(transit.socket, (hasAsked) => {
      this.#transits.delete(transit.id);
      // Who has just connected has a request to send.
      this.counts[hasAsked || transit.connection.unused ? "cut" : "closed"] += 1;
      transit.sender.worker.send({ type: "arrived", ids: [transit.sender.id] });
      this.#tellIfEmpty();
    });
  }

  #tellIfEmpty(): void {
    if (this.#transits.size === 0) {
      for (const tell of [...this.#watchers]) {
        tell();
      }
    }
  }

  /** It is not under way to its holder any more: what waits for that worker can go. */
  #leave({ holder }: Transit): void {
    if (holder === undefined) {
      return;
    }
    this.#underWay.set(holder, Math.max(0, this.#loadOf(holder) - 1));
    if (this.#waiting.size > 0) {
      const target = this.#targets.serving().find(({ id }) => id === holder);
      const next = target && first(this.#waiting, (transit) => fits(transit, target));
      if (target !== undefined && next !== undefined) {
        this.#give(next, target);
      }
    }
  }

  #loadOf(worker: number): number {
    return this.#underWay.get(worker) ?? 0;
  }
}

function fits(transit: Transit, worker: HandoffTarget): boolean {
  return (
    worker.servers.get(transit.connection.server)?.handoff === true && !transit.tried.has(worker.id) && worker.connected
  );
}

/** Keeps a received socket from being read here; if that can't be, it is closed. */
function hold(socket: Socket): boolean {
  // There is no other listener on this socket, and a client that leaves meanwhile needs no action.
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
