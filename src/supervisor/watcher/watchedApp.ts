/** The argument that makes a supervisor's program the watcher of another. */
export const watcherArgument = "watch";

/** The messages about a worker to the watcher: one line of JSON each. */
export interface WatchedWorker {
  readonly pid: number;
  /** `NAME=value` in the environment of the worker and of all that it starts. */
  readonly mark: string;
  /** Milliseconds that it has for its end. */
  readonly killTimeout: number;
}

/** The watcher's argument, and each line on its stdin: all workers there are, and the process group of the supervisor and of its workers. */
export interface WatchedApp {
  readonly workers: readonly WatchedWorker[];
  /** `undefined` where the system does not tell. */
  readonly group: number | undefined;
}
