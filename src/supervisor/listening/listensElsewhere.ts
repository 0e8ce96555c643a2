import { type ListeningProcess, listListening } from "./listenHolder.ts";

export interface ListeningWorker {
  readonly pid: number;
  /** Keys of the servers that its preload has reported. */
  readonly servers: ReadonlyMap<string, unknown>;
}

const remedy =
  "Hitless shares the servers of a worker's main thread: let that one listen. " +
  "If it can't, run one worker that calls process.send('ready'), with waitReady, and renew it with a restart.";

/**
 * Says where a worker listens that its preload can't see: in a thread, or in a process that it started. Only for
 * messages to the user about a failure: it searches the worker's descriptors.
 * @param done Called with the sentences, or `undefined` if there is no such place.
 */
export function describeElsewhere(worker: ListeningWorker, done: (text: string | undefined) => void): void {
  listElsewhere(worker, (found) => {
    const [first] = found;
    const who = first?.pid === worker.pid ? "A worker thread" : `A child process (pid ${first?.pid})`;
    done(first && `${who} of the app listens on port ${first.port}. ${remedy}`);
  });
}

/**
 * Says which process of the app holds a port that another of its workers was refused.
 * @param done Called with the sentences, or `undefined` if it is none of these workers.
 */
function describeHolder(
  port: number,
  workers: readonly ListeningWorker[],
  done: (text: string | undefined) => void,
): void {
  const [worker, ...others] = workers;
  if (worker === undefined) {
    done(undefined);
    return;
  }
  listElsewhere(worker, (found) => {
    const holder = found.find((listening) => listening.port === port);
    if (holder === undefined) {
      describeHolder(port, others, done);
    } else {
      const who = holder.pid === worker.pid ? "a worker thread" : `a child process (pid ${holder.pid})`;
      done(`Port ${port} is held by ${who} of another worker of this app. ${remedy}`);
    }
  });
}

/**
 * Finds out which worker of the app, or else which other app, holds a port that a worker was refused.
 * @param done Called with the sentences, or `undefined` if it is another program, or a worker by what its preload sees.
 */
export function findHolder(
  {
    port,
    others,
    findOtherApp,
  }: {
    readonly port: number;
    readonly others: readonly (ListeningWorker & { readonly dead: boolean; listensOn(port: number): boolean })[];
    readonly findOtherApp: (port: number, done: (text: string | undefined) => void) => void;
  },
  done: (text: string | undefined) => void,
): void {
  const isOwn = others.some((other) => other.listensOn(port));
  const living = others.filter(({ dead }) => !dead);
  describeHolder(port, living, (holder) => {
    if (holder !== undefined || isOwn) {
      done(holder);
    } else {
      findOtherApp(port, done);
    }
  });
}

function listElsewhere({ pid, servers }: ListeningWorker, done: (found: readonly ListeningProcess[]) => void): void {
  const known = new Set([...servers.keys()].map((key) => Number(/\|(\d+)$/.exec(key)?.[1])));
  listListening(pid, (found) => done(found.filter(({ port }) => !known.has(port))));
}
