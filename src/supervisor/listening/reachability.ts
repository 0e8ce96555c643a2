import { createConnection, type Socket } from "node:net";
import type { Acceptor } from "../accept/acceptor.ts";
import type { OwnConnections } from "../accept/ownConnections.ts";
import type { SocketKeeper } from "./unixSockets.ts";

/** Milliseconds for a connection to an address of this machine; after that the result is unknown. */
const deadlineMs = 1_000;

/** Errors that prove that nothing listens there; others (no rights, no route, a full queue) prove nothing. */
const proofs: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK", "ENOTDIR"]);

/** Checks whether clients can connect where the workers say that they listen. */
export interface Reachability {
  /**
   * Looks at each address of a worker, unless a worker of its generation was found to be reachable there: all share
   * the address. A Unix socket is looked at for each, since the app may have removed the file before it listened.
   * @returns What is wrong, for the user; `undefined` if nothing is.
   */
  check(worker: ReachableWorker): Promise<string | undefined>;
}

export interface ReachableWorker {
  readonly generation: number;
  /** By their keys: an IP address and port, or the path of a Unix socket. */
  readonly servers: ReadonlyMap<string, { readonly url: string; readonly protocol: string }>;
}

export interface ReachabilityOptions {
  readonly acceptor: Pick<Acceptor, "acceptsAt"> & { readonly own: Pick<OwnConnections, "add"> };
  readonly files: Pick<SocketKeeper, "isInPlace">;
}

/**
 * What can be known without a connection that an app would see is: whether the file of a Unix socket is that on which this process
 * listens; and with shared scheduling, a port that this process has bound is one that no worker can lose. A connection to a port at which this process accepts is
 * given to no worker. Only where a worker listens by itself (`exclusive`, `reusePort`) does the app see one, which sends nothing.
 */
export function createReachability({ acceptor, files }: ReachabilityOptions): Reachability {
  let generation = 0;
  let reached = new Set<string>();
  const look = async (key: string): Promise<string | undefined> => {
    const accepts = acceptor.acceptsAt(key);
    if (accepts === "predecessor") {
      // Clients connect there now.
      return undefined;
    }
    const isPath = !key.includes("|");
    const isInPlace = isPath ? files.isInPlace(key) : undefined;
    const hasNoFile = isPath && (process.platform === "win32" || key.startsWith("\0"));
    if (isInPlace === true || (accepts === "workers" && !isPath) || (accepts !== undefined && hasNoFile)) {
      return undefined;
    }
    const problem = await tryAddress(key, (socket) => {
      if (accepts === "supervisor") {
        acceptor.own.add(socket);
      }
    });
    return problem ?? (isInPlace === false ? "somebody else's file is there" : undefined);
  };
  return {
    async check(worker) {
      if (worker.generation > generation) {
        generation = worker.generation;
        reached = new Set();
      }
      const servers = [...worker.servers].filter(([key, { protocol }]) => protocol !== "udp" && !reached.has(key));
      const problems = await Promise.all(
        servers.map(async ([key, { url }]) => {
          const problem = await look(key);
          if (problem === undefined && key.includes("|") && worker.generation === generation) {
            reached.add(key);
          }
          return problem === undefined ? [] : [`${url} (${problem})`];
        }),
      );
      const found = problems.flat();
      return found.length === 0 ? undefined : found.join(", ");
    },
  };
}

/** @param key The server's key: a path, or an IP address and port. */
async function tryAddress(key: string, made: (socket: Socket) => void): Promise<string | undefined> {
  const bar = key.lastIndexOf("|");
  if (bar === -1) {
    return tryConnect({ path: key }, made);
  }
  const host = key.slice(0, bar);
  const port = Number(key.slice(bar + 1));
  const problem = await tryConnect({ host: loopbacks[host]?.[0] ?? host, port }, made);
  const other = loopbacks[host]?.[1];
  // A server on all addresses may be set to leave out those of IPv4.
  return problem !== undefined && other !== undefined ? tryConnect({ host: other, port }, made) : problem;
}

const loopbacks: Readonly<Record<string, readonly [string, string?]>> = {
  "0.0.0.0": ["127.0.0.1"],
  "::": ["127.0.0.1", "::1"],
};

/** @param made Given the socket before it connects. */
function tryConnect(
  target: { readonly path: string } | { readonly host: string; readonly port: number },
  made: (socket: Socket) => void,
): Promise<string | undefined> {
  return new Promise<string | undefined>((resolve) => {
    const finish = (problem?: string): void => {
      clearTimeout(timer);
      resolve(problem);
    };
    const timer = setTimeout(finish, deadlineMs);
    const socket: Socket = createConnection(target, () => {
      finish();
      // Closed gracefully: to the app it is a client that sent nothing.
      socket.end();
      socket.resume();
    });
    made(socket);
    // The server may leave it open for as long as it likes.
    socket.unref();
    socket.setTimeout(deadlineMs, () => socket.destroy());
    socket.on("error", (error: NodeJS.ErrnoException) => {
      finish(proofs.has(error.code ?? "") ? error.code : undefined);
    });
  });
}
