import { type FSWatcher, linkSync, lstatSync, unlinkSync, watch } from "node:fs";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import { longestSocketPath } from "../../shared/basics/socketPaths.ts";
import type { PathKeeper } from "../accept/acceptPool.ts";
import { addressInUse, type ListeningHandle, shortened } from "../accept/clusterInternals.ts";
import type { EventLog } from "../logs/eventLog.ts";
import {
  inodeOf,
  lastNameOf,
  leftIn,
  linksOf,
  namesAreOne,
  newSecondName,
  onlyLeftIn,
  removeSecondName,
  secondNamesOf,
} from "./secondNames.ts";

/** Polling interval where a folder can't be watched, in milliseconds. */
const lookEveryMs = 100;

/** Milliseconds for a connection to a socket of this machine. */
const deadlineMs = 1_000;

/** Longest path that is bound, in bytes: macOS allows 103, Linux 107. */
const longestPath = 100;

const mostRemoved = 1_000;

/** A socket that this process has bound, and the second name by which it keeps the file. */
interface Kept {
  readonly path: string;
  readonly handle: ListeningHandle;
  readonly link: string;
  /** libuv removes the file when the handle is closed. */
  readonly isTakenAlong: boolean;
  /** Distinguishes the file from a later one of the same name. */
  readonly inode: string;
  stopWatching: () => void;
  /** The app has given the file another name: it will not be put back. */
  isRenamed: boolean;
}

export interface SocketKeeper extends PathKeeper {
  /** The paths of those that were put back since the start, one for each time, the first 1,000. */
  readonly removed: readonly string[];
  /** Checks at once whether one was removed, rather than when the system reports it. */
  look(): void;
  /** Whether the file at a path is the one that is listened on, or that was renamed; `undefined` for a path that is not looked after. */
  isInPlace(path: string): boolean | undefined;
  /**
   * Removes the socket file of a dead process, on which nothing listens. Only one of this user.
   * @param done Called with whether another attempt to listen there may succeed.
   */
  clear(path: string, done: (cleared: boolean) => void): void;
}

/**
 * Keeps Unix sockets reachable. A typical app removes the socket's file before it listens, or when it ends. In a
 * cluster that file belongs to the other workers too, `node:cluster` binds it once, and clients could no longer
 * connect. So each has a second name (a hard link), from which the first is restored while a worker listens. It is bound
 * at the second one: what libuv removes when it closes the handle is that, whatever has the first by then, and there is no
 * moment in which it could be removed before there is a second.
 */
export function createSocketKeeper(options: {
  readonly events: EventLog;
  /** Whether a worker certainly listens on a path, or is about to; if not, it is tried. */
  readonly isServed: (path: string) => boolean;
  /** Clients could not connect for a moment. */
  readonly putBack: (path: string) => void;
  /** Whether clients reach a socket in this folder by its second name too. */
  readonly isReachedByBoth?: (folder: string) => boolean;
}): SocketKeeper {
  const { events, isServed, isReachedByBoth = namesAreOne } = options;
  const sockets = new Map<string, Kept>();
  const told = new Set<string>();
  const removed: string[] = [];
  let isFirst = true;

  const keep = (socket: Pick<Kept, "path" | "handle" | "link" | "isTakenAlong">): void => {
    const { path, link } = socket;
    forget(sockets.get(path));
    const kept: Kept = { ...socket, inode: inodeOf(link) ?? "", stopWatching: () => undefined, isRenamed: false };
    sockets.set(path, kept);
    kept.stopWatching = watchFolder(dirname(path), () => look(kept));
    if (isFirst) {
      isFirst = false;
      process.once("exit", () => [...sockets.values()].forEach(leave));
    }
    tidy(dirname(path));
  };

  const forget = (kept: Kept | undefined): void => {
    if (kept !== undefined) {
      kept.stopWatching();
      removeSecondName(kept.link);
      if (sockets.get(kept.path) === kept) {
        sockets.delete(kept.path);
      }
    }
  };

  /** Listening there is to end. */
  const leave = (kept: Kept): void => {
    if (inodeOf(kept.path) === kept.inode) {
      remove(kept.path);
    }
    forget(kept);
  };

  const keptOf = (path: string, handle: ListeningHandle): Kept | undefined => {
    const kept = sockets.get(path);
    return kept?.handle === handle ? kept : undefined;
  };

  /** Gives the file at a path a second name; it may be gone already where a supervisor before this one has one. */
  const keepFile = (path: string, handle: ListeningHandle, isTakenAlong: boolean): void => {
    const link = newSecondName(path);
    const last =
      inodeOf(path) === undefined ? (lastNameOf(process.ppid, dirname(path)) ?? onlyLeftIn(dirname(path))) : undefined;
    const error = tryToLink(last ?? path, link);
    if (error === undefined) {
      keep({ path, handle, link, isTakenAlong });
    } else {
      removeSecondName(link);
      events.log(
        "warning",
        "socketNotKept",
        `${path} can't be kept reachable if a worker removes it (the folder or system allows no second name): ${String(error)}`,
      );
    }
  };

  const restore = (path: string, handle: ListeningHandle): void => {
    const kept = keptOf(path, handle);
    if (kept !== undefined && inodeOf(path) === undefined) {
      wasRenamed(kept);
      putBack(kept);
    }
  };

  const putBack = (kept: Kept): void => {
    const error = tryToLink(kept.link, kept.path);
    if (error?.code === "EEXIST") {
      // Somebody else's: it is looked at again when that is gone.
      return;
    }
    if (error !== undefined) {
      events.log("error", "socketGone", `${kept.path} was removed, and can't be put back: ${String(error)}`);
      forget(kept);
      return;
    }
    if (kept.isRenamed) {
      return;
    }
    options.putBack(kept.path);
    if (removed.length < mostRemoved) {
      removed.push(kept.path);
    }
    if (!told.has(kept.path)) {
      told.add(kept.path);
      events.log(
        "warning",
        "socketPutBack",
        `${kept.path} was removed though workers listen there, and put back; clients were refused for a moment. The app need not remove it: Hitless removes one that is left over.`,
      );
    }
  };

  /** Something in its folder has changed. */
  const look = (kept: Kept): void => {
    if (sockets.get(kept.path) !== kept || inodeOf(kept.path) !== undefined) {
      return;
    }
    if (wasRenamed(kept)) {
      return;
    }
    if (isServed(kept.path)) {
      putBack(kept);
      return;
    }
    // It is also removed when the last worker has stopped listening.
    tryListening(kept.link, (listening) => {
      if (sockets.get(kept.path) !== kept || inodeOf(kept.path) !== undefined) {
        return;
      }
      if (listening) {
        putBack(kept);
      } else {
        forget(kept);
      }
    });
  };

  return {
    removed,
    look: () => [...sockets.values()].forEach(look),
    isInPlace(path) {
      const kept = sockets.get(path);
      if (kept === undefined) {
        return undefined;
      }
      look(kept);
      return inodeOf(path) === kept.inode || kept.isRenamed;
    },
    clear(path, done) {
      const inode = inodeOf(path);
      if (inode === undefined || sockets.has(path)) {
        // The name is free, or one of our own workers has it now.
        done(true);
        return;
      }
      tryListening(path, (listening) => {
        const stale = !listening && inodeOf(path) === inode && isSocketOfUser(path);
        if (stale) {
          remove(path);
          events.log("warning", "staleSocket", `${path} was left over and nobody listens there; it was removed`);
        }
        done(stale || inodeOf(path) !== inode);
      });
    },
    bind(path, bindAt) {
      const link = newSecondName(path);
      const isLong = Buffer.byteLength(shortened(link)) > longestPath;
      // What is too long to be connected to gets the answer of the system, though its second name may be shorter.
      const isTooLong = Buffer.byteLength(shortened(path)) > longestSocketPath(process.platform);
      const isUsable = !isLong && !isTooLong && isReachedByBoth(dirname(path));
      const handle = isUsable ? bindAt(link) : undefined;
      if (typeof handle === "object") {
        const error = tryToLink(link, path);
        if (error === undefined) {
          keep({ path, handle, link, isTakenAlong: false });
          return handle;
        }
        handle.close();
        if (error.code === "EEXIST") {
          removeSecondName(link);
          return addressInUse;
        }
      }
      removeSecondName(link);
      const direct = bindAt(path);
      if (typeof direct === "object") {
        keepFile(path, direct, true);
      }
      return direct;
    },
    restore,
    leave(path, handle) {
      const kept = keptOf(path, handle);
      if (kept !== undefined) {
        leave(kept);
      }
    },
    cede(path, handle) {
      restore(path, handle);
      const kept = keptOf(path, handle);
      forget(kept);
      return kept?.isTakenAlong === false;
    },
    adopt(path, handle) {
      keepFile(path, handle, false);
      restore(path, handle);
      // Of a supervisor that has died: to whoever connects at them, it is this one that listens.
      const inode = inodeOf(path);
      for (const link of leftIn(dirname(path)).filter((name) => inode !== undefined && inodeOf(name) === inode)) {
        remove(link);
      }
    },
  };
}

/** Removes the second names that killed supervisors have left in a folder. */
function tidy(folder: string): void {
  for (const link of leftIn(folder)) {
    tryListening(link, (listening) => {
      if (!listening) {
        remove(link);
      }
    });
  }
}

/** `false` only if certainly nothing listens. */
export function tryListening(path: string, done: (listening: boolean) => void): void {
  const socket = createConnection(path);
  const finish = (listening: boolean): void => {
    clearTimeout(timer);
    socket.destroy();
    done(listening);
  };
  const timer = setTimeout(finish, deadlineMs, true);
  socket.once("connect", () => finish(true));
  socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code !== "ECONNREFUSED"));
}

/** Calls back after changes in a folder; returns a function that ends it. Keeps no process alive. */
function watchFolder(folder: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const poll = (): void => {
    timer ??= setInterval(changed, lookEveryMs).unref();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, changed);
    watcher.on("error", poll);
  } catch {
    poll();
  }
  return () => {
    watcher?.close();
    clearInterval(timer);
  };
}

/**
 * Whether the file, which has lost its first name, has been given another one: by an app that listens under some name and then
 * puts the file into its place in one step. It may lose that name to the next worker, as is meant.
 */
function wasRenamed(kept: Kept): boolean {
  const { inode, link } = kept;
  const seconds = (): number => secondNamesOf(inode, dirname(link));
  // While a supervisor hands over to the next, second names come and go.
  const before = seconds();
  const all = linksOf(link);
  kept.isRenamed ||= all > Math.max(before, seconds());
  return kept.isRenamed;
}

function isSocketOfUser(path: string): boolean {
  try {
    const stats = lstatSync(path);
    return stats.isSocket() && stats.uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** @returns Why a file can't be given another name; `undefined` if it has it. */
function tryToLink(from: string, to: string): NodeJS.ErrnoException | undefined {
  try {
    linkSync(from, to);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
