import * as v from "valibot";

/** A request that a worker answers or has answered, seen through Node's diagnostics channels while somebody watches. */
export const watchedRequestSchema = v.object({
  /** Rises within a worker. */
  id: v.number(),
  method: v.string(),
  /** Path without query, at most 200 characters. */
  path: v.string(),
  /** Epoch milliseconds at which its header had been read. */
  startedAt: v.number(),
  /** Milliseconds until the response had been handed to the system, or so far. */
  ms: v.number(),
  /** The status of the response; absent of one that has no header yet. */
  status: v.optional(v.number()),
  /** The connection ended before the response had. */
  aborted: v.optional(v.boolean()),
});
export type WatchedRequest = v.InferOutput<typeof watchedRequestSchema>;

export const workerRequestsSchema = v.object({
  worker: v.number(),
  slot: v.number(),
  generation: v.number(),
  /** For the next call: what it returns comes after this. */
  cursor: v.number(),
  /** Requests in flight that began since somebody watches. */
  inFlightCount: v.number(),
  /** The oldest of them, oldest first. */
  inFlight: v.array(watchedRequestSchema),
  /** Slow and failed ones that have ended since `cursor`, in the order of their ends. */
  ended: v.array(watchedRequestSchema),
  /** Such ones that could not be kept for this call. */
  skipped: v.number(),
  /** Requests answered since somebody watches, slow or not. */
  answered: v.number(),
});
export type WorkerRequests = v.InferOutput<typeof workerRequestsSchema>;

export const requestsReadingSchema = v.object({
  workers: v.array(workerRequestsSchema),
  /** Workers that could not answer in time, by id: their event loop is blocked, or they ended meanwhile. */
  silent: v.array(v.number()),
});
export type RequestsReading = v.InferOutput<typeof requestsReadingSchema>;
