import * as v from "valibot";
import { errorCodes } from "./errors.ts";
import { failureSchema } from "./failure.ts";
import { logStreamSchema } from "./logs.ts";
import { renewalReportSchema } from "./report.ts";
import {
  appStateSchema,
  type Snapshot,
  snapshotSchema,
  type WorkerView,
  workerStateSchema,
  workerViewSchema,
} from "./snapshot.ts";

/*
 * What the command line prints with `--json`; described in `docs/cli.md`, whose examples are parsed with these schemas.
 * Fields may be added; none changes its meaning.
 */

const workerEntries = {
  id: v.number(),
  pid: v.number(),
  generation: v.number(),
  state: workerStateSchema,
  /** Milliseconds since the process was started. */
  uptimeMs: v.number(),
  /** How often the worker of this slot was started again after an unexpected exit. */
  restarts: v.number(),
};

const listedAppEntries = {
  name: v.string(),
  /** `unreachable`: the supervisor runs but does not answer this Hitless. */
  state: v.picklist([...appStateSchema.options, "unreachable"]),
  generation: v.number(),
  supervisorPid: v.number(),
  /** Absolute path of the app's working directory. */
  root: v.string(),
  addresses: v.array(v.string()),
};

/** `hitless list --json` prints an array of these, oldest first. */
const listedAppSchema = v.strictObject({ ...listedAppEntries, workers: v.array(v.strictObject(workerEntries)) });
export type ListedApp = v.InferOutput<typeof listedAppSchema>;

export const listOutputSchema = v.array(listedAppSchema);

/** `hitless status NAME --json`, and `hitless start --detach --json` once the app is ready. */
export const statusOutputSchema = v.strictObject({
  ...listedAppEntries,
  state: appStateSchema,
  /** Absolute path of the file the workers run. */
  entry: v.string(),
  nodeVersion: v.string(),
  /** Whether the supervisor keeps running when no client is connected. */
  detached: v.boolean(),
  /** How many workers there should be. */
  desiredWorkers: v.number(),
  workers: v.array(
    v.strictObject({
      ...workerEntries,
      slot: v.number(),
      health: workerViewSchema.entries.health,
      addresses: v.array(v.string()),
      lastFailure: v.optional(failureSchema),
    }),
  ),
  /** The renewal that runs. */
  renewal: snapshotSchema.entries.renewal,
  failure: v.optional(failureSchema),
});
export type StatusOutput = v.InferOutput<typeof statusOutputSchema>;

/** `hitless reload|graceful-reload|restart NAME --json`. */
export const renewOutputSchema = v.strictObject({ name: v.string(), ...renewalReportSchema.entries });
export type RenewOutput = v.InferOutput<typeof renewOutputSchema>;

/** `hitless stop NAME --json`. */
export const stopOutputSchema = v.strictObject({
  name: v.string(),
  supervisorPid: v.number(),
  /** Workers that did not end before their deadline and were killed. */
  killed: v.number(),
});
export type StopOutput = v.InferOutput<typeof stopOutputSchema>;

/** `hitless scale NAME N --json`. */
export const scaleOutputSchema = v.strictObject({ name: v.string(), from: v.number(), to: v.number() });
export type ScaleOutput = v.InferOutput<typeof scaleOutputSchema>;

/** `hitless kill NAME --worker ID --json`. */
export const killOutputSchema = v.strictObject({ name: v.string(), worker: v.number(), pid: v.nullable(v.number()) });
export type KillOutput = v.InferOutput<typeof killOutputSchema>;

/** `hitless logs NAME --json` prints one of these a line. */
export const logLineSchema = v.strictObject({
  /** Epoch milliseconds at which the line began to arrive. */
  time: v.number(),
  worker: v.number(),
  slot: v.number(),
  generation: v.number(),
  stream: logStreamSchema,
  /** The line without its end. */
  text: v.string(),
});
export type LogLine = v.InferOutput<typeof logLineSchema>;

/** What any command with `--json` prints, on stderr, when it can't do what it was asked. */
export const errorOutputSchema = v.strictObject({
  error: v.strictObject({
    code: v.picklist(errorCodes),
    message: v.string(),
    detail: v.array(v.string()),
  }),
});
export type ErrorOutput = v.InferOutput<typeof errorOutputSchema>;

/** @param now Epoch milliseconds, for the uptimes. */
export function listedApp(snapshot: Snapshot, now: number): ListedApp {
  const { app, supervisor, workers } = snapshot;
  return {
    name: app.name,
    state: app.state,
    generation: app.generation,
    supervisorPid: supervisor.pid,
    root: app.root,
    addresses: app.addresses,
    workers: workers.map((worker) => listedWorker(worker, now)),
  };
}

/** @param now Epoch milliseconds, for the uptimes. */
export function statusOutput(snapshot: Snapshot, now: number): StatusOutput {
  const { app, supervisor, workers, renewal } = snapshot;
  return {
    ...listedApp(snapshot, now),
    state: app.state,
    entry: app.entry,
    nodeVersion: supervisor.nodeVersion,
    detached: supervisor.detached,
    desiredWorkers: app.desiredWorkers,
    workers: workers.map((worker) => ({
      ...listedWorker(worker, now),
      slot: worker.slot,
      health: worker.health,
      addresses: worker.addresses,
      ...(worker.lastFailure === undefined ? {} : { lastFailure: worker.lastFailure }),
    })),
    ...(renewal === undefined ? {} : { renewal }),
    ...(app.failure === undefined ? {} : { failure: app.failure }),
  };
}

function listedWorker(worker: WorkerView, now: number): ListedApp["workers"][number] {
  const { id, pid, generation, state, startedAt, restarts } = worker;
  return { id, pid, generation, state, uptimeMs: Math.max(0, now - startedAt), restarts };
}
