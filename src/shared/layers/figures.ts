import * as v from "valibot";

/** Figures of a worker, `at` in epoch milliseconds of the supervisor's clock; see `WorkerFigures`. */
export const measuredFiguresSchema = v.object({
  at: v.number(),
  cpu: v.number(),
  memory: v.number(),
  requestsPerSecond: v.optional(v.number()),
  busy: v.optional(v.number()),
  delayP99: v.optional(v.number()),
  latencyP99: v.optional(v.number()),
});
export type MeasuredFigures = v.InferOutput<typeof measuredFiguresSchema>;

/** What was measured of workers while somebody looked, oldest first, and the supervisor's clock. */
export const figuresHistorySchema = v.object({
  now: v.number(),
  workers: v.array(v.object({ worker: v.number(), figures: v.array(measuredFiguresSchema) })),
});
