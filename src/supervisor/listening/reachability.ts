import { createConnection, type Socket } from "node:net";

/** Milliseconds for a connection to an address of this machine; after that the result is unknown. */
const deadlineMs = 1_000;

/** Errors that prove that nothing listens there; others (no rights, no route, a full queue) prove nothing. */
const proofs: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK", "ENOTDIR"]);

/** Checks whether clients can connect where the workers say that they listen. */
export interface Reachability {
  /**
   * Connects to each address of a worker, unless a worker of its generation was found to be reachable there: all share
   * the address. A Unix socket is tried for each, since the app may have removed the file before it listened.
   * @returns What is wrong, for the user; `undefined` if nothing is.
   */
  check(worker: ReachableWorker): Promise<string | undefined>;
}

export interface ReachableWorker {
  readonly generation: number;
  /** By their keys: an IP address and port, or the path of a Unix socket. */
  readonly servers: ReadonlyMap<string, { readonly url: string; readonly protocol: string }>;
}

export function createReachability(): Reachability {
  let generation = 0;
  let reached = new Set<string>();
  return {
    async check(worker) {
      if (worker.generation > generation) {
        generation = worker.generation;
        reached = new Set();
      }
      const servers = [...worker.servers].filter(([key, { protocol }]) => protocol !== "udp" && !reached.has(key));
      const problems = await Promise.all(
        servers.map(async ([key, { url }]) => {
          const problem = await tryAddress(key);
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
async function tryAddress(key: string): Promise<string | undefined> {
  const bar = key.lastIndexOf("|");
  if (bar === -1) {
    return tryConnect({ path: key });
  }
  const host = key.slice(0, bar);
  const port = Number(key.slice(bar + 1));
  const problem = await tryConnect({ host: loopbacks[host]?.[0] ?? host, port });
  const other = loopbacks[host]?.[1];
  // A server on all addresses may be set to leave out those of IPv4.
  return problem !== undefined && other !== undefined ? tryConnect({ host: other, port }) : problem;
}

const loopbacks: Readonly<Record<string, readonly [string, string?]>> = {
  "0.0.0.0": ["127.0.0.1"],
  "::": ["127.0.0.1", "::1"],
};

function tryConnect(target: { readonly path: string } | { readonly host: string; readonly port: number }) {
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
    // The server may leave it open for as long as it likes.
    socket.unref();
    socket.setTimeout(deadlineMs, () => socket.destroy());
    socket.on("error", (error: NodeJS.ErrnoException) => {
      finish(proofs.has(error.code ?? "") ? error.code : undefined);
    });
  });
}
