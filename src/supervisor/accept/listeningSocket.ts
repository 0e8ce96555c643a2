import type { AcceptPool, ForwardAccepted, InheritedSocket } from "./acceptPool.ts";
import { type Closing, closeListening } from "./closeListening.ts";
import {
  addressOf,
  type ConnectionHandle,
  type ListeningHandle,
  type ListenQuery,
  localPeer,
  usualBacklog,
} from "./clusterInternals.ts";
import { closeReleased } from "./keptByService.ts";
import type { AcceptedAt, Member, OwnClient } from "./member.ts";
import { Rests } from "./rests.ts";
import { canStandIn } from "./standIn.ts";
import { TicketKeys } from "./ticketKeys.ts";
import { WaitingConnections } from "./waitingConnections.ts";
import { WantedPlace } from "./wantedPlace.ts";

/** Connections that no worker could take wait so long for the next worker that listens there, in milliseconds. */
const successorMs = 10_000;

/** Of those who came to a look for a free port: so long after the app serves elsewhere, in milliseconds. A further port may come a little later. */
const lateServerMs = 3_000;

/** An address is closed after so many milliseconds, even if clients come without a pause. */
const closeDeadlineMs = 2_000;

/** One that was only looked at sooner: the app may want another process to listen there. */
const freeDeadlineMs = 200;

/** Workers that accept by themselves have so long to stop it, in milliseconds. */
const stopDeadlineMs = 2_000;

/** So many connections that wait are asked about, for each time that nobody serves: an app asks itself once or twice. */
const mostQuestions = 100;

/** One address on which workers listen: accepts there, and gives each connection to a worker that is ready for it. */
export class ListeningSocket implements AcceptedAt {
  readonly key: string;
  readonly #pool: AcceptPool;
  readonly #place: WantedPlace;
  readonly #members = new Set<Member>();
  /** Those that have answered for all they were sent, longest waiting first. */
  readonly #free = new Set<Member>();
  readonly #waiting: WaitingConnections;
  readonly #rests = new Rests<Member>((member) => this.#release(member));
  #handle: ListeningHandle | undefined;
  /** Some worker was told to listen, with shared scheduling. */
  #isListening = false;
  #closing: Closing | undefined;
  #stopTimer: NodeJS.Timeout | undefined;
  #successorTimer: NodeJS.Timeout | undefined;
  readonly #ticketKeys: TicketKeys;
  #questions = 0;
  /** Connections that the app has made to itself before it was ready. */
  readonly #apps = new WeakSet<ConnectionHandle>();
  /** The worker that was the last to look whether the port is free, where nobody has listened since. */
  #lookedBy: Member | undefined;
  /** Its handle came from the supervisor before this one. */
  #isInherited = false;
  /** Workers were told that they listen here while another address of the app kept it from being opened, or still does. */
  #pretence: "none" | "lasts" | "over" = "none";
  /** Another supervisor accepts here from now on, and gets what this one still does. */
  #forward: ForwardAccepted | undefined;

  constructor(key: string, query: ListenQuery, pool: AcceptPool, inherited?: InheritedSocket) {
    this.key = key;
    this.#place = new WantedPlace(query);
    this.#pool = pool;
    this.#waiting = new WaitingConnections((more) => pool.waits(more));
    this.#ticketKeys = new TicketKeys(inherited?.data);
    if (inherited !== undefined) {
      this.#handle = inherited.handle;
      this.#isInherited = true;
      // Workers accept there already.
      this.#isListening = true;
    }
  }

  /** Whether the workers accept by themselves. Where they were told to listen without a handle they can't. */
  get isShared(): boolean {
    return this.#pool.shared && this.#pretence === "none";
  }

  /** What another supervisor needs to listen here too; `undefined` if it is closed, or about to be. */
  get legacy(): { readonly place: ListenQuery; readonly handle: ListeningHandle; readonly data: unknown } | undefined {
    const handle = this.#handle;
    const isOpen = handle !== undefined && this.#closing === undefined && this.hasSuccessor;
    return isOpen ? { place: this.#place.query, handle, data: this.#ticketKeys.shared } : undefined;
  }

  /**
   * Whether it waits until the supervisor before this one has given it up. Both have the same queue of the kernel: what is done to
   * it here would be done to those who serve.
   */
  get isHeldBack(): boolean {
    return this.#isInherited && this.#pool.isHeldBack();
  }

  /** The supervisor before this one gives it up: from now on it is this one's. Returns libuv's number of an error, else 0. */
  takeOver(): number {
    const handle = this.#handle;
    if (!this.#isInherited || handle === undefined) {
      return 0;
    }
    if (!this.hasSuccessor) {
      // Nobody listens here any more: the other copy is closed with the workers that it has.
      this.#handle = undefined;
      handle.close();
      return 0;
    }
    if (this.#path !== undefined) {
      this.#pool.paths.adopt(this.#path, handle);
    }
    this.#pool.store.keep(this.key, handle);
    return this.isShared ? 0 : this.#listen(handle);
  }

  /** Another supervisor accepts here by a copy of the handle: this one stops, and gives it what it has accepted. */
  cede(forward: ForwardAccepted): void {
    this.#stopClosing();
    clearTimeout(this.#successorTimer);
    this.#forward = forward;
    const handle = this.#handle;
    // Where that would take the file of a Unix socket along, it is left to the end of the process. The other copy stays.
    if (handle !== undefined && (this.#path === undefined || this.#pool.paths.cede(this.#path, handle))) {
      handle.close();
      this.#handle = undefined;
    }
    this.#deal();
  }

  get #path(): string | undefined {
    return this.#place.path;
  }

  /** Whether it is open on this Unix socket for a worker, which may not have begun to accept. */
  holds(path: string): boolean {
    return this.#path === path && !this.isClosed && this.#closing === undefined && this.#members.size > 0;
  }

  /** `undefined` for a path, and for a closed one whose port the system chose. */
  get port(): number | undefined {
    return this.#place.portOf(this.#handle);
  }

  /** Whether this is where a server says that it listens, by its key: a path, or an IP address and port. */
  isAt(key: string): boolean {
    return this.#place.isAt(key, this.#handle);
  }

  has(member: Member): boolean {
    return this.#members.has(member);
  }

  /** Whether clients can't connect. */
  get isClosed(): boolean {
    return this.#handle === undefined;
  }

  /** Closed, without workers or waiting connections. */
  get isOver(): boolean {
    return this.isClosed && this.#members.size === 0 && this.#waiting.length === 0;
  }

  /** How many connections wait here though no worker listens here. */
  get stranded(): number {
    return this.#members.size === 0 ? this.#waiting.length : 0;
  }

  /** Whether a worker that stays listens here. */
  get hasSuccessor(): boolean {
    return this.#forward !== undefined || [...this.#members].some((member) => !member.leaving && member.isAlive);
  }

  /** Opens it if need be. Returns libuv's number of an error, else 0; `undefined` if `node:cluster` has to do it. */
  open(): number | undefined {
    if (this.#closing !== undefined && this.#path !== undefined) {
      // Its file is gone.
      this.#closing.cancel();
      this.#pool.store.release(this.key);
      this.#handle?.close();
      this.#handle = undefined;
    }
    this.#stopClosing();
    if (this.#handle === undefined) {
      const bound = this.#place.bind(this.key, this.#pool);
      if (bound === undefined || typeof bound === "number") {
        return bound;
      }
      this.#handle = bound;
      this.#isListening = false;
    }
    const error = this.isShared || this.isHeldBack ? 0 : this.#listen(this.#handle);
    if (error === 0 && this.#pretence === "lasts") {
      this.#pretence = "over";
    }
    if (error !== 0) {
      this.end();
    } else if (this.#path !== undefined && !this.isHeldBack) {
      this.#pool.paths.restore(this.#path, this.#handle);
    }
    return error;
  }

  /** Whether it is open, and the other one can't be while it is. */
  keepsFrom(other: ListeningSocket): boolean {
    return other !== this && !this.isClosed && other.#place.isKeptBy(this.#place.addressOf(this.#handle));
  }

  /** Whether this can't be opened while a handle of the supervisor before this one is. */
  isKeptBy(handle: ListeningHandle): boolean {
    const open = addressOf(handle);
    return this.#place.isKeptBy(open && { ...open, ipv6Only: false });
  }

  /** Workers are told that they listen here, though it can't be opened now: most only look whether the port is free. */
  pretend(): void {
    this.#pretence = "lasts";
  }

  /** Whether workers only believe that they listen here. */
  get isPretended(): boolean {
    return this.#pretence === "lasts" && this.#members.size > 0;
  }

  /** Opens it, since nothing is in the way any more. */
  makeTrue(): void {
    if (this.open() === 0) {
      this.#deal();
    }
  }

  /** Whether this worker believes that it listens at the address of a server's key, and nobody can connect there. */
  deceives(member: Member, key: string): boolean {
    const wanted = this.#place.addressOf(this.#handle);
    return this.#pretence === "lasts" && this.has(member) && key === `${wanted?.address}|${wanted?.port}`;
  }

  /** Answers the question of a worker, which listens from then on. */
  add(member: Member, query: ListenQuery): void {
    this.#members.add(member);
    this.#lookedBy = undefined;
    clearTimeout(this.#successorTimer);
    this.#successorTimer = undefined;
    const shared = this.isShared;
    const handle = this.#handle;
    const sockname = shared ? undefined : handle === undefined ? this.#place.addressOf(undefined) : addressOf(handle);
    const { id, sharesTickets } = member.worker;
    const data = this.#ticketKeys.answer(id, query.data, sharesTickets);
    const answer = { ack: query.seq, key: this.key, errno: 0, data };
    if (shared) {
      // Where other workers accept, it begins when it is ready; otherwise clients wait in it until then.
      member.send({ ...answer, hold: this.#isListening ? "listen" : "connections" }, handle);
      this.#isListening = true;
    } else {
      member.send({ ...answer, ...(sockname && { sockname }) });
    }
    this.#keep(member);
    this.#release(member);
  }

  /** Where an app serves, and does not only look whether the port is free, a copy is kept for when this process has died. */
  #keep(member: Member): void {
    const handle = this.#handle;
    const isServed = member.admitted && this.#members.has(member) && this.#pretence === "none";
    if (isServed && handle !== undefined && !this.isHeldBack && this.#place.query.port !== 0) {
      this.#pool.store.keep(this.key, handle);
    }
  }

  /** Whether this worker may be given connections has changed. */
  update(member: Member): void {
    this.#keep(member);
    if (!this.#rests.has(member)) {
      this.#release(member);
    }
  }

  /** It listens here no more. */
  remove(member: Member): void {
    this.#free.delete(member);
    this.#rests.delete(member);
    if (this.#members.delete(member) && this.#members.size === 0 && this.#forward === undefined && !this.isHeldBack) {
      if (member.isAlive && !member.leaving && !member.admitted) {
        // It has looked whether the port is free: who came meanwhile waits for a server that stays.
        this.#lookedBy = member;
        this.#closeHandle(freeDeadlineMs);
        this.#awaitSuccessor();
      } else if (member.isAlive && !member.leaving) {
        // The app has closed its server: it will not answer here.
        this.end();
      } else {
        this.close();
        this.#awaitSuccessor();
      }
    }
  }

  answered(member: Member, connection: ConnectionHandle, accepted: boolean): void {
    if (accepted) {
      connection.close();
      this.#rests.delete(member);
      this.#release(member);
    } else if (this.#apps.has(connection) && !this.#members.has(member)) {
      this.#closeOwn(connection);
    } else {
      // Its server has as many as it may, or has just been closed.
      this.#rests.begin(member);
      this.takeBack(connection);
    }
  }

  /** Whether a connection from this machine waits; of a Unix socket all are. */
  get hasWaitingFromHere(): boolean {
    return this.#waiting.some((connection) => this.#place.isPath || localPeer(connection) !== undefined);
  }

  /**
   * Gives a worker the waiting connection that its own app has made, though it is not ready: it may be waiting for the answer. If it has
   * closed its server meanwhile, the connection is closed too, as the system would: it waits for no other server.
   */
  giveItsOwn(member: Member, { port, to }: OwnClient): void {
    const listens = this.#members.has(member);
    const isIts = (connection: ConnectionHandle): boolean =>
      localPeer(connection)?.port === port && addressOf(connection)?.port === to;
    const connection = member.isAlive && (listens || this.#lookedBy === member) ? this.#waiting.take(isIts) : undefined;
    if (connection === undefined) {
      return;
    }
    this.#apps.add(connection);
    if (!listens) {
      this.#closeOwn(connection);
    } else if (!member.give(connection, this)) {
      this.takeBack(connection);
    }
  }

  #closeOwn(connection: ConnectionHandle): void {
    connection.close();
    this.#pool.settled();
  }

  /** A worker that was not ready had accepted this by itself, and listens here no more. */
  giveBack(connection: ConnectionHandle): void {
    this.#waiting.push(connection);
    this.#deal();
    this.#awaitSuccessor();
  }

  takeBack(connection: ConnectionHandle): void {
    this.#waiting.putBack(connection);
    this.#deal();
    this.#awaitSuccessor();
  }

  /** Ends it for new clients; what has come is accepted first, and given to those that listen here, though they leave. */
  close(): void {
    if (this.#handle === undefined || this.#closing !== undefined || this.#forward !== undefined || this.isHeldBack) {
      return;
    }
    const accepts = this.isShared && [...this.#members].some((member) => member.isAlive && !member.hasStopped);
    if (accepts && this.#stopTimer === undefined) {
      this.#stopTimer = setTimeout(() => this.#closeHandle(), stopDeadlineMs);
    } else if (!accepts) {
      this.#closeHandle();
    }
  }

  /** Closes it at once where it is about to be: another address of its port is wanted. */
  makeRoom(port: number): void {
    if (this.#closing !== undefined && this.port === port) {
      this.#stopClosing();
      this.#pool.store.release(this.key);
      this.#handle?.close();
      this.#handle = undefined;
      this.#flush();
      this.#awaitSuccessor();
      this.#pool.settled();
    }
  }

  /** Ends it at once. */
  end(): void {
    this.#stopClosing();
    if (this.#forward === undefined && this.#handle !== undefined) {
      if (this.#path !== undefined) {
        this.#pool.paths.leave(this.#path, this.#handle);
      }
      this.#pool.store.release(this.key);
      this.#handle.close();
      this.#handle = undefined;
    }
    this.drop();
  }

  /** Closes what waits. */
  drop(): void {
    clearTimeout(this.#successorTimer);
    this.#successorTimer = undefined;
    for (let connection = this.#waiting.shift(); connection !== undefined; connection = this.#waiting.shift()) {
      connection.close();
      this.#pool.dropped();
    }
    this.#pool.settled();
  }

  /** Gives who waits here, where nobody listens any more, to another server that those clients would have found too. */
  moveTo(other: ListeningSocket): void {
    const place = other.#handle && addressOf(other.#handle);
    if (!this.isClosed || this.#waiting.length === 0 || place === undefined || other.#members.size === 0) {
      return;
    }
    const standIn = { ...place, ipv6Only: other.#place.leavesIpv4Out };
    const fits = (connection: ConnectionHandle): boolean => canStandIn(standIn, addressOf(connection));
    const moved = this.#waiting.moveTo(other.#waiting, fits);
    if (this.#waiting.length === 0) {
      clearTimeout(this.#successorTimer);
      this.#successorTimer = undefined;
    }
    if (moved > 0) {
      other.#deal();
    }
  }

  /** A worker of the app serves: who waits where one only looked, and no server of it would have let in, is not kept much longer. */
  noteServing(): void {
    if (this.#lookedBy !== undefined && this.#members.size === 0 && this.#waiting.length > 0) {
      clearTimeout(this.#successorTimer);
      this.#successorTimer = setTimeout(() => this.drop(), lateServerMs);
    }
  }

  #listen(handle: ListeningHandle): number {
    handle.onconnection = (error, connection) => {
      if (connection !== undefined && !error) {
        this.#accept(connection);
      }
    };
    const { backlog } = this.#place.query;
    return handle.listen(backlog === undefined || backlog <= 0 ? usualBacklog : backlog);
  }

  #stopClosing(): void {
    clearTimeout(this.#stopTimer);
    this.#stopTimer = undefined;
    this.#closing?.cancel();
    this.#closing = undefined;
  }

  #closeHandle(deadlineMs = closeDeadlineMs): void {
    const handle = this.#handle;
    if (handle === undefined || this.#closing !== undefined) {
      return;
    }
    this.#stopClosing();
    if (this.#path !== undefined) {
      this.#pool.paths.leave(this.#path, handle);
    }
    if (this.isShared) {
      // What the workers have left in the kernel's queue is accepted here.
      this.#listen(handle);
    }
    const closed = (): void => {
      this.#closing = undefined;
      this.#handle = undefined;
      this.#flush();
      this.#awaitSuccessor();
      this.#pool.settled();
    };
    this.#closing = closeReleased(this.#pool.store, this.key, () => closeListening(handle, deadlineMs, closed));
  }

  /** Gives all that wait to the workers that listen here, though they leave: they have not been told so. */
  #flush(): void {
    const able = [...this.#members].filter((member) => member.isAlive);
    let turn = 0;
    while (able.length > 0) {
      const connection = this.#waiting.shift();
      if (connection === undefined) {
        return;
      }
      const member = able[turn % able.length];
      turn += 1;
      if (member?.give(connection, this) !== true) {
        this.#waiting.putBack(connection);
        return;
      }
    }
  }

  /** A connection that was accepted here by the supervisor before this one. */
  receive(connection: ConnectionHandle): void {
    this.#accept(connection);
  }

  #accept(connection: ConnectionHandle): void {
    if (this.#closing?.accepted(connection) === true || this.#pool.own.has(connection)) {
      connection.close();
    } else if (this.#pool.isFull()) {
      connection.close();
      this.#pool.refused();
    } else {
      this.#waiting.push(connection);
      this.#deal();
      this.#askWhose(connection);
    }
  }

  /** Where nobody serves, a connection may be what the app itself waits for. */
  #askWhose(connection: ConnectionHandle): void {
    const members = [...this.#members, ...(this.#lookedBy?.isAlive === true ? [this.#lookedBy] : [])];
    if (members.some(({ admitted }) => admitted)) {
      this.#questions = 0;
      return;
    }
    const port = this.#questions < mostQuestions ? localPeer(connection)?.port : undefined;
    const to = addressOf(connection)?.port;
    if (port !== undefined && to !== undefined) {
      this.#questions += 1;
      for (const member of members) {
        member.askWhose({ port, to });
      }
    }
  }

  #deal(): void {
    if (this.#forward !== undefined) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const connection = next;
        this.#forward(this.key, connection, (done) => {
          connection.close();
          if (!done) {
            this.#pool.dropped();
          }
        });
      }
      return;
    }
    while (this.#waiting.length > 0) {
      const member = this.#nextFree() ?? this.#nextQuick();
      const connection = member && this.#waiting.shift();
      if (member === undefined || connection === undefined) {
        return;
      }
      this.#free.delete(member);
      if (!member.give(connection, this)) {
        this.#waiting.putBack(connection);
      }
    }
  }

  /** One that is going is left out: when it has gone it is removed, and when it may serve again it is told with `update`. */
  #nextFree(): Member | undefined {
    for (const member of this.#free) {
      if (member.canServe) {
        return member;
      }
      this.#free.delete(member);
    }
    return undefined;
  }

  /** All have some to answer for: of those that do so at once, the one that has fewest. */
  #nextQuick(): Member | undefined {
    let best: Member | undefined;
    for (const member of this.#members) {
      if (!this.#rests.has(member) && member.takesMore(this)) {
        best = best === undefined || member.underWayAt(this) < best.underWayAt(this) ? member : best;
      }
    }
    return best;
  }

  #release(member: Member): void {
    if (this.#members.has(member) && member.canServe) {
      if (member.underWayAt(this) === 0) {
        this.#free.add(member);
      }
      this.#deal();
    }
  }

  #awaitSuccessor(): void {
    if (this.#members.size === 0 && this.#waiting.length > 0) {
      this.#successorTimer ??= setTimeout(() => this.drop(), successorMs);
    }
  }
}
