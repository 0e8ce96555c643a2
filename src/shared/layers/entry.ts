import type { Dependency } from "./layer.ts";

/**
 * How a call does its work. `synchronous`: before it returns. `threadPool`: on one of libuv's threads. `eventLoop`: the
 * operating system tells the loop when it is done. `timer`: the loop calls back. `microtask`: before the loop goes on.
 * `process` and `thread`: in a process or thread of its own, which it starts. `processSync`: in a process of its own,
 * for whose end it waits. `otherThread`: on a thread that runs already.
 */
export type Mechanism =
  | "synchronous"
  | "threadPool"
  | "eventLoop"
  | "timer"
  | "microtask"
  | "process"
  | "processSync"
  | "thread"
  | "otherThread";

/** One public function of Node.js that leaves JavaScript. */
export interface CatalogueEntry {
  /** As required, without `node:`, such as `fs/promises`; `globals` for `fetch`, `setTimeout` … */
  readonly module: string;
  /** As written behind the module, such as `readFile`, `Server.prototype.listen` or `hash.update`. */
  readonly name: string;
  /** The internal binding it calls (`internalBinding(…)`). */
  readonly binding: string;
  /** The file of the binding in Node's sources, such as `src/node_file.cc`. */
  readonly source: string;
  readonly dependency: Dependency;
  readonly mechanism: Mechanism;
  /** Which thread is busy until it is done: the one that calls, one of the pool, or one of its own. */
  readonly thread: "main" | "pool" | "own";
  /** System calls by operating system; empty when none is needed. */
  readonly calls: {
    readonly linux: readonly string[];
    readonly macos: readonly string[];
    readonly windows: readonly string[];
  };
  /** Its documentation. */
  readonly docs: string;
  /** Major version of Node.js that was the first to have it; absent when all that are supported do. */
  readonly since?: number;
  /** Without a callback it does the same before it returns, on the thread that calls. */
  readonly callbackOptional?: boolean;
  /**
   * What is done otherwise: a thread of the pool looks up a host's name, and reads the file that a Blob stands for; the
   * event loop writes what a full pipe did not take.
   */
  readonly besides?: "hostName" | "fileOfBlob" | "fullPipe";
}

/** `fs.readFile`: how an entry is named in the panel and the editor. */
export function qualifiedName(entry: Pick<CatalogueEntry, "module" | "name">): string {
  return entry.module === "globals" ? entry.name : `${entry.module.replaceAll("/", ".")}.${entry.name}`;
}
