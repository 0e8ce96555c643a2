import * as v from "valibot";
import { renewalReportSchema } from "../report.ts";
import { renewalKindSchema } from "../snapshot.ts";

/** What is rehearsed: a way to renew, or a reload to a build that can't start. */
export const rehearsalKindSchema = v.picklist([...renewalKindSchema.options, "brokenBuild"]);
export type RehearsalKind = v.InferOutput<typeof rehearsalKindSchema>;

/** How the clients of a rehearsal speak; `http` and `https` are HTTP/1.1, `h2` is HTTP/2 over TLS or, if the app speaks it, without. */
export const rehearsalProtocolSchema = v.picklist(["http", "https", "h2", "ws", "sse"]);
export type RehearsalProtocol = v.InferOutput<typeof rehearsalProtocolSchema>;

/** The moments of the renewal, in this order. */
export const rehearsalMarkSchema = v.picklist(["ordered", "firstReady", "ready", "draining", "done"]);
export type RehearsalMark = v.InferOutput<typeof rehearsalMarkSchema>;

const count = v.number();
/** Milliseconds since the load began. */
const at = v.number();
const milliseconds = v.number();

/** Of the answers to requests that were due in one part of the rehearsal, in milliseconds from when each was due. */
const latencySchema = v.object({
  answers: count,
  p50: v.optional(milliseconds),
  p99: v.optional(milliseconds),
  max: v.optional(milliseconds),
});

const trafficEntries = { ...latencySchema.entries, failed: count, reopened: count };
export const rehearsalPartSchema = v.object(trafficEntries);
export type RehearsalPart = v.InferOutput<typeof rehearsalPartSchema>;

/** One request that got no whole and right answer, or a connection that the server ended. */
export const rehearsalLossSchema = v.object({ at, what: v.string(), why: v.string() });
export type RehearsalLoss = v.InferOutput<typeof rehearsalLossSchema>;

/** Why requests failed or connections were opened again, and how many did for it. */
export const rehearsalReasonSchema = v.object({ why: v.string(), times: count });
export type RehearsalReason = v.InferOutput<typeof rehearsalReasonSchema>;

export const rehearsedWorkerSchema = v.object({
  id: v.number(),
  slot: v.number(),
  generation: v.number(),
  pid: v.number(),
  /** Requests that it was seen answering, whoever sent them; absent when it was never seen. */
  answered: v.optional(count),
  /** One a second: CPU time as a share of one CPU, memory (RSS) in bytes, p99 of the event loop's delay. */
  figures: v.array(v.object({ at, cpu: v.number(), memory: v.number(), delayP99: v.optional(milliseconds) })),
});
export type RehearsedWorker = v.InferOutput<typeof rehearsedWorkerSchema>;

/** What a rehearsal looks at; each finding is about one of them. */
export const rehearsalCheckSchema = v.picklist(["outcome", "requests", "connections", "report", "times", "conditions"]);
export type RehearsalCheck = v.InferOutput<typeof rehearsalCheckSchema>;

/** What follows from it: `level` "good" needs nothing to be done. Each is one sentence, `fix` another. */
export const rehearsalFindingSchema = v.object({
  check: rehearsalCheckSchema,
  level: v.picklist(["good", "warning", "bad"]),
  text: v.string(),
  fix: v.optional(v.string()),
});
export type RehearsalFinding = v.InferOutput<typeof rehearsalFindingSchema>;

/**
 * A rehearsal: a bounded load of strict clients (nothing is retried, every answer is read to its end) on an app that is
 * renewed in the middle.
 */
export const rehearsalResultSchema = v.object({
  app: v.string(),
  kind: rehearsalKindSchema,
  protocol: rehearsalProtocolSchema,
  /** What the clients connected to, such as `http://127.0.0.1:3000`. */
  address: v.string(),
  method: v.string(),
  paths: v.array(v.string()),
  nodeVersion: v.string(),
  /** At the same time. */
  connections: count,
  /** Requests a second of all together, as it was wished. */
  rate: v.number(),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  durationMs: milliseconds,
  /** Requests that were asked, answered or not. */
  requests: count,
  failed: count,
  /**
   * Requests that crossed the end of their HTTP/2 session: the server says that it has not begun with them, so they are
   * safe to repeat (RFC 9113, section 8.7), and count neither as failed nor as answered.
   */
  refused: count,
  reopened: count,
  /** Until the renewal was ordered, from there until it was done (2 s at least), and after that; failures by when they happened. */
  before: rehearsalPartSchema,
  during: rehearsalPartSchema,
  after: rehearsalPartSchema,
  marks: v.array(v.object({ mark: rehearsalMarkSchema, at })),
  /** The same in slices of `sliceMs`, from the beginning of the load. */
  sliceMs: milliseconds,
  slices: v.array(rehearsalPartSchema),
  /** The first of each; all are counted above. */
  failures: v.array(rehearsalLossSchema),
  reopenings: v.array(rehearsalLossSchema),
  /** The most frequent three of each. */
  failureReasons: v.array(rehearsalReasonSchema),
  reopeningReasons: v.array(rehearsalReasonSchema),
  workers: v.array(rehearsedWorkerSchema),
  /** The clients' own process until the renewal was ordered: shares of the time in which its event loop was busy, and of one CPU. */
  clients: v.optional(v.object({ busy: v.number(), cpu: v.number() })),
  /** Workers whose inspector was open were seen: a debugger slows them, and new ones wait for it. */
  debugged: v.optional(v.boolean()),
  report: renewalReportSchema,
  findings: v.array(rehearsalFindingSchema),
  /** Nothing failed, nothing was told that is not so, and no bound was exceeded. */
  passed: v.boolean(),
});
export type RehearsalResult = v.InferOutput<typeof rehearsalResultSchema>;
