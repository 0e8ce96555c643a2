import { existsSync, type FSWatcher, linkSync, lstatSync, readdirSync, unlinkSync, watch } from "node:fs";
import { createConnection } from "node:net";
import { dirname, join } from "node:path";
import type { PathKeeper } from "../accept/acceptPool.ts";
import type { EventLog } from "../logs/eventLog.ts";

/** Polling interval where a folder can't be watched, in milliseconds. */
const lookEveryMs = 100;

/** Milliseconds for a connection to a socket of this machine. */
const deadlineMs = 1_000;

/** Names of the links that keep sockets, with the pid of the supervisor that owns them. */
const linkName = /^\.hitless-(\d+)-\d+$/;

/** A socket that this process has bound, and the second name by which it keeps the file. */
interface Kept {
  readonly path: string;
  readonly link: string;
  /** Distinguishes the file from a later one of the same name. */
  readonly inode: string;
  stopWatching: () => void;
  /** The app has given the file another name: it will not be put back. */
  isRenamed: boolean;
}

export interface SocketKeeper extends PathKeeper {
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
 * connect. So each has a second name (a hard link), from which the first is restored while a worker listens.
 */
export function createSocketKeeper(options: {
  readonly events: EventLog;
  /** Whether a worker certainly listens on a path, or is about to; if not, it is tried. */
  readonly isServed: (path: string) => boolean;
  /** Clients could not connect for a moment. */
  readonly putBack: (path: string) => void;
}): SocketKeeper {
  const { events, isServed } = options;
  const sockets = new Map<string, Kept>();
  const told = new Set<string>();
  let links = 0;
  let before: string | undefined;

  const keep = (path: string, inode: string): void => {
    forget(sockets.get(path));
    links += 1;
    const link = join(dirname(path), `.hitless-${process.pid}-${links}`);
    try {
      linkSync(path, link);
    } catch (error) {
      events.log(
        "warning",
        "socketNotKept",
        `${path} can't be kept reachable if a worker removes it (the folder or system allows no second name): ${String(error)}`,
      );
      return;
    }
    const kept: Kept = { path, link, inode, stopWatching: () => undefined, isRenamed: false };
    sockets.set(path, kept);
    kept.stopWatching = watchFolder(dirname(path), () => look(kept));
    if (sockets.size === 1 && links === 1) {
      process.once("exit", () => [...sockets.values()].forEach(leave));
    }
    tidy(dirname(path));
  };

  const forget = (kept: Kept | undefined): void => {
    if (kept !== undefined) {
      kept.stopWatching();
      remove(kept.link);
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

  const putBack = (kept: Kept): void => {
    try {
      linkSync(kept.link, kept.path);
      options.putBack(kept.path);
      if (!told.has(kept.path)) {
        told.add(kept.path);
        events.log(
          "warning",
          "socketPutBack",
          `${kept.path} was removed though workers listen there, and put back; clients were refused for a moment. The app need not remove it: Hitless removes one that is left over.`,
        );
      }
    } catch (error) {
      events.log("error", "socketGone", `${kept.path} was removed, and can't be put back: ${String(error)}`);
      forget(kept);
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
    look: () => [...sockets.values()].forEach(look),
    isInPlace(path) {
      const kept = sockets.get(path);
      return kept && (inodeOf(path) === kept.inode || wasRenamed(kept));
    },
    clear(path, done) {
      const inode = inodeOf(path);
      if (inode === undefined || sockets.has(path)) {
        // The name is free, or one of our own workers has it now.
        done(inode !== undefined || !existsSync(path));
        return;
      }
      tryListening(path, (listening) => {
        const stale = !listening && inodeOf(path) === inode && belongsToUser(path);
        if (stale) {
          remove(path);
          events.log("warning", "staleSocket", `${path} was left over and nobody listens there; it was removed`);
        }
        done(stale || inodeOf(path) !== inode);
      });
    },
    asked(path) {
      before = inodeOf(path);
    },
    answered(path) {
      const kept = sockets.get(path);
      const now = inodeOf(path);
      if (now !== undefined && now !== before) {
        keep(path, now);
      } else if (now === undefined && kept !== undefined) {
        putBack(kept);
      }
    },
    leave(path) {
      const kept = sockets.get(path);
      if (kept !== undefined) {
        leave(kept);
      }
    },
    cede: (path) => forget(sockets.get(path)),
    adopt(path) {
      const inode = inodeOf(path);
      if (inode !== undefined) {
        keep(path, inode);
      }
    },
  };
}

/** Removes the links that killed supervisors have left in a folder. */
function tidy(folder: string): void {
  for (const name of names(folder)) {
    const pid = Number(linkName.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid) {
      const link = join(folder, name);
      tryListening(link, (listening) => {
        if (!listening) {
          remove(link);
        }
      });
    }
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
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

/** Identifies a socket's file whatever its name; `undefined` if there is none. */
function inodeOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path);
    return stats.isSocket() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the file, which has lost its first name, has been given another one: by an app that listens under some name and then
 * puts the file into its place in one step. It may lose that name to the next worker, as is meant.
 */
function wasRenamed(kept: Kept): boolean {
  try {
    kept.isRenamed ||= lstatSync(kept.link).nlink > 1;
  } catch {
    // It can't be put back either.
  }
  return kept.isRenamed;
}

function belongsToUser(path: string): boolean {
  try {
    return lstatSync(path).uid === process.getuid?.();
  } catch {
    return false;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
