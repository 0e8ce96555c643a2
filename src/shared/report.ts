import * as v from "valibot";
import { requestInFlightSchema } from "./drainView.ts";
import { sourceLocationSchema } from "./failure.ts";
import { renewalKindSchema, workerStateSchema } from "./snapshot.ts";

/** Which supervisor: its version of Hitless and its Node.js, such as `v24.1.0`; `pid` is absent if it never ran. */
export const supervisorIdentitySchema = v.object({
  pid: v.optional(v.number()),
  version: v.string(),
  nodeVersion: v.string(),
});
export type SupervisorIdentity = v.InferOutput<typeof supervisorIdentitySchema>;

export const renewalOutcomeSchema = v.picklist(["completed", "rolledBack", "cancelled", "failed"]);
export type RenewalOutcome = v.InferOutput<typeof renewalOutcomeSchema>;

/**
 * What one renewal did.
 *
 * - `completed`: every worker it was about is of the new generation, and the old ones are gone.
 * - `rolledBack`: a new worker failed; the new generation was discarded, the old one served on untouched or, with `stoppedFirst`, runs
 *   again.
 * - `cancelled`: somebody cancelled it while the new generation started; same effect as `rolledBack`.
 * - `failed`: it ended half-way and could not be undone (a restart, a reload in steps whose later step failed, or an old
 *   worker that was stopped first and did not start again).
 */
export const renewalReportSchema = v.object({
  kind: renewalKindSchema,
  outcome: renewalOutcomeSchema,
  /** Generation before. */
  from: v.number(),
  /** Generation that was tried. */
  to: v.number(),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  durationMs: v.number(),
  /** The supervisor was renewed with its workers: `hitless upgrade`. Which one it was before, and which was to take over. */
  supervisor: v.optional(v.object({ from: supervisorIdentitySchema, to: supervisorIdentitySchema })),
  /** `watch`: files of the app had changed, and nobody had asked for it. */
  cause: v.optional(v.literal("watch")),
  /** With `cause`: those files, relative to the app's folder; at most 20. */
  files: v.optional(v.array(v.string())),
  /** Why it did not complete: one sentence for the user. */
  reason: v.optional(v.string()),
  /** Changes worth knowing that were no reason to stop: one sentence each. */
  notes: v.optional(v.array(v.string())),
  /** Addresses on which the app listened before and does not now. */
  lostAddresses: v.optional(v.array(v.string())),
  /**
   * How often clients may have found no listener: a new worker stopped listening after the old ones were ordered to drain,
   * or the app removed the file of its Unix socket.
   */
  unserved: v.optional(v.number()),
  /** By `renewal` old workers were ended before new ones started; if it did not complete, some were started again. */
  stoppedFirst: v.optional(v.boolean()),
  /** The app's folder, or else its file, before and after, when a link on the way there leads elsewhere by now. */
  moved: v.optional(v.object({ from: v.string(), to: v.string() })),
  /** Last stderr lines of the worker that failed, oldest first. */
  stderr: v.optional(v.array(v.string())),
  /** Where in the app's source that worker failed, when that is known; `line` counts from 1. */
  location: v.optional(sourceLocationSchema),
  /** Milliseconds until the last new worker was ready; absent if one never was. */
  readyMs: v.optional(v.number()),
  /** The workers that the app has after the renewal. */
  workers: v.array(
    v.object({ id: v.number(), slot: v.number(), pid: v.number(), generation: v.number(), state: workerStateSchema }),
  ),
  /** Milliseconds until the last old worker was gone; absent if none had to go. */
  drainedMs: v.optional(v.number()),
  /** How it affected clients. */
  traffic: v.optional(
    v.object({
      /** Requests answered while it ran. */
      served: v.number(),
      /** Requests that were cut off by a deadline; how many a worker had that died is not known, see `crashed`. */
      failed: v.number(),
      /** Connections that went on in another worker. */
      handedOver: v.number(),
      /** Connections closed in the way their protocol provides for. */
      closed: v.number(),
      /**
       * Connections that were cut off while they carried no request (with one they count as `failed`): by a deadline, or
       * accepted and closed without ever having been given to a worker, or closed on their way to another one when their client had
       * asked something that nobody has read.
       */
      cut: v.number(),
      /** Of those in `cut`, how many spoke a protocol that is not known here: what they carried is lost, and not in `failed`. */
      opaque: v.optional(v.number()),
      /** Connections that no new worker had taken 5 s after the renewal was done: what becomes of them is not known. */
      inTransit: v.optional(v.number()),
      /** Serving workers that died by themselves meanwhile: the requests they were answering are unknown. */
      crashed: v.optional(v.number()),
      /** Workers that clients could reach and that ended before they could report (blocked, or given no time): what was cut off is unknown. */
      silent: v.optional(v.number()),
      /**
       * Within the second before it began, a worker had died or been cut off with what it was answering, or connections had
       * been closed unanswered: clients may have noticed that only while it ran.
       */
      afterLoss: v.optional(v.boolean()),
      /** The longest time for which a handed-over connection was not being read, in milliseconds. */
      longestStallMs: v.number(),
    }),
  ),
  /** The requests that were cut off, as far as they are known (at most 50 a worker). */
  cutRequests: v.optional(
    v.array(
      v.object({
        worker: v.number(),
        slot: v.optional(v.number()),
        generation: v.optional(v.number()),
        ...requestInFlightSchema.entries,
      }),
    ),
  ),
  /** Old workers that did not exit before their deadline and were killed. */
  killed: v.number(),
});
export type RenewalReport = v.InferOutput<typeof renewalReportSchema>;
