import * as v from "valibot";
import { layerFactsSchema, layerPulseSchema, sourcePositionSchema } from "./facts.ts";
import { cpuSampleSchema, sampleSeconds } from "./sample.ts";

/*
 * The messages between the extension host and the page of the layers panel. The page sends `ready` first and is
 * answered with the whole state; after that either side sends when something changes.
 */

const workerId = v.pipe(v.number(), v.integer(), v.minValue(1));

/** A worker that can be inspected. `gone`: it has ended, its last known data is kept. */
export const panelWorkerSchema = v.object({
  id: v.number(),
  slot: v.number(),
  pid: v.number(),
  generation: v.number(),
  state: v.picklist(["starting", "ready", "draining", "gone"]),
  /** Whether its event loop does not answer. */
  unresponsive: v.boolean(),
});
export type PanelWorker = v.InferOutput<typeof panelWorkerSchema>;

/** What a worker used at a time; what could not be measured is absent. */
export const figuresPointSchema = v.object({
  /** Epoch milliseconds, the same for all workers measured together. */
  at: v.number(),
  /** Share of one CPU, 0 to n. */
  cpu: v.number(),
  /** Bytes of memory (RSS). */
  memory: v.number(),
  /** Milliseconds by which the event loop is late, 99th percentile. */
  delayP99: v.optional(v.number()),
  /** Milliseconds until a request is answered, 99th percentile. */
  latencyP99: v.optional(v.number()),
  requestsPerSecond: v.optional(v.number()),
});
export type FiguresPoint = v.InferOutput<typeof figuresPointSchema>;

/** `searching`: the workspace has not been searched yet. `starting`: no worker is ready yet. */
export const panelStatusSchema = v.picklist(["searching", "noApp", "stopped", "starting", "running", "stopping"]);
export type PanelStatus = v.InferOutput<typeof panelStatusSchema>;

/** What failed, so that the page knows where to show it. */
export const failurePlaceSchema = v.picklist(["facts", "pulse", "sample", "comparison", "source", "report"]);
export type FailurePlace = v.InferOutput<typeof failurePlaceSchema>;

export const hostMessageSchema = v.variant("type", [
  /** The answer to `ready`. */
  v.object({
    type: v.literal("begin"),
    /** Translations from English; empty for English. */
    texts: v.record(v.string(), v.string()),
    /** BCP 47. */
    language: v.string(),
    /** Where the apps run. */
    system: v.picklist(["linux", "macos", "windows"]),
    /** The home folder, which is shown as `~`. */
    home: v.string(),
  }),
  /** All choices, and what is chosen; sent whole each time. */
  v.object({
    type: v.literal("app"),
    apps: v.array(v.object({ key: v.string(), name: v.string() })),
    app: v.optional(v.string()),
    status: panelStatusSchema,
    /** Why the app is not running, in the editor's language. */
    problem: v.optional(v.string()),
    /** Absolute path of the app's working directory. */
    root: v.optional(v.string()),
    workers: v.array(panelWorkerSchema),
    worker: v.optional(v.number()),
  }),
  v.object({ type: v.literal("facts"), facts: layerFactsSchema }),
  v.object({ type: v.literal("pulse"), pulse: layerPulseSchema }),
  /** What the workers of the app have used since the previous message, or in the last ten minutes when it is `whole`. */
  v.object({
    type: v.literal("figures"),
    app: v.string(),
    /** Epoch milliseconds by the clock of the points. */
    at: v.number(),
    whole: v.boolean(),
    workers: v.array(v.object({ id: v.number(), points: v.array(figuresPointSchema) })),
  }),
  v.object({ type: v.literal("sampling"), worker: v.number(), elapsedMs: v.number(), seconds: v.number() }),
  v.object({ type: v.literal("sample"), sample: cpuSampleSchema }),
  /** The chosen worker was renewed, and its successor is now the chosen one. */
  v.object({ type: v.literal("replaced"), from: panelWorkerSchema, to: panelWorkerSchema }),
  v.object({ type: v.literal("comparison"), left: layerFactsSchema, right: layerFactsSchema }),
  v.object({ type: v.literal("trace"), name: v.string() }),
  /** `message` is in the editor's language where there is a translation. */
  v.object({ type: v.literal("failure"), place: failurePlaceSchema, message: v.string() }),
  /** Something the user asked for is done. */
  v.object({ type: v.literal("done"), message: v.string() }),
]);
export type HostMessage = v.InferOutput<typeof hostMessageSchema>;
export type HostMessageOf<Type extends HostMessage["type"]> = Extract<HostMessage, { readonly type: Type }>;

export const panelMessageSchema = v.variant("type", [
  /** With what was chosen before the page was hidden or the window reloaded. */
  v.object({ type: v.literal("ready"), app: v.optional(v.string()), worker: v.optional(workerId) }),
  v.object({ type: v.literal("choose"), app: v.optional(v.string()), worker: v.optional(workerId) }),
  v.object({
    type: v.literal("sample"),
    seconds: v.pipe(v.number(), v.minValue(sampleSeconds.least), v.maxValue(sampleSeconds.most)),
  }),
  v.object({ type: v.literal("cancelSample") }),
  v.object({ type: v.literal("retry") }),
  v.object({ type: v.literal("start") }),
  /** Opens a file that the worker has reported. */
  v.object({ type: v.literal("open"), at: v.partial(sourcePositionSchema, ["line"]) }),
  v.object({ type: v.literal("compare"), left: workerId, right: workerId }),
  v.object({ type: v.literal("rehearse") }),
  v.object({ type: v.literal("copyReport") }),
  v.object({ type: v.literal("saveReport") }),
  /** Saves the sample on view as a `.cpuprofile`. */
  v.object({ type: v.literal("saveProfile") }),
  /** Has the worker on view write its heap, once it has been said what that costs. */
  v.object({ type: v.literal("saveHeapSnapshot") }),
]);
export type PanelMessage = v.InferOutput<typeof panelMessageSchema>;
