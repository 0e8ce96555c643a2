import { lstatSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAlive } from "../process/isAlive.ts";

/** With the pid of the supervisor that owns it. */
const secondName = /^\.hitless-(\d+)-\d+$/;

let names = 0;

/** A name for the socket of this path, beside it, that nothing else has. */
export function newSecondName(path: string): string {
  names += 1;
  return join(dirname(path), `.hitless-${process.pid}-${names}`);
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

/** The names that supervisors have left which are gone. */
export function leftIn(folder: string): string[] {
  return secondNamesIn(folder).flatMap(({ file, pid }) => (isAlive(pid) ? [] : [file]));
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

function secondNamesIn(folder: string): { readonly file: string; readonly pid: number }[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const pid = secondName.exec(name)?.[1];
      return pid === undefined ? [] : [{ file: join(folder, name), pid: Number(pid) }];
    });
  } catch {
    return [];
  }
}
