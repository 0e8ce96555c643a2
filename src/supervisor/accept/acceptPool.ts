import type { BoundHandle, ConnectionHandle, ListeningHandle } from "./clusterInternals.ts";
import type { SocketStore } from "./keptByService.ts";
import type { OwnConnections } from "./ownConnections.ts";

/** Looks after the files of Unix sockets. */
export interface PathKeeper {
  /**
   * Binds a Unix socket so that nobody can take its file away for good, not even in the moment in which it appears.
   * @param bindAt Binds at a path, which may be another one than the file gets.
   * @returns What `bindAt` does, or libuv's number of another error.
   */
  bind(path: string, bindAt: (path: string) => BoundHandle): BoundHandle;
  /** A worker wants to listen on it, and it is bound: the file is put back if it is gone. */
  restore(path: string, handle: ListeningHandle): void;
  /** It is about to be closed: its file is removed first, so that no client finds it too late. */
  leave(path: string, handle: ListeningHandle): void;
  /** Another process listens there from now on, which looks after the file. Returns whether the handle may be closed, and takes no file along. */
  cede(path: string, handle: ListeningHandle): boolean;
  /** This process does in place of another, which has given it the handle. */
  adopt(path: string, handle: ListeningHandle): void;
}

/** A handle that the supervisor before this one has listened with. */
export interface InheritedSocket {
  readonly handle: ListeningHandle;
  readonly data: unknown;
}

/**
 * Gives a connection that was accepted at the address of this key to the supervisor that listens there now.
 * @param given Called when it is on its way, or with `false` when it can't be given, perhaps after all. The handle is the caller's.
 */
export type ForwardAccepted = (key: string, connection: ConnectionHandle, given: (done: boolean) => void) => void;

/** What the sockets of an app have in common. */
export interface AcceptPool {
  /** Whether the workers accept by themselves, each with a copy of the handle. */
  readonly shared: boolean;
  readonly paths: PathKeeper;
  readonly store: SocketStore;
  /** Whether the supervisor before this one still accepts at the addresses that it has given here. */
  isHeldBack(): boolean;
  /** Connections that this process itself makes to its addresses. */
  readonly own: Pick<OwnConnections, "has">;
  /** This many more connections wait. */
  waits(more: number): void;
  /** Whether too many wait already. */
  isFull(): boolean;
  /** One was closed at once, since too many wait. */
  refused(): void;
  /** One was closed that no worker could take any more. */
  dropped(): void;
  /** It is closed, or no connection waits any more. */
  settled(): void;
}
