import * as v from "valibot";

/** Open connections of a worker, by how a drain treats them. */
export const connectionKindsSchema = v.object({
  /** Plain HTTP/1, which can be handed over. */
  http: v.number(),
  /** HTTP/1 over TLS, which gets `Connection: close`. */
  https: v.number(),
  http2: v.number(),
  webSocket: v.number(),
  /** Open server-sent event streams. */
  eventStream: v.number(),
  /** Everything else: left to the app until the deadline. */
  raw: v.number(),
});
export type ConnectionKinds = v.InferOutput<typeof connectionKindsSchema>;

/** A request that is being answered. */
export const requestInFlightSchema = v.object({
  method: v.string(),
  /** Path without query, at most 200 characters. */
  url: v.string(),
  /** Epoch milliseconds at which it was first seen: up to a second after it began. */
  since: v.number(),
});
export type RequestInFlight = v.InferOutput<typeof requestInFlightSchema>;
