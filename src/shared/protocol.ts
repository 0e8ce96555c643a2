import * as v from "valibot";
import { launchRecipeSchema } from "./appConfig.ts";
import { endpointSchema, recipeOriginSchema } from "./launch.ts";
import { layerFactsSchema, layerPulseSchema, serversReadingSchema } from "./layers/facts.ts";
import { figuresHistorySchema } from "./layers/figures.ts";
import { cpuSampleSchema, sampleSeconds } from "./layers/sample.ts";
import { requestsReadingSchema } from "./layers/watchedRequests.ts";
import { logChunkSchema, supervisorEventSchema } from "./logs.ts";
import { renewalReportSchema } from "./report.ts";
import { renewalKindSchema, snapshotSchema, staleFileSchema, watchViewSchema } from "./snapshot.ts";

/**
 * Version of the control channel between a supervisor and its clients (extension, command line). Raised with every
 * change that an older peer would misread; `initialize` refuses any other.
 */
export const protocolVersion = 1;

const empty = v.strictObject({});
const workerId = v.pipe(v.number(), v.integer(), v.minValue(1));

/**
 * Requests of a client to the supervisor. JSON-RPC 2.0 with `Content-Length` headers (vscode-jsonrpc) over a Unix
 * socket or a named pipe. `initialize` comes first; everything else before it is refused with `notInitialized`.
 */
export const requests = {
  /** Presents the endpoint's secret. Answered with the whole state. */
  initialize: {
    params: v.object({
      protocolVersion: v.number(),
      secret: v.string(),
      client: v.object({ name: v.string(), version: v.string() }),
    }),
    result: v.object({ protocolVersion: v.number(), snapshot: snapshotSchema }),
  },
  /** The latest snapshot, for a client that does not listen to changes. */
  "app/snapshot": { params: empty, result: snapshotSchema },
  /** Starts a stopped, finished or crash-looping app again. Answered as soon as workers are being started. */
  "app/start": { params: empty, result: empty },
  /**
   * Renews the app, or one worker of it. Answered with the report once it is over, whatever the outcome. A cancelled
   * request (JSON-RPC `$/cancelRequest`) rolls the renewal back while that is still possible. While one renewal runs,
   * further requests share one more that follows it.
   */
  "app/renew": {
    params: v.object({
      kind: renewalKindSchema,
      worker: v.optional(workerId),
      /** How to start the app from now on; its name and folder must stay the same. Default: as before. */
      recipe: v.optional(launchRecipeSchema),
      /** What that recipe was made from. Without a recipe, the files of the last one are read anew. */
      origin: v.optional(recipeOriginSchema),
      /** Tries a build of ours that can't start, to see that nobody notices; not with a recipe or a worker. */
      broken: v.optional(v.boolean()),
    }),
    result: renewalReportSchema,
  },
  /** Starts a reload back to the way the previous generation was started; refused when its files are not the same. */
  "app/rollback": { params: empty, result: renewalReportSchema },
  /** The variables of the app by which real users or their data may be behind it; by name only, at most ten. */
  "app/productionSigns": {
    params: empty,
    result: v.object({
      signs: v.array(v.object({ name: v.string(), why: v.picklist(["production", "elsewhere"]) })),
    }),
  },
  /**
   * Renews the supervisor itself, on this Node.js program and from this file, and the workers with it. Answered with the report once
   * the old workers are gone, by the supervisor that was asked, though clients have been sent `app/moved` by then. A
   * cancelled request ends it while that is still possible.
   */
  "app/upgrade": {
    params: v.object({
      /** Absolute path of the Node.js program, and its `process.version`; default: the one that runs. */
      node: v.optional(v.object({ path: v.string(), version: v.string() })),
      /** Absolute path of the supervisor's bundle. */
      supervisorFile: v.string(),
      /** Version of Hitless that it belongs to. */
      version: v.string(),
      /** What the app is made of from now on. Default: as before, with what its files say now. */
      origin: v.optional(recipeOriginSchema),
    }),
    result: renewalReportSchema,
  },
  /** Gives a draining worker more time, or none. */
  "app/drain": {
    params: v.variant("action", [
      v.object({
        action: v.literal("extend"),
        worker: workerId,
        ms: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400_000)),
      }),
      v.object({ action: v.literal("cut"), worker: workerId }),
    ]),
    result: empty,
  },
  /** Cancels the running renewal, whoever requested it. `cancelled` is false if it is too late or none runs. */
  "app/cancelRenewal": { params: empty, result: v.object({ cancelled: v.boolean() }) },
  /** Switches the watching of the app's files on or off. Answered once every change from then on is noticed, or it can't be. */
  "app/watch": { params: v.object({ on: v.boolean() }), result: watchViewSchema },
  /** Looks which files differ from what the running generation was started with; at most 200 are named. */
  "app/stale": {
    params: empty,
    result: v.object({
      generation: v.number(),
      /** Full hash of the commit that was checked out at its start; absent outside of a repository. */
      commit: v.optional(v.string()),
      count: v.number(),
      files: v.array(staleFileSchema),
    }),
  },
  /** Changes the number of workers. Answered once that many are ready (or starting them failed). */
  "app/scale": {
    params: v.object({ workers: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)) }),
    result: v.object({ from: v.number(), to: v.number() }),
  },
  /**
   * Stops the app gracefully (`now`: at once) and ends the supervisor. Answered when no worker is left, and those that must lose nothing of
   * its output have it, or after 2 s more: `unread` names those that have it not. The supervisor ends when they do, or after `unreadMs`.
   */
  "app/stop": {
    params: v.object({ now: v.optional(v.boolean()) }),
    result: v.object({
      killed: v.number(),
      unread: v.optional(v.array(v.string())),
      /** Milliseconds. */
      unreadMs: v.optional(v.number()),
    }),
  },
  /** Kills the process tree of one worker at once; the supervisor starts a new one in its slot. */
  "app/killWorker": { params: v.object({ worker: workerId }), result: empty },
  /**
   * Opens the inspectors of all workers, or of one and its successors, for this client until `debug/end` or the end of the
   * connection; snapshots have their addresses. Workers that start meanwhile wait for a debugger before the app's first line,
   * 10 s at most, and with `stopOnEntry` stop there. Answered with those that could not be opened.
   */
  "debug/begin": {
    params: v.object({ worker: v.optional(workerId), stopOnEntry: v.optional(v.boolean()) }),
    result: v.object({ failed: v.array(v.object({ worker: v.number(), reason: v.string() })) }),
  },
  /** Closes the inspectors that no other client needs; what waits for a debugger goes on. */
  "debug/end": { params: empty, result: empty },
  /** Lets a worker go on that a debugger has stopped. */
  "debug/continue": { params: v.object({ worker: workerId }), result: empty },
  /** Finds out now whether a debugger has stopped a worker, rather than with the next heartbeats. */
  "debug/look": { params: v.object({ worker: workerId }), result: v.object({ paused: v.boolean() }) },
  /** The newest renewal reports, newest first. */
  "app/reports": { params: empty, result: v.object({ reports: v.array(renewalReportSchema) }) },
  /** The last events, oldest first. */
  "app/events": { params: empty, result: v.object({ events: v.array(supervisorEventSchema) }) },
  /**
   * The next output after `cursor` (of all workers or of one), oldest first, at most `maxBytes`. The client asks again
   * when it has dealt with the answer, so a slow one costs the supervisor nothing: what fell out of the ring meanwhile
   * is counted in `skippedBytes`.
   * Without `cursor`: the last `lines` lines. With nothing to say it waits `waitMs` and answers with none.
   * With `lossless` the workers wait for the client instead, unless it does not ask again for 30 s: for one that keeps
   * what it reads, such as in a file. One that begins with `lines` says so then, or what is written before it goes on may be skipped.
   */
  "logs/read": {
    params: v.object({
      cursor: v.optional(v.number()),
      worker: v.optional(workerId),
      lines: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
      maxBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_048_576))),
      waitMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60_000))),
      lossless: v.optional(v.boolean()),
    }),
    result: v.object({ cursor: v.number(), chunks: v.array(logChunkSchema), skippedBytes: v.number() }),
  },
  /** Opens the log files anew, which somebody has moved away. Answered with their paths; refused where an app has none. */
  "logs/reopen": { params: empty, result: v.object({ files: v.array(v.string()) }) },
  /** What is in each layer of a worker (default: the ready one of the lowest slot). */
  "layers/facts": { params: v.object({ worker: v.optional(workerId) }), result: layerFactsSchema },
  /** Live figures of a worker's layers. Its observers are removed 5 s after the last request. */
  "layers/pulse": { params: v.object({ worker: v.optional(workerId) }), result: layerPulseSchema },
  /** What `layers/pulse` has brought in the last ten minutes, of the workers that live, whoever asked; nothing is measured for it. */
  "layers/history": { params: empty, result: figuresHistorySchema },
  /** For how long the servers of a worker keep idle connections. It costs the worker nothing but the answer. */
  "layers/servers": { params: v.object({ worker: v.optional(workerId) }), result: serversReadingSchema },
  /**
   * What the workers (or one) are answering, and the slow and failed requests that have ended since `after`, a cursor for each
   * worker. They watch as long as they are asked again within 5 s, and from the first call on.
   */
  "requests/read": {
    params: v.object({
      worker: v.optional(workerId),
      /** Milliseconds; default 500. Of several clients the last decides. */
      slowMs: v.optional(v.pipe(v.number(), v.minValue(0))),
      after: v.optional(v.record(v.string(), v.number())),
    }),
    result: requestsReadingSchema,
  },
  /** Samples where a worker spends its CPU time. Cancelling the request ends the sample early and is still answered. */
  "layers/sample": {
    params: v.object({
      worker: v.optional(workerId),
      seconds: v.optional(v.pipe(v.number(), v.minValue(sampleSeconds.least), v.maxValue(sampleSeconds.most))),
      /** Whether the answer holds the profile as the content of a `.cpuprofile` file too. */
      profile: v.optional(v.boolean()),
    }),
    result: v.object({ ...cpuSampleSchema.entries, profile: v.optional(v.string()) }),
  },
  /**
   * Writes a snapshot of a worker's heap into a file on its machine. The worker does nothing else meanwhile, and needs
   * about as much memory again as its heap has.
   */
  "layers/heapSnapshot": {
    params: v.object({ worker: v.optional(workerId), file: v.string() }),
    result: v.object({ worker: layerFactsSchema.entries.worker, file: v.string(), bytes: v.number(), ms: v.number() }),
  },
} as const;

/** Notifications of the supervisor to every initialized client. */
export const notifications = {
  "app/snapshot": snapshotSchema,
  "app/event": supervisorEventSchema,
  "app/report": renewalReportSchema,
  /** Another supervisor serves this app from now on, at that endpoint: its clients connect there. */
  "app/moved": endpointSchema,
} as const;

export type RequestName = keyof typeof requests;
export type RequestParams<Name extends RequestName> = v.InferOutput<(typeof requests)[Name]["params"]>;
export type RequestResult<Name extends RequestName> = v.InferOutput<(typeof requests)[Name]["result"]>;
export type NotificationName = keyof typeof notifications;
export type NotificationParams<Name extends NotificationName> = v.InferOutput<(typeof notifications)[Name]>;

/** JSON-RPC error code of every error Hitless sends; the name is in `data.code` (`ErrorData`). */
export const rpcErrorCode = -32_000;
