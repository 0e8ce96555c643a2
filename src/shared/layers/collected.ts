import type { LayerFacts, LayerPulse, LoadedModule, ServerIdleTime } from "./facts.ts";
import type { WorkerRequests } from "./watchedRequests.ts";

/*
 * What a worker itself reports about its layers. The supervisor adds what it knows or can find out without involving
 * the worker: the worker's identity, sizes and versions of files, the machine.
 */

export type LayerQuestion =
  /** Answered without the collector. */
  | { readonly kind: "servers" }
  | { readonly kind: "facts" }
  | { readonly kind: "pulse" }
  /** Begins or continues to watch requests. `after`: the cursor of the last answer; `slowMs`: what takes longer is kept. */
  | { readonly kind: "requests"; readonly after: number; readonly slowMs: number }
  /** `timeline`: with the order of the ticks, which a profile for other programs needs. */
  | { readonly kind: "sample"; readonly seconds: number; readonly timeline: boolean }
  /** Writes a snapshot of the heap into a file that must not exist. */
  | { readonly kind: "heapSnapshot"; readonly file: string }
  /** Ends the running sample early; the answer is that of the sample. */
  | { readonly kind: "endSample" };

export type LayerAnswer =
  | { readonly kind: "servers"; readonly servers: readonly ServerIdleTime[] }
  | ({ readonly kind: "facts" } & CollectedFacts)
  | ({ readonly kind: "pulse" } & CollectedPulse)
  | ({ readonly kind: "requests" } & CollectedRequests)
  | ({ readonly kind: "sample" } & CollectedSample)
  /** Milliseconds for which the worker did nothing else. */
  | { readonly kind: "heapSnapshot"; readonly ms: number };

export type { ServerIdleTime };

export interface CollectedFacts {
  readonly code: {
    readonly entry: string;
    readonly modules: readonly Pick<LoadedModule, "file" | "kind">[];
    /** Modules beyond those listed. */
    readonly unlisted: number;
    /** As in `LayerFacts`. */
    readonly esmCostMs?: number;
    readonly sourceMaps: boolean;
  };
  readonly api: Pick<LayerFacts["api"], "version" | "flags" | "builtins" | "warnings">;
  readonly bindings: {
    readonly internal: readonly string[];
    /** Absolute paths of the loaded `.node` files, as far as the worker itself can tell. */
    readonly addons: readonly string[];
    readonly abi: string;
    readonly napi: string;
  };
  readonly dependencies: Omit<LayerFacts["dependencies"], "versions"> & {
    /** `process.versions`. */
    readonly versions: Readonly<Record<string, string>>;
  };
}

/** Without what the supervisor adds. */
export type CollectedRequests = Omit<WorkerRequests, "worker" | "slot" | "generation">;

/** Without what the supervisor adds. */
export type CollectedPulse = Omit<LayerPulse, "worker" | "takenAt" | "code" | "os"> & {
  readonly code: { readonly modules: number; readonly packages: number };
  readonly os: Omit<LayerPulse["os"], "files">;
};

/** A CPU profile of V8, reduced to what attributing its time needs. */
export interface CollectedSample {
  /** Epoch milliseconds at which it began. */
  readonly startedAt: number;
  readonly cancelled: boolean;
  /** Samples taken by the profiler. */
  readonly ticks: number;
  /** As in `CollectedFacts`. */
  readonly bindings: readonly string[];
  readonly addons: readonly string[];
  /** Names of the packages whose modules are loaded, as far as they are known. */
  readonly packages: readonly string[];
  /** Whether V8 may have shown the time of inlined functions as that of their callers, since it could not be kept from it. */
  readonly inlined: boolean;
  /** Whether JavaScript's own functions have frames, but for those that V8 has in C++. */
  readonly builtins: boolean;
  /** Source maps that are in the worker's memory only. */
  readonly maps: readonly LoadedMap[];
  /** Milliseconds in which the event loop waited, as Node.js measures it; absent where unknown. */
  readonly loopIdleMs?: number;
  /** What the main thread had of the CPU meanwhile; absent where unknown. */
  readonly thread?: {
    /** Milliseconds of CPU time. */
    readonly usedMs: number;
    /** Milliseconds in which it could have run and had no CPU; absent where unknown. */
    readonly waitedMs?: number;
    /** Of these, about how many it was interrupted for, while it did something; absent where unknown. */
    readonly interruptedMs?: number;
  };
  /** Milliseconds of CPU time of the whole process, with the profiler's own thread; only where the main thread's is unknown. */
  readonly processMs?: number;
  /** Which of the app's listening servers speak TLS. */
  readonly tls: "none" | "some" | "all";
  readonly frames: readonly ProfileFrame[];
  /** A tree: every node comes after its parent. */
  readonly nodes: readonly ProfileNode[];
  /** For each tick the index of the node on top, and the microseconds until the next; absent unless asked for. */
  readonly timeline?: readonly (readonly [node: number, us: number])[];
}

/** The source map of a script. */
export interface LoadedMap {
  /** Of the script, as in its frames. */
  readonly url: string;
  /** JSON without the sources' texts, or a `data:` URL. */
  readonly map: string;
}

/** A function; several nodes may be calls of it. */
export interface ProfileFrame {
  readonly name: string;
  /** As V8 reports it: `file://…`, `node:…`, a path, or empty for what is not JavaScript; `ownCodeUrl` for Hitless. */
  readonly url: string;
  /** From 1; 0 where there is none. */
  readonly line: number;
  readonly column: number;
  /** One of JavaScript's own functions, such as `Array.prototype.sort`. */
  readonly builtin?: true;
}

export interface ProfileNode {
  /** Index of its frame. */
  readonly frame: number;
  /** Index of its caller's node; -1 for the root. */
  readonly parent: number;
  /** Microseconds. */
  readonly selfUs: number;
  /**
   * Microseconds of these in V8's code for what the language itself does, such as loading properties: it has no lines.
   * Absent for none.
   */
  readonly operationUs?: number;
  /** Lines (from 1) at which ticks were seen, with their counts. */
  readonly lines?: readonly (readonly [line: number, ticks: number])[];
}

/** Stands for the files of Hitless itself. */
export const ownCodeUrl = "hitless:";
