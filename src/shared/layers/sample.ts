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
  /** The app's own function that most of it was done for, and how many milliseconds of it; absent if it is one itself. */
  caller: v.optional(v.object({ name: v.string(), at: v.optional(sourcePositionSchema), ms: v.number() })),
});
export type SampledFunction = v.InferOutput<typeof sampledFunctionSchema>;

/** One of the parts that the time is divided into. The `selfMs` of all parts add up to the sample's `durationMs`. */
export const samplePartSchema = v.object({
  /**
   * Stable within a sample: `code`, `package:express`, `node`, `binding:zlib`, `binding:zlib/brotli`, `gc`, `idle`, `idleOrLoop`, `native`,
   * `loop`, `loop/openssl`, `unsure`, `unsure:express`.
   */
  id: v.string(),
  /**
   * `native`: native code that nothing is known of. `loop`: native code that the event loop ran by itself, before or
   * without any JavaScript, such as a TLS handshake: V8 takes it for idle, the thread's CPU time tells; or V8 names no
   * function. `idleOrLoop`: what V8 takes for idle, and may have been such code, where no CPU time of the thread tells. `unsure`: code of the app (or of the package `name`), or V8's built-in functions that it calls there; a
   * profile does not tell.
   */
  kind: v.picklist([
    "code",
    "package",
    "node",
    "binding",
    "v8",
    "gc",
    "idle",
    "idleOrLoop",
    "native",
    "loop",
    "unsure",
  ]),
  /** The layer it is drawn in; absent for `idle` and `idleOrLoop`. */
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

/** A function of the app itself, with what was done for it. */
export const ownFunctionSchema = v.object({
  name: v.string(),
  at: v.optional(sourcePositionSchema),
  /** Milliseconds in the function itself. */
  selfMs: v.number(),
  /** Milliseconds in it and in all that is no function of the app that it called, directly or through others' code. */
  causedMs: v.number(),
  /** Milliseconds in which it was on the stack. */
  totalMs: v.number(),
  /** The line that most of `causedMs` was spent at or for, where that is known. */
  line: v.optional(v.number()),
  /** What it called and is no function of the app, most first, at most 5. */
  calls: v.array(
    v.object({
      /** The function that it called. */
      name: v.string(),
      /** The line of the call, where it is the only one of that name. */
      line: v.optional(v.number()),
      ms: v.number(),
      /** Id of the part that most of it was in. */
      part: v.string(),
    }),
  ),
});
export type OwnFunction = v.InferOutput<typeof ownFunctionSchema>;

/** A function as called from one place of the call tree. */
export const callTreeNodeSchema = v.object({
  /** Index of its caller, which comes before it; -1 for none. */
  parent: v.number(),
  name: v.string(),
  at: v.optional(sourcePositionSchema),
  /** Id of the part that its own time is in, or mostly. */
  part: v.string(),
  selfMs: v.number(),
  /** With all that it called. */
  totalMs: v.number(),
});
export type CallTreeNode = v.InferOutput<typeof callTreeNodeSchema>;

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
  /** It was ended early since the worker was told to go, as in a reload. */
  left: v.optional(v.boolean()),
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
  /** The app's own functions, most caused time first, at most 50. */
  own: v.array(ownFunctionSchema),
  /** From callers to what they called, the dearest first; what has less than 0.5 % of the busy time is left out. */
  tree: v.array(callTreeNodeSchema),
});
export type CpuSample = v.InferOutput<typeof cpuSampleSchema>;
