import { steadyNow } from "../clock.ts";
import type { AcceptPool, ForwardAccepted, InheritedSocket, PathKeeper } from "./acceptPool.ts";
import {
  addressInUse,
  type ConnectionHandle,
  ipv6Only,
  type ListeningHandle,
  type ListenQuery,
  onClusterMessage,
} from "./clusterInternals.ts";
import { noStore, type SocketStore } from "./keptByService.ts";
import { ListeningSocket } from "./listeningSocket.ts";
import { type AcceptingWorker, Member, type OwnClient } from "./member.ts";
import { OwnConnections } from "./ownConnections.ts";

export interface AcceptorOptions {
  /** Whether the workers accept by themselves; decided once. */
  readonly shared: boolean;
  readonly paths: PathKeeper;
  /** Most connections that may wait; each further one is closed at once. */
  readonly limit: () => number;
  /** Files and sockets this process may have open: waiting connections take no more than half of them. */
  readonly mostOpenFiles: () => number;
  /** One was closed, with this many waiting. */
  readonly onRefused: (waiting: number) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  /** The handles of the supervisor whose app this one takes over, by the keys of the addresses; absent: there was none. */
  readonly inherited?: ReadonlyMap<string, InheritedSocket> | undefined;
  /** Keeps copies of the sockets for when this process has died; absent: nobody does. */
  readonly store?: SocketStore | undefined;
}

/** An address that another supervisor is to listen at too. */
export interface Legacy {
  readonly key: string;
  readonly place: ListenQuery;
  readonly handle: ListeningHandle;
  readonly data: unknown;
}

/** Tells a worker, with shared scheduling, whether it may accept by itself. Returns false if it can't be reached. */
export type TellAccept = (on: boolean) => boolean;

/** With shared scheduling: a worker says that it listens no more before it closes its copy of the handle, so many milliseconds at most. */
const copiesMs = 200;

/** The service manager has so many milliseconds to give up its copy. */
const releaseMs = 5_000;

/** No system allows a process so few open files that these would be too many. */
const fewWaiting = 64;

/**
 * Listens for the workers, in place of `node:cluster`, and gives each connection to a worker that has said that it is ready
 * and has none under way. A worker that dies has taken what it confirmed; the rest goes to another. Where the last one
 * leaves, what has come is given out and the address closed before it is told so.
 *
 * With shared scheduling the workers accept by themselves; here the addresses are bound, and closed at the end.
 */
export class Acceptor {
  /** Those that this process makes to its own addresses: no worker gets them. */
  readonly own = new OwnConnections();
  readonly #options: AcceptorOptions;
  readonly #members = new Map<number, Member>();
  readonly #tell = new Map<Member, TellAccept>();
  readonly #sockets = new Map<string, ListeningSocket>();
  /** Workers that leave, and what happens when nothing new can come to them. */
  readonly #leavers = new Map<Member, () => void>();
  readonly #pool: AcceptPool;
  readonly #inherited: Map<string, InheritedSocket>;
  /** Who waits until no connection waits where nobody listens. */
  readonly #watchers = new Set<() => void>();
  #isHeldBack: boolean;
  #waiting = 0;
  #refused = 0;
  #dropped = 0;
  #unansweredAt = Number.NEGATIVE_INFINITY;
  #half: number | undefined;
  #isSettling = false;
  /** The app has stopped: nothing is opened any more, until a worker is forked. */
  #isOver = false;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#inherited = new Map(options.inherited);
    this.#isHeldBack = options.inherited !== undefined;
    this.#pool = {
      isHeldBack: () => this.#isHeldBack,
      shared: options.shared,
      paths: options.paths,
      store: options.store ?? noStore,
      own: this.own,
      waits: (more) => {
        this.#waiting += more;
      },
      isFull: () => this.#isFull(),
      refused: () => {
        this.#refused += 1;
        this.#unansweredAt = steadyNow();
        options.onRefused(this.#waiting);
      },
      dropped: () => {
        this.#dropped += 1;
        this.#unansweredAt = steadyNow();
      },
      settled: () => this.#settleSoon(),
    };
  }

  /** Connections that were accepted and no worker has been sent, because all are busy or none is ready. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many were closed because too many waited, since the supervisor started. */
  get refused(): number {
    return this.#refused;
  }

  /** How many were accepted and closed without an answer since the supervisor started: refused ones, or no worker was left. */
  get unanswered(): number {
    return this.#refused + this.#dropped;
  }

  /** When the last of those was closed, on the steady clock. */
  get unansweredAt(): number {
    return this.#unansweredAt;
  }

  /** How many connections wait where no worker listens any more: for one that does, or to be closed. */
  get stranded(): number {
    return [...this.#sockets.values()].reduce((sum, socket) => sum + socket.stranded, 0);
  }

  /** Resolves when none of those is left, or after so many milliseconds, with how many are. */
  strandedAfter(deadlineMs: number): Promise<number> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(finish);
        resolve(this.stranded);
      };
      const timer = setTimeout(finish, deadlineMs);
      this.#watchers.add(finish);
      this.#tellWatchers();
    });
  }

  /** The addresses at which another supervisor could listen too. */
  get legacies(): Legacy[] {
    return [...this.#sockets].flatMap(([key, { legacy }]) => (legacy === undefined ? [] : [{ key, ...legacy }]));
  }

  /** The keys of the inherited addresses at which workers listen. */
  get inheritedInUse(): string[] {
    return [...this.#sockets].flatMap(([key, socket]) => (socket.isHeldBack && socket.hasSuccessor ? [key] : []));
  }

  /** The supervisor before this one gives up its addresses. Returns those at which this one can't accept. */
  takeOver(): string[] {
    const failed = [...this.#sockets].flatMap(([key, socket]) => (socket.takeOver() === 0 ? [] : [key]));
    this.#isHeldBack = false;
    for (const { handle } of this.#inherited.values()) {
      handle.close();
    }
    this.#inherited.clear();
    return failed;
  }

  /** Leaves the addresses of these keys to another supervisor, which gets what is still accepted here. */
  cede(keys: ReadonlySet<string>, forward: ForwardAccepted): void {
    for (const [key, socket] of this.#sockets) {
      if (keys.has(key)) {
        socket.cede(forward);
      }
    }
  }

  /** A connection that the supervisor before this one has accepted. */
  receive(key: string, connection: ConnectionHandle): void {
    const socket = this.#sockets.get(key);
    if (socket === undefined) {
      connection.close();
      this.#pool.dropped();
    } else {
      socket.receive(connection);
    }
  }

  /** Whether this Unix socket is open for a worker. */
  holds(path: string): boolean {
    return [...this.#sockets.values()].some((socket) => socket.holds(path));
  }

  /** Whether it listens on this port, on whatever address. */
  listensOn(port: number): boolean {
    return [...this.#sockets.values()].some((socket) => !socket.isClosed && socket.port === port);
  }

  /**
   * Who accepts the connections of the address that a server names by its key: this process, the workers from a handle of this
   * process, or the supervisor before this one. `undefined` where a worker listens by itself.
   */
  acceptsAt(key: string): "supervisor" | "workers" | "predecessor" | undefined {
    if ([...this.#sockets.values()].some((socket) => socket.isHeldBack && socket.isAt(key))) {
      return "predecessor";
    }
    const here = [...this.#sockets.values()].find((socket) => !socket.isClosed && socket.isAt(key));
    return here && (here.isShared ? "workers" : "supervisor");
  }

  /**
   * Begins to listen for a worker that was just forked; it is given nothing before `admit`, but what its own app connects to
   * itself: `askWhose` asks for that.
   */
  follow(worker: AcceptingWorker, tell: TellAccept, askWhose: (client: OwnClient) => void): void {
    this.#isOver = false;
    const member = new Member(worker, askWhose, this.#options.now ?? steadyNow);
    this.#members.set(worker.id, member);
    this.#tell.set(member, tell);
    const { process } = worker.worker;
    onClusterMessage(process, {
      asked: (query) => this.#asked(member, query),
      closed: (key) => this.#closed(member, key),
      answered: (seq, accepted) => {
        const sent = member.answered(seq, accepted);
        sent?.socket.answered(member, sent.connection, accepted);
      },
    });
    // All that it said has been read then.
    process.once("disconnect", () => this.gone(worker.id));
  }

  /** Whether a worker is given connections. */
  admit(id: number, on: boolean): void {
    const member = this.#members.get(id);
    if (member === undefined || member.admitted === on) {
      return;
    }
    member.admitted = on;
    if (on && this.#options.shared) {
      this.#tell.get(member)?.(true);
    }
    for (const socket of this.#sockets.values()) {
      socket.update(member);
      if (on) {
        socket.noteServing();
      }
    }
  }

  /**
   * Gives a worker nothing new, and closes addresses where no other worker listens. `left` is called once, when all that has come there is
   * on its way: what it is sent then comes after.
   */
  leave(id: number, left: () => void): void {
    const member = this.#members.get(id);
    if (member === undefined || member.leaving) {
      left();
      return;
    }
    member.leaving = true;
    this.#leavers.set(member, left);
    if (this.#options.shared) {
      member.hasStopped = this.#tell.get(member)?.(false) !== true;
    }
    this.#settleSoon();
  }

  /** With shared scheduling: a worker accepts nothing by itself any more. */
  stopped(id: number): void {
    const member = this.#members.get(id);
    if (member?.leaving === true) {
      member.hasStopped = true;
      this.#settleSoon();
    }
  }

  /**
   * With shared scheduling: a worker that was not ready had accepted this connection where it was told that key, and closes its
   * server: it goes to whoever listens there next.
   */
  givesBack(id: number, key: string, connection: ConnectionHandle): void {
    const member = this.#members.get(id);
    const socket = this.#sockets.get(key);
    if (member !== undefined && socket !== undefined) {
      socket.giveBack(connection);
    } else {
      connection.close();
      this.#pool.dropped();
    }
  }

  /** A worker has said that this waiting connection is its own. */
  givesItsOwn(id: number, client: OwnClient): void {
    const member = this.#members.get(id);
    if (member !== undefined && !member.leaving) {
      for (const socket of this.#sockets.values()) {
        socket.giveItsOwn(member, client);
      }
    }
  }

  /** Whether a connection from this machine waits where this worker listens, of whoever. */
  hasWaitingFromHere(id: number): boolean {
    const member = this.#members.get(id);
    return [...this.#sockets.values()].some((socket) => member && socket.has(member) && socket.hasWaitingFromHere);
  }

  /** A worker has died, or can't be reached any more: what it has not confirmed goes to others. */
  gone(id: number): void {
    const member = this.#members.get(id);
    if (member === undefined) {
      return;
    }
    this.#members.delete(id);
    this.#tell.delete(member);
    for (const socket of this.#sockets.values()) {
      socket.remove(member);
    }
    // The one that came first is to be the first again.
    for (const { socket, connection } of [...member.underWay.values()].reverse()) {
      socket.takeBack(connection);
    }
    member.underWay.clear();
    this.#settleSoon();
  }

  /** Whether the worker was told that it listens at the address of a server's key, and another address of the app is in the way. */
  deceives(id: number, key: string): boolean {
    const member = this.#members.get(id);
    return member !== undefined && [...this.#sockets.values()].some((socket) => socket.deceives(member, key));
  }

  /** Ends it for everybody: the app has stopped. */
  end(): void {
    this.#isOver = true;
    for (const socket of this.#sockets.values()) {
      socket.end();
    }
  }

  #asked(member: Member, query: ListenQuery, since = steadyNow()): boolean {
    if (member.worker.worker.exitedAfterDisconnect === true) {
      return false;
    }
    const key = this.#keyFor(member, query);
    for (const [at, other] of this.#sockets) {
      if (at !== key && query.port > 0) {
        other.makeRoom(query.port);
      }
    }
    const socket = this.#sockets.get(key) ?? new ListeningSocket(key, query, this.#pool, this.#inherited.get(key));
    this.#inherited.delete(key);
    // With shared scheduling nobody may listen there yet: both could be bound then, and a worker would fail when it listens.
    const isBlocked = this.#options.shared && socket.isClosed && this.#isBlockedByOthers(socket, member);
    const errno = isBlocked ? addressInUse : socket.open();
    if (errno === undefined) {
      return false;
    }
    if (errno === 0) {
      this.#sockets.set(key, socket);
      socket.add(member, query);
      this.#reseat();
      this.#tellWatchers();
    } else if (isBlocked || (errno === addressInUse && this.#isBlockedByOthers(socket, member))) {
      socket.pretend();
      this.#sockets.set(key, socket);
      socket.add(member, query);
    } else if (errno === addressInUse && query.port > 0 && this.#mayBeFreed(since)) {
      setTimeout(() => {
        if (member.isAlive && !this.#isOver) {
          this.#asked(member, query, since);
        }
      }, copiesMs / 10);
    } else {
      // A TLS server takes ticket keys from every answer, also from one that refuses.
      member.send({ ack: query.seq, key, errno, data: query.data ?? null });
    }
    return true;
  }

  /** Whether a copy that a worker or the service manager has may be in the way, which they are about to close. */
  #mayBeFreed(since: number): boolean {
    const passed = steadyNow() - since;
    return (this.#options.shared && passed < copiesMs) || (this.#pool.store.isReleasing && passed < releaseMs);
  }

  /**
   * Whether only addresses of the app keep another one from being opened, none of which the worker itself has. Alone it would find
   * the port free: it looks at each address of the machine, while workers beside it serve at one of them.
   */
  #isBlockedByOthers(socket: ListeningSocket, member: Member): boolean {
    const inTheWay = this.#inTheWayOf(socket);
    const isInherited = [...this.#inherited.values()].some(({ handle }) => socket.isKeptBy(handle));
    return (isInherited || inTheWay.length > 0) && inTheWay.every((other) => !other.has(member));
  }

  /** The addresses that are open and keep this one from being opened. */
  #inTheWayOf(socket: ListeningSocket): ListeningSocket[] {
    return [...this.#sockets.values()].filter((other) => other.keepsFrom(socket));
  }

  /**
   * Equal for the same server in all workers. A second one of the same worker at the same address is one of its own, which
   * finds the address in use, or a Unix socket whose file was removed meanwhile. One that leaves IPv4 out is another server.
   */
  #keyFor(member: Member, { address, port, addressType, index, flags }: ListenQuery): string {
    const what = flags === ipv6Only ? ":ipv6Only" : "";
    const key = `${address}:${port}:${addressType}${port === 0 ? `:${index}` : ""}${what}`;
    let own = key;
    for (let count = 2; this.#sockets.get(own)?.has(member) === true; count += 1) {
      own = `${key}#${count}`;
    }
    return own;
  }

  #closed(member: Member, key: string): void {
    this.#sockets.get(key)?.remove(member);
    this.#settleSoon();
  }

  #isFull(): boolean {
    const count = this.#waiting;
    if (count < fewWaiting) {
      return count > 0 && count >= this.#options.limit();
    }
    // The rest is left to new workers, to clients of the control channel and to connections that are handed over.
    this.#half ??= Math.floor(this.#options.mostOpenFiles() / 2);
    return count >= Math.min(this.#options.limit(), this.#half);
  }

  /** Once for all that happens in one turn: workers that are sent away together are looked at together. */
  #settleSoon(): void {
    if (!this.#isSettling) {
      this.#isSettling = true;
      setImmediate(() => {
        this.#isSettling = false;
        this.#settle();
      });
    }
  }

  /** Who waits where nobody listens any more goes where somebody does. */
  #reseat(): void {
    const sockets = [...this.#sockets.values()];
    for (const closed of sockets.filter(({ isClosed }) => isClosed)) {
      for (const socket of sockets) {
        closed.moveTo(socket);
      }
    }
  }

  #settle(): void {
    this.#reseat();
    for (const [key, socket] of this.#sockets) {
      if (socket.isOver) {
        this.#sockets.delete(key);
      } else if (!socket.hasSuccessor) {
        socket.close();
      } else if (socket.isPretended && !this.#isOver && this.#inTheWayOf(socket).length === 0) {
        socket.makeTrue();
      }
    }
    for (const [member, left] of this.#leavers) {
      const isOpen = [...this.#sockets.values()].some(
        (socket) => socket.has(member) && !socket.isClosed && !socket.isHeldBack && !socket.hasSuccessor,
      );
      if (!isOpen || !member.isAlive) {
        this.#leavers.delete(member);
        left();
      }
    }
    this.#tellWatchers();
  }

  #tellWatchers(): void {
    if (this.#watchers.size > 0 && this.stranded === 0) {
      for (const finish of [...this.#watchers]) {
        finish();
      }
    }
  }
}
