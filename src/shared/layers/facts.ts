import * as v from "valibot";
import { dependencySchema } from "./layer.ts";

/** What is in each layer of one worker: collected on request, by Node's public API. Holds no environment values. */

const count = v.number();

export const loadedModuleSchema = v.object({
  /** Absolute path. */
  file: v.string(),
  /** ECMAScript module, CommonJS module, or JSON loaded by `require`. */
  kind: v.picklist(["esm", "cjs", "json"]),
  /** Name of the package of `node_modules` it belongs to; absent for the user's own files. */
  package: v.optional(v.string()),
  /** Size on disk in bytes; absent when the file is gone. */
  bytes: v.optional(count),
});
export type LoadedModule = v.InferOutput<typeof loadedModuleSchema>;

export const loadedPackageSchema = v.object({
  name: v.string(),
  version: v.optional(v.string()),
  /** Absolute path of its folder: the same package may be there twice. */
  folder: v.string(),
  modules: count,
  bytes: count,
});
export type LoadedPackage = v.InferOutput<typeof loadedPackageSchema>;

/** A place in a file; line and column count from 1. */
export const sourcePositionSchema = v.object({
  /** Absolute path, or `node:…` for JavaScript of Node.js itself. */
  file: v.string(),
  line: v.number(),
  column: v.optional(v.number()),
});
export type SourcePosition = v.InferOutput<typeof sourcePositionSchema>;

export const addonSchema = v.object({
  /** Absolute path of the `.node` file. */
  file: v.string(),
  package: v.optional(v.string()),
  version: v.optional(v.string()),
  /** `napi`: stable across versions of Node.js; `abi`: bound to one `NODE_MODULE_VERSION`. */
  interface: v.picklist(["napi", "abi", "unknown"]),
  /** The Node-API level it was built for, as far as its packaging says, or its `NODE_MODULE_VERSION`. */
  level: v.optional(v.number()),
  /** Whether it must be rebuilt for another major version of Node.js; absent when unknown. */
  rebuild: v.optional(v.boolean()),
});
export type Addon = v.InferOutput<typeof addonSchema>;

export const layerFactsSchema = v.object({
  worker: v.object({ id: v.number(), slot: v.number(), pid: v.number(), generation: v.number() }),
  /** Epoch milliseconds. */
  takenAt: v.number(),
  code: v.object({
    entry: v.string(),
    /** Commit checked out in the app's repository when the generation was started; absent outside of one. */
    commit: v.optional(v.string()),
    modules: v.array(loadedModuleSchema),
    packages: v.array(loadedPackageSchema),
    own: v.object({ modules: count, bytes: count }),
    esm: count,
    cjs: count,
    /** Modules beyond those listed. */
    unlisted: count,
    /**
     * Present when ES modules were not looked for, since V8 would block the worker's event loop for about this many
     * milliseconds (more than 100): then none is listed or counted.
     */
    esmCostMs: v.optional(v.number()),
    /** Whether stack traces are mapped back to the sources (`--enable-source-maps` or `setSourceMapsSupport`). */
    sourceMaps: v.boolean(),
    /** Names of the environment variables the worker was started with, sorted; never a value. */
    environmentNames: v.array(v.string()),
  }),
  api: v.object({
    /** `process.version`. */
    version: v.string(),
    /**
     * `Current`, `Active LTS`, `Maintenance LTS`, `Maintenance` (a line that was never LTS) or `End of life` at `takenAt`;
     * absent for an unknown line.
     */
    status: v.optional(v.string()),
    /** Name of the LTS line, such as `Krypton`. */
    codename: v.optional(v.string()),
    /** End of life as `YYYY-MM-DD`. */
    endOfLife: v.optional(v.string()),
    /** Those in `NODE_OPTIONS`, then those of the command line, without Hitless's own. */
    flags: v.array(v.string()),
    /** Public built-in modules loaded, such as `fs` and `http`. */
    builtins: v.array(v.string()),
    /** Warnings emitted since the process started: the first 50 different ones. */
    warnings: v.array(
      v.object({
        name: v.string(),
        code: v.optional(v.string()),
        message: v.string(),
        /** The first line of its stack in the user's own code. */
        at: v.optional(sourcePositionSchema),
        count: v.number(),
      }),
    ),
  }),
  bindings: v.object({
    /** Internal bindings loaded, such as `fs` and `tcp_wrap`. */
    internal: v.array(v.string()),
    addons: v.array(addonSchema),
    /** `process.versions.modules`. */
    abi: v.string(),
    /** `process.versions.napi`. */
    napi: v.string(),
  }),
  dependencies: v.object({
    /** One for each dependency that `process.versions` names. */
    versions: v.array(v.object({ name: v.string(), dependency: v.optional(dependencySchema), version: v.string() })),
    fips: v.boolean(),
    resolvers: v.array(v.string()),
    /** `UV_THREADPOOL_SIZE`, or libuv's default of 4. */
    threadPoolSize: v.number(),
    ciphers: v.number(),
  }),
  os: v.object({
    platform: v.string(),
    release: v.string(),
    arch: v.string(),
    cpuModel: v.string(),
    cpus: v.number(),
    /** CPUs this process may use (`os.availableParallelism()`). */
    availableCpus: v.number(),
    memoryTotal: count,
    /** Limit of the control group in bytes; absent without one. */
    memoryLimit: v.optional(count),
    /** CPU limit of the control group in CPUs; absent without one. */
    cpuLimit: v.optional(v.number()),
    /** Most file descriptors the process may open; absent when unknown. */
    fileLimit: v.optional(count),
  }),
});
export type LayerFacts = v.InferOutput<typeof layerFactsSchema>;

const milliseconds = v.number();

/** For how long a server of the app that speaks HTTP/1 lets a connection be idle. */
export const serverIdleTimeSchema = v.object({
  protocol: v.picklist(["http", "https", "tcp", "tls", "http2", "https2"]),
  /** Where it listens, such as `0.0.0.0:3000` or the path of a socket; absent if another server accepts for it. */
  address: v.optional(v.string()),
  port: v.optional(v.number()),
  /** `server.keepAliveTimeout`; 0: none. */
  keepAliveTimeoutMs: milliseconds,
  /** After which Node.js closes an idle connection: somewhat longer than that. 0: never. */
  idleMs: milliseconds,
});
export type ServerIdleTime = v.InferOutput<typeof serverIdleTimeSchema>;

/** What a worker says of its servers. */
export const serversReadingSchema = v.object({
  worker: v.object({ id: v.number(), slot: v.number(), pid: v.number(), generation: v.number() }),
  servers: v.array(serverIdleTimeSchema),
});

/**
 * Live figures, requested every second by a visible panel. Rates are since the previous request, or since the process
 * started in the first pulse after a pause (5 s).
 */
export const layerPulseSchema = v.object({
  worker: v.object({ id: v.number(), slot: v.number(), pid: v.number(), generation: v.number() }),
  takenAt: v.number(),
  code: v.object({ modules: count, packages: count }),
  api: v.object({
    builtins: count,
    /** Requests answered a second; absent when no HTTP server listens, and in the first pulse after a pause. */
    requestsPerSecond: v.optional(v.number()),
    /** Milliseconds from the head of a request to the end of its answer, of those answered since; absent when there were none. */
    latencyP50: v.optional(milliseconds),
    latencyP99: v.optional(milliseconds),
    warnings: count,
  }),
  bindings: v.object({ internal: count, addons: count }),
  v8: v.object({
    heapUsed: count,
    heapTotal: count,
    heapLimit: count,
    external: count,
    spaces: v.array(v.object({ name: v.string(), used: count, size: count })),
    /** Collections since the previous request, by kind. */
    gc: v.array(
      v.object({ kind: v.picklist(["minor", "major", "incremental", "weakCallbacks"]), count, ms: milliseconds }),
    ),
  }),
  uv: v.object({
    /**
     * Event loop utilisation, 0 to 1. Absent when a CPU sample was taken meanwhile: the profiler's ticks wake the loop,
     * which then seems busy while it waits.
     */
    utilisation: v.optional(v.number()),
    iterations: v.optional(count),
    delayP50: v.optional(milliseconds),
    delayP99: v.optional(milliseconds),
    /** Active handles and requests by type, such as `TCPSocketWrap` and `FSReqCallback`. */
    active: v.array(v.object({ type: v.string(), count })),
  }),
  openssl: v.object({
    /** Open connections to the servers that speak TLS; absent when none listens. */
    tlsSockets: v.optional(count),
    /**
     * TLS sessions of these servers since observation began: those with a full handshake, and those that resumed an
     * earlier one. Absent in the first pulse after a pause, and when no such server listens.
     */
    sessions: v.optional(
      v.object({
        full: count,
        resumed: count,
        /** By version, such as `TLSv1.3`. */
        protocols: v.array(v.object({ name: v.string(), count })),
      }),
    ),
  }),
  os: v.object({
    rss: count,
    /** CPU time as a share of one CPU, 0 to n. */
    cpuUser: v.number(),
    cpuSystem: v.number(),
    files: v.optional(count),
    voluntarySwitches: count,
    involuntarySwitches: count,
    fsReads: count,
    fsWrites: count,
    minorFaults: count,
    majorFaults: count,
  }),
});
export type LayerPulse = v.InferOutput<typeof layerPulseSchema>;
