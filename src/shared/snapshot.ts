import * as v from "valibot";
import { connectionKindsSchema, requestInFlightSchema } from "./drainView.ts";
import { failureSchema } from "./failure.ts";

/** `starting → ready → draining → exited`; a worker goes back only from ready to starting, when it closes its last server. */
export const workerStateSchema = v.picklist(["starting", "ready", "draining", "exited"]);
export type WorkerState = v.InferOutput<typeof workerStateSchema>;

export const appStateSchema = v.picklist([
  "stopped",
  "starting",
  "running",
  "reloading",
  "degraded",
  "crash-looping",
  "stopping",
]);
export type AppState = v.InferOutput<typeof appStateSchema>;

/** The ways to renew an app or one worker of it, in pm2's words. */
export const renewalKindSchema = v.picklist(["restart", "reload", "gracefulReload"]);
export type RenewalKind = v.InferOutput<typeof renewalKindSchema>;

export const workerViewSchema = v.object({
  /** Unique within the supervisor's life; never used again. */
  id: v.number(),
  /** The worker's place, from 1; its successor takes the same one. */
  slot: v.number(),
  pid: v.number(),
  generation: v.number(),
  state: workerStateSchema,
  /** Beside the state: whether the event loop answers. */
  health: v.picklist(["responsive", "unresponsive"]),
  /** Epoch milliseconds at which the process was forked. */
  startedAt: v.number(),
  /** Epoch milliseconds at which it became ready; absent before. */
  readyAt: v.optional(v.number()),
  /** Epoch milliseconds at which its drain began; absent before. */
  drainingSince: v.optional(v.number()),
  /** Epoch milliseconds at which the drain is cut off; absent unless draining, and while a debugger has stopped it. */
  drainDeadline: v.optional(v.number()),
  /** What a draining worker still has, as it last reported. */
  drain: v.optional(
    v.object({
      requests: v.number(),
      connections: v.number(),
      /** Connections other workers have taken over. */
      handedOver: v.optional(v.number()),
      kinds: v.optional(connectionKindsSchema),
      inFlight: v.optional(v.array(requestInFlightSchema)),
    }),
  ),
  /** Bytes of memory (RSS) at its last heartbeat. */
  memory: v.optional(v.number()),
  /** Where an unresponsive worker is stuck: the topmost frames of its stack; `line` counts from 1. */
  stuckAt: v.optional(v.array(v.object({ function: v.string(), file: v.string(), line: v.number() }))),
  /** A debugger has stopped it, or it waits for one: it is neither busy nor stuck, and its deadlines stand still. */
  paused: v.optional(
    v.object({
      /** Epoch milliseconds. */
      since: v.number(),
      /** It waits for a debugger before the app's first line. */
      waits: v.boolean(),
      /** The topmost line of the app's own code, as it was written (by the source map); `line` counts from 1. */
      at: v.optional(v.object({ function: v.string(), file: v.string(), line: v.number() })),
    }),
  ),
  /** WebSocket address of its inspector while that is open. */
  inspector: v.optional(v.string()),
  /** How often the worker of this slot was started again after an unexpected exit. */
  restarts: v.number(),
  /** Addresses listened on, such as `http://127.0.0.1:3000` or `tcp://0.0.0.0:5000`. */
  addresses: v.array(v.string()),
  /** Why the previous worker of this slot ended, if it did so unexpectedly. */
  lastFailure: v.optional(failureSchema),
});
export type WorkerView = v.InferOutput<typeof workerViewSchema>;

/**
 * Whether the app's files are watched; `failed` when the system refuses to, with the fix in `problem`. While `on`, a problem names
 * files that the app seems to write itself.
 */
export const watchViewSchema = v.object({
  state: v.picklist(["off", "starting", "on", "failed"]),
  problem: v.optional(v.string()),
});
export type WatchView = v.InferOutput<typeof watchViewSchema>;

/** A file that differs from what the running generation was started with; relative to the app's folder. */
export const staleFileSchema = v.object({ file: v.string(), change: v.picklist(["changed", "added", "removed"]) });
export type StaleFile = v.InferOutput<typeof staleFileSchema>;

/** Files to which the output of an app's workers is written, absolute. */
export const logFilesViewSchema = v.object({
  file: v.optional(v.string()),
  /** Absent where stderr goes to the same file. */
  errorFile: v.optional(v.string()),
  /** Why one of them is not written for now. */
  problem: v.optional(v.string()),
});

export const renewalViewSchema = v.object({
  kind: renewalKindSchema,
  /** The supervisor is renewed with its workers. */
  upgrade: v.optional(v.boolean()),
  /** `preparing`: what `preReload` says runs, and nothing of the app has been touched. */
  phase: v.picklist(["preparing", "stopping", "starting", "draining", "rollingBack"]),
  /** Slot of the only worker that is renewed; absent when the whole app is. */
  slot: v.optional(v.number()),
  from: v.number(),
  to: v.number(),
  /** New workers that are ready, of `total`. */
  ready: v.number(),
  total: v.number(),
  /** Old workers still draining. */
  draining: v.number(),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  /** Whether one more renewal waits behind this one. */
  queued: v.boolean(),
  /** Whether cancelling still has an effect: false once old workers drain. */
  cancellable: v.boolean(),
});
export type RenewalView = v.InferOutput<typeof renewalViewSchema>;

/** The whole state of one supervised app. Sent on connect and after every transition, at most 20 times a second. */
export const snapshotSchema = v.object({
  /** Rises with every snapshot of one supervisor. */
  sequence: v.number(),
  supervisor: v.object({
    pid: v.number(),
    /** Version of Hitless that the supervisor belongs to. */
    version: v.string(),
    /** `process.version` of the supervisor and its workers, such as `v24.1.0`. */
    nodeVersion: v.string(),
    /** Whether it keeps running when no client is connected. */
    detached: v.boolean(),
    /** Who gives new connections to workers, which stays as it is until the supervisor is renewed; absent: an older one. */
    scheduling: v.optional(v.picklist(["roundRobin", "shared"])),
  }),
  app: v.object({
    name: v.string(),
    /** Absolute path of the app's working directory. */
    root: v.string(),
    /** Absolute path of the file the workers run. */
    entry: v.string(),
    state: appStateSchema,
    generation: v.number(),
    /** How many workers there should be. */
    desiredWorkers: v.number(),
    /** Union of what the ready workers listen on. */
    addresses: v.array(v.string()),
    /** Epoch milliseconds of the last start. */
    startedAt: v.number(),
    /** Why the app is not running, crash-looping, or degraded; absent when all is well. */
    failure: v.optional(failureSchema),
    /** Unexpected exits since the last start or renewal, and the last one of them; absent when there was none. */
    crashes: v.optional(
      v.object({
        count: v.number(),
        /** Epoch milliseconds of the last one. */
        at: v.number(),
        /** Place of the worker that ended. */
        slot: v.optional(v.number()),
        failure: failureSchema,
      }),
    ),
    /** True when the workers ended with exit code 0 without ever listening: a script that is done. */
    finished: v.boolean(),
    /** Where health checks are answered, such as `http://127.0.0.1:9100`; absent: nowhere. */
    health: v.optional(v.string()),
    /** Absent: none. */
    logs: v.optional(logFilesViewSchema),
    /** Connections accepted for which no worker was free yet. */
    waitingConnections: v.optional(v.number()),
    /** Connections closed because `maxWaiting` others waited already, since the supervisor started. */
    refusedConnections: v.optional(v.number()),
    /** Epoch milliseconds of the next attempt to start a worker after a crash; absent when none is pending. */
    nextRestartAt: v.optional(v.number()),
    /** The cron pattern by which it is renewed, and started again if it has ended by itself. */
    schedule: v.optional(v.string()),
    /** Epoch milliseconds of the next time by that pattern. */
    nextScheduledAt: v.optional(v.number()),
    /** Absent from a supervisor that does not know it. */
    watch: v.optional(watchViewSchema),
    /** How many files differ from what the running generation was started with, when somebody looked last; absent: nobody has since. */
    stale: v.optional(v.number()),
  }),
  /** Every worker process that is alive, draining ones included, by slot and then by id. */
  workers: v.array(workerViewSchema),
  renewal: v.optional(renewalViewSchema),
});
export type Snapshot = v.InferOutput<typeof snapshotSchema>;
