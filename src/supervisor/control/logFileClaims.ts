import type { Endpoint } from "../../shared/launch.ts";
import { isAlive } from "../process/isAlive.ts";
import { otherEndpoints } from "./otherEndpoints.ts";

/**
 * Why an app may not write these files: another one that lives does. Of two that begin at once the later one may not.
 * @param own Has been written, with the files in it.
 * @param folder Where supervisors write their endpoint files.
 */
export function findOtherWriter(own: Endpoint, folder: string): string | undefined {
  for (const other of otherEndpoints(folder)) {
    const shared = other.logFiles?.find((path) => own.logFiles?.includes(path));
    if (shared !== undefined && isFirst(other, own) && isAlive(other.pid)) {
      return `${shared} is written by the app "${other.name}" in ${other.root}; name another file`;
    }
  }
  return undefined;
}

function isFirst(one: Endpoint, other: Endpoint): boolean {
  return one.startedAt < other.startedAt || (one.startedAt === other.startedAt && one.pid < other.pid);
}
