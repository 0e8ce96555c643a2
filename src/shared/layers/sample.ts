import * as v from "valibot";
import { sourcePositionSchema } from "./facts.ts";
import { dependencySchema, layerSchema } from "./layer.ts";

/** Length of a CPU sample in seconds. */
export const sampleSeconds = { default: 5, least: 1, most: 60 } as const;

/** The location of a function of a sample, and its self time. */
export const sampledFunctionSchema = v.object({
  /** `(anonymous)` when it has no name. */
  name: v.string(),
  at: v.optional(sourcePositionSchema),
  /** Milliseconds. */
  selfMs: v.number(),
});
export type SampledFunction = v.InferOutput<typeof sampledFunctionSchema>;

/** One of the parts that the time is divided into. The `selfMs` of all parts add up to the sample's `durationMs`. */
export const samplePartSchema = v.object({
  /**
   * Stable within a sample: `code`, `package:express`, `node`, `binding:zlib`, `binding:zlib/brotli`, `gc`, `idle`, `native`, `loop`,
   * `loop/openssl`, `unsure`, `unsure:express`.
   */
  id: v.string(),
  /**
   * `native`: native code that nothing is known of. `loop`: native code that the event loop ran by itself, before or
   * without any JavaScript, such as a TLS handshake: V8 takes it for idle, the thread's CPU time tells. `unsure`: code
   * of the app (or of the package `name`), or V8's built-in functions that it calls there; a profile does not tell.
   */
  kind: v.picklist(["code", "package", "node", "binding", "v8", "gc", "idle", "native", "loop", "unsure"]),
  /** The layer it is drawn in; absent for `idle`. */
  layer: v.optional(layerSchema),
  /** Name of the package or binding. */
  name: v.optional(v.string()),
  /** The dependency behind the binding. */
  dependency: v.optional(dependencySchema),
  selfMs: v.number(),
  /** Share of the whole sample, 0 to 1. All add up to 1. */
  share: v.number(),
  /** Largest self time first, at most 20. */
  functions: v.array(sampledFunctionSchema),
});
export type SamplePart = v.InferOutput<typeof samplePartSchema>;

export const cpuSampleSchema = v.object({
  worker: v.object({ id: v.number(), slot: v.number(), pid: v.number(), generation: v.number() }),
  /** Epoch milliseconds at which it began. */
  startedAt: v.number(),
  /** Time sampled, without what Hitless itself used. */
  durationMs: v.number(),
  /** Number of ticks of V8's profiler. */
  ticks: v.number(),
  /** Whether it was ended early. */
  cancelled: v.boolean(),
  /** CPU time in milliseconds that the main thread used meanwhile, with what the profiler cost; absent where unknown. */
  cpuMs: v.optional(v.number()),
  /** Milliseconds in which the main thread could have run and had no CPU, as part of all others; absent where unknown. */
  waitedMs: v.optional(v.number()),
  /**
   * CPU time in milliseconds that the threads of libuv's pool used meanwhile: work such as `fs.readFile`,
   * `crypto.pbkdf2` or `zlib.gzip` is done there and is in none of the parts, which cover the main thread. Absent where
   * unknown (only Linux reports threads, and libuv names its own since Node.js 22).
   */
  poolMs: v.optional(v.number()),
  /** Largest first. */
  parts: v.array(samplePartSchema),
});
export type CpuSample = v.InferOutput<typeof cpuSampleSchema>;
