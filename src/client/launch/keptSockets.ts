import { fstatSync } from "node:fs";
import type { ServiceKeeper } from "../../shared/launch.ts";

/** systemd passes descriptors from this number on (sd_listen_fds(3)). */
const firstDescriptor = 3;

/** A service manager that keeps listening sockets over a restart of the service, as seen by the process that it has started. */
export interface KeptSockets {
  /** What a supervisor has to know of it. The descriptors go to the first that asks. */
  take(): ServiceKeeper;
}

/**
 * Whether the service manager keeps sockets for this process, and which it has kept; `undefined` without one, or if it is too old:
 * systemd tells by `FDSTORE` that it takes some, from version 254 on.
 * @param pid Of this process: the variables may be inherited from one that they were meant for.
 */
export function keptSockets(environment: NodeJS.ProcessEnv, pid = process.pid): KeptSockets | undefined {
  const { NOTIFY_SOCKET: notifySocket = "", PATH: path = "", FDSTORE } = environment;
  if (notifySocket === "" || !(Number(FDSTORE) > 0)) {
    return undefined;
  }
  let sockets = Number(environment.LISTEN_PID) === pid ? descriptorsOf(environment) : [];
  return {
    take() {
      const keeper = { notifySocket, path, sockets };
      sockets = [];
      return keeper;
    },
  };
}

function descriptorsOf({ LISTEN_FDS, LISTEN_FDNAMES = "" }: NodeJS.ProcessEnv): { name: string; fd: number }[] {
  const names = LISTEN_FDNAMES.split(":").slice(0, Number(LISTEN_FDS) || 0);
  return names.map((name, index) => ({ name, fd: firstDescriptor + index })).filter(({ fd }) => isSocket(fd));
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
