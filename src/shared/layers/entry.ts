import type { Dependency } from "./layer.ts";

/**
 * How a call does its work. `synchronous`: before it returns. `threadPool`: on one of libuv's threads. `eventLoop`: the
 * operating system notifies the loop when it is done. `timer`: the loop calls back. `microtask`: before the loop
 * continues. `process` and `thread`: in a new process or thread. `processSync`: in a new process whose end it waits
 * for. `otherThread`: on a thread that is already running.
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
  /** As written after the module, such as `readFile`, `Server.prototype.listen` or `hash.update`. */
  readonly name: string;
  /** The internal binding it calls (`internalBinding(…)`). */
  readonly binding: string;
  /** The file of the binding in Node's sources, such as `src/node_file.cc`. */
  readonly source: string;
  readonly dependency: Dependency;
  readonly mechanism: Mechanism;
  /** Which thread is busy until it is done: the caller's, one of the pool, or one of its own. */
  readonly thread: "main" | "pool" | "own";
  /** System calls by operating system; empty when none is needed. */
  readonly calls: {
    readonly linux: readonly string[];
    readonly macos: readonly string[];
    readonly windows: readonly string[];
  };
  readonly docs: string;
  /** First major version of Node.js that has it; absent when all supported ones do. */
  readonly since?: number;
  /** Without a callback it does the same before it returns, on the calling thread. */
  readonly callbackOptional?: boolean;
  /**
   * What is done in another way: a thread of the pool looks up a host name, or reads the file behind a Blob; the event
   * loop writes what a full pipe did not take.
   */
  readonly besides?: "hostName" | "fileOfBlob" | "fullPipe";
  /** The forms of the call whose path is another; absent when all go the same way. */
  readonly forms?: readonly CallForm[];
}

/** A form of a call whose path is not the entry's: by its arguments, or by what it is called on. */
export interface CallForm extends Pick<CatalogueEntry, "mechanism" | "thread" | "calls"> {
  readonly form: FormName;
  /** The internal binding it calls instead, null when it stays in JavaScript; absent when it is the entry's. */
  readonly binding?: string | null;
  /** If another library than the entry's does the work. */
  readonly dependency?: Dependency;
  /** First major version of Node.js whose calls have this form; absent when all that have the function do. */
  readonly since?: number;
  /** First major version whose calls no longer have it. */
  readonly before?: number;
}

export type FormName =
  | "aborted"
  | "absent"
  | "addrConfig"
  | "address"
  | "attempts"
  | "autoClose"
  | "blobUrl"
  | "blocking"
  | "boundSocket"
  | "brotli"
  | "buffered"
  | "bytes"
  | "changes"
  | "chunked"
  | "closed"
  | "clustered"
  | "compileCache"
  | "compressed"
  | "connections"
  | "controlGroup"
  | "copied"
  | "corked"
  | "coverage"
  | "dataUrl"
  | "decided"
  | "descriptor"
  | "drawnAhead"
  | "emptyFolder"
  | "encrypted"
  | "ended"
  | "endsThread"
  | "everyone"
  | "exported"
  | "first"
  | "fixedWidth"
  | "flush"
  | "fromMemory"
  | "gathered"
  | "givenContext"
  | "givenFile"
  | "givenSocket"
  | "givenText"
  | "handle"
  | "held"
  | "hooks"
  | "hostsFile"
  | "inJavaScript"
  | "inOne"
  | "inThread"
  | "inWorker"
  | "intoMemory"
  | "kept"
  | "keptAlive"
  | "keptOpen"
  | "known"
  | "later"
  | "latin1"
  | "legacyUrl"
  | "lengthKnown"
  | "link"
  | "literal"
  | "localAddress"
  | "memory"
  | "name"
  | "nameServer"
  | "neverBound"
  | "neverConnected"
  | "noBody"
  | "noBytes"
  | "noCallback"
  | "noClients"
  | "noData"
  | "noDescriptor"
  | "noGc"
  | "noHome"
  | "noLinks"
  | "noPosition"
  | "noRest"
  | "noStreams"
  | "noTerminal"
  | "notListening"
  | "notOpened"
  | "number"
  | "onDuplex"
  | "onPath"
  | "onSocket"
  | "oneFile"
  | "options"
  | "otherEncoding"
  | "others"
  | "outputFile"
  | "outputTerminal"
  | "ownFs"
  | "parents"
  | "path"
  | "plainPath"
  | "plainValue"
  | "position"
  | "preopens"
  | "profiled"
  | "queries"
  | "reading"
  | "readsOn"
  | "recursive"
  | "reflink"
  | "replaced"
  | "running"
  | "sameMode"
  | "schema"
  | "secure"
  | "signalThread"
  | "silent"
  | "single"
  | "small"
  | "socketOptions"
  | "start"
  | "statCheck"
  | "systemStore"
  | "there"
  | "timesGiven"
  | "timestamps"
  | "together"
  | "transaction"
  | "unbound"
  | "unchanged"
  | "unconnected"
  | "unheld"
  | "untilFed"
  | "untilUsed"
  | "urlObject"
  | "usualEncoding"
  | "utf8"
  | "waiting"
  | "wal"
  | "watched"
  | "whole";

/** `fs.readFile`: the name of an entry in the panel and the editor. */
export function qualifiedName(entry: Pick<CatalogueEntry, "module" | "name">): string {
  return entry.module === "globals" ? entry.name : `${entry.module.replaceAll("/", ".")}.${entry.name}`;
}
