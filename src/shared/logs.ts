import * as v from "valibot";

export const logStreamSchema = v.picklist(["stdout", "stderr"]);
export type LogStream = v.InferOutput<typeof logStreamSchema>;

/** A piece of a worker's output as it was written: several lines or part of one, but never part of a character. */
export const logChunkSchema = v.object({
  /** Rises across all workers of one supervisor. */
  sequence: v.number(),
  worker: v.number(),
  slot: v.number(),
  generation: v.number(),
  stream: logStreamSchema,
  /** Epoch milliseconds at which the supervisor read it. */
  time: v.number(),
  text: v.string(),
});
export type LogChunk = v.InferOutput<typeof logChunkSchema>;

/** Bytes of output the supervisor keeps for each worker. */
export const logRingBytes = 1_048_576;

/** Ended workers whose output is still kept. */
export const logRingsKept = 16;

export const eventLevelSchema = v.picklist(["info", "warning", "error"]);
export type EventLevel = v.InferOutput<typeof eventLevelSchema>;

/** One of Hitless's own log lines: what the supervisor did and why. */
export const supervisorEventSchema = v.object({
  sequence: v.number(),
  /** Epoch milliseconds. */
  time: v.number(),
  level: eventLevelSchema,
  /** Stable name such as `workerReady`, for programs. */
  code: v.string(),
  /** One sentence, for the user. */
  message: v.string(),
  worker: v.optional(v.number()),
});
export type SupervisorEvent = v.InferOutput<typeof supervisorEventSchema>;

/** Events the supervisor keeps for clients that connect later. */
export const eventsKept = 200;
