import { lstatSync, readdirSync, statfsSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAlive } from "../process/isAlive.ts";

/** With the pid of the supervisor that owns it. */
const secondName = /^\.hitless-(\d+)-\d+$/;

/** What Linux calls a file system in user space (`FUSE_SUPER_MAGIC`). */
const fuse = 0x65_73_55_46;

let count = 0;

/** Those of this process. */
const own = new Set<string>();

/** A name for the socket of this path, beside it, that nothing else has or has had in this process. */
export function newSecondName(path: string): string {
  let name: string;
  do {
    count += 1;
    name = join(dirname(path), `.hitless-${process.pid}-${count}`);
    // In a container the supervisor before this one had the same pid, and one in another container may have it too.
  } while (linksOf(name) > 0);
  own.add(name);
  return name;
}

export function removeSecondName(name: string): void {
  own.delete(name);
  try {
    unlinkSync(name);
  } catch {
    // It is gone already.
  }
}

/**
 * Whether a socket that was bound at one name of a file is found at another. A file system in user space (bindfs, sshfs, folders that
 * virtual machines share) may take the two for two files, and refuse who connects at the second.
 */
export function namesAreOne(folder: string): boolean {
  try {
    return statfsSync(folder).type !== fuse;
  } catch {
    return true;
  }
}

/** How many second names this file has, those of other supervisors included. */
export function secondNamesOf(inode: string, folder: string): number {
  return secondNamesIn(folder).filter(({ file }) => inodeOf(file) === inode).length;
}

/** The only name that is left of a socket of this supervisor, if there is just one such. */
export function lastNameOf(pid: number, folder: string): string | undefined {
  const found = secondNamesIn(folder).filter((name) => name.pid === pid && linksOf(name.file) === 1);
  return found.length === 1 ? found[0]?.file : undefined;
}

/** The names that supervisors have left which are gone, perhaps with the pid of this process. */
export function leftIn(folder: string): string[] {
  const isOwned = ({ file, pid }: SecondName): boolean => (pid === process.pid ? own.has(file) : isAlive(pid));
  return secondNamesIn(folder).flatMap((name) => (isOwned(name) ? [] : [name.file]));
}

/** The only name that is left of a socket of a supervisor that is gone, if there is just one such. */
export function onlyLeftIn(folder: string): string | undefined {
  const found = leftIn(folder).filter((file) => linksOf(file) === 1);
  return found.length === 1 ? found[0] : undefined;
}

/** Tells a file whatever its name; `undefined` if there is none. */
export function inodeOf(path: string): string | undefined {
  try {
    const { dev, ino } = lstatSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** How many names a file has; 0 if there is none. */
export function linksOf(path: string): number {
  try {
    return lstatSync(path).nlink;
  } catch {
    return 0;
  }
}

interface SecondName {
  readonly file: string;
  readonly pid: number;
}

function secondNamesIn(folder: string): SecondName[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const pid = secondName.exec(name)?.[1];
      return pid === undefined ? [] : [{ file: join(folder, name), pid: Number(pid) }];
    });
  } catch {
    return [];
  }
}
