import * as v from "valibot";
import { failureSchema } from "../failure.ts";
import { launchMessageSchema } from "../launch.ts";
import { logChunkSchema, logStreamSchema, supervisorEventSchema } from "../logs.ts";
import { renewalReportSchema } from "../report.ts";
import { workerViewSchema } from "../snapshot.ts";

/**
 * Messages between a supervisor and the one that takes its app over, which it has started, over Node's IPC channel. Both ends may
 * belong to different versions of Hitless, and run on different versions of Node.js: what comes is parsed. They are raised
 * together: a successor that does not know the version refuses, and nothing has happened.
 */
export const upgradeVersion = 1;

const serverSchema = v.object({ key: v.string(), handoff: v.boolean() });
export type SuccessorServer = v.InferOutput<typeof serverSchema>;

/** What `node:cluster` in a worker asks for, as far as an address goes. */
const placeSchema = v.object({
  address: v.nullable(v.string()),
  port: v.number(),
  addressType: v.picklist([4, 6, -1]),
  index: v.number(),
  flags: v.optional(v.number()),
  backlog: v.optional(v.number()),
  readableAll: v.optional(v.boolean()),
  writableAll: v.optional(v.boolean()),
});

/** A connection that is handed over; see `HandedConnection`. */
const connectionEntries = {
  id: v.number(),
  server: v.string(),
  requests: v.number(),
  unused: v.boolean(),
  stoppedAt: v.number(),
  idleSince: v.number(),
};

const outputSchema = v.object({
  kind: v.literal("output"),
  worker: v.number(),
  slot: v.number(),
  generation: v.number(),
  stream: logStreamSchema,
  /** In base64, since it need not be text; absent: the stream has ended. */
  bytes: v.optional(v.string()),
});

const eventSchema = v.object({ kind: v.literal("event"), event: supervisorEventSchema });

/** The workers of whoever sends it, all of them. */
const workersSchema = v.object({ kind: v.literal("workers"), workers: v.array(workerViewSchema) });

const trafficSchema = v.object({
  traffic: v.nonOptional(renewalReportSchema.entries.traffic),
  cutRequests: v.nonOptional(renewalReportSchema.entries.cutRequests),
});

/** What the old supervisor sends. */
export const toSuccessorSchema = v.variant("kind", [
  /** The first message: what to run, and where its numbers go on. */
  v.object({
    kind: v.literal("succeed"),
    upgradeVersion: v.number(),
    launch: launchMessageSchema,
    predecessor: v.object({ version: v.string(), nodeVersion: v.string() }),
    generation: v.number(),
    desiredWorkers: v.number(),
    /** The highest number that a worker has had. */
    lastWorker: v.number(),
    /** Epoch milliseconds of the app's start. */
    startedAt: v.number(),
    /** For the report, one sentence each. */
    notes: v.array(v.string()),
  }),
  /** Comes with a listening handle; `key` names it among the addresses, `data` is what its servers share. */
  v.object({ kind: v.literal("socket"), key: v.string(), place: placeSchema, data: v.unknown() }),
  /** Comes with the listening handle of the health checks, for that setting. */
  v.object({ kind: v.literal("monitor"), address: v.union([v.number(), v.string()]) }),
  /** All handles have been sent: the workers may start. */
  v.object({ kind: v.literal("begin") }),
  /** Output so far, in its order and with its numbers. */
  v.object({ kind: v.literal("log"), chunks: v.array(logChunkSchema) }),
  /** Serve from now on. */
  v.object({
    kind: v.literal("take"),
    events: v.array(supervisorEventSchema),
    reports: v.array(renewalReportSchema),
    /** Highest number of a snapshot. */
    sequence: v.number(),
    watch: v.boolean(),
    /** Files that have changed meanwhile, relative to the app's folder; empty: none. */
    changed: v.array(v.string()),
    /** The beginnings of lines that are not in a log file yet; `bytes` in base64. */
    begunLines: v.array(v.object({ worker: v.number(), stream: logStreamSchema, bytes: v.string() })),
    /** A client must lose none of the output. */
    lossless: v.boolean(),
    metrics: v.object({ crashes: v.number() }),
    /** When the upgrade began, in epoch milliseconds, and milliseconds until it was proven. */
    startedAt: v.number(),
    readyMs: v.number(),
  }),
  /** Comes with a connection that was accepted at the address of this key. */
  v.object({ kind: v.literal("accepted"), key: v.string() }),
  /** Comes with a connection of a server, which is idle. Answered with `taken` or `refused`. */
  v.object({ kind: v.literal("connection"), ...connectionEntries }),
  workersSchema,
  outputSchema,
  eventSchema,
  /** Files have changed, relative to the app's folder. */
  v.object({ kind: v.literal("changed"), files: v.array(v.string()) }),
  /** Somebody has sent a signal here that means the app. */
  v.object({ kind: v.literal("signal"), signal: v.picklist(["stop", "stopNow", "reload", "gracefulReload"]) }),
  /** The last worker is gone. Answered with `report`. */
  v.object({
    kind: v.literal("left"),
    ...trafficSchema.entries,
    killed: v.number(),
    drainedMs: v.number(),
    /** The paths of Unix sockets whose files were removed and put back since the upgrade began, one for each time. */
    removed: v.optional(v.array(v.string())),
  }),
  /** It is off: end. */
  v.object({ kind: v.literal("abort") }),
]);
export type ToSuccessor = v.InferOutput<typeof toSuccessorSchema>;

/** What the new supervisor sends. */
export const fromSuccessorSchema = v.variant("kind", [
  /** It has understood what it is to do. */
  v.object({ kind: v.literal("willing"), pid: v.number(), nodeVersion: v.string() }),
  /** It can't, or its workers can't. */
  v.object({ kind: v.literal("failed"), reason: v.string(), failure: v.optional(failureSchema) }),
  /** Its workers are ready, and listen where they are told; `sockets` are those of the handles that they use. */
  v.object({ kind: v.literal("proven"), servers: v.array(serverSchema), sockets: v.array(v.string()) }),
  /** It serves. */
  v.object({ kind: v.literal("took"), socket: v.string(), startedAt: v.number() }),
  v.object({ kind: v.literal("taken"), ids: v.array(v.number()), stallMs: v.number() }),
  v.object({ kind: v.literal("refused"), id: v.number() }),
  workersSchema,
  outputSchema,
  eventSchema,
  v.object({ kind: v.literal("report"), report: renewalReportSchema }),
]);
export type FromSuccessor = v.InferOutput<typeof fromSuccessorSchema>;
