import * as v from "valibot";
import { connectionKindsSchema } from "./drainView.ts";
import { errorCodes } from "./errors.ts";
import { failureSchema } from "./failure.ts";
import { layerFactsSchema, layerPulseSchema, serverIdleTimeSchema } from "./layers/facts.ts";
import { cpuSampleSchema } from "./layers/sample.ts";
import { logStreamSchema } from "./logs.ts";
import { drainedMachineSchema, fleetKindSchema, fleetRunSchema, lockHolderSchema } from "./machines/fleetRun.ts";
import { renewalReportSchema } from "./report.ts";
import {
  appStateSchema,
  logFilesViewSchema,
  type Snapshot,
  type StaleFile,
  snapshotSchema,
  staleFileSchema,
  type WorkerView,
  watchViewSchema,
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
  /** Whether its event loop answers. */
  health: workerViewSchema.entries.health,
  /** A debugger has stopped it, or it waits for one; absent: neither. */
  paused: workerViewSchema.entries.paused,
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

/** What a draining worker still has. Fields are absent until it reports them. */
const drainOutputEntries = {
  /** Milliseconds until its drain is cut off. */
  leftMs: v.optional(v.number()),
  /** Requests in flight. */
  requests: v.optional(v.number()),
  connections: v.optional(v.number()),
  /** Connections other workers have taken over. */
  handedOver: v.optional(v.number()),
  kinds: v.optional(connectionKindsSchema),
  /** The requests in flight, at most 50 of them; `url` without query. */
  inFlight: v.optional(v.array(v.strictObject({ method: v.string(), url: v.string(), ageMs: v.number() }))),
};

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
  /** Where health checks are answered; absent: nowhere. */
  health: v.optional(v.string()),
  /** Files to which the output of its workers is written; absent: none. */
  logs: v.optional(logFilesViewSchema),
  /** Connections accepted for which no worker was free yet. */
  waitingConnections: v.optional(v.number()),
  /** Connections closed because `maxWaiting` others waited already, since the supervisor started. */
  refusedConnections: v.optional(v.number()),
  /** The cron pattern by which it is renewed; absent: none. */
  schedule: v.optional(v.string()),
  /** Epoch milliseconds of the next time by that pattern. */
  nextScheduledAt: v.optional(v.number()),
  /** Whether the app's files are watched; `problem` says why they can't be. */
  watch: snapshotSchema.entries.app.entries.watch,
  /** How many files differ from what the running generation was started with; absent if that could not be looked for. */
  stale: v.optional(v.number()),
  /** Those files, at most 200; absent if there are none. */
  staleFiles: v.optional(v.array(staleFileSchema)),
  workers: v.array(
    v.strictObject({
      ...workerEntries,
      slot: v.number(),
      addresses: v.array(v.string()),
      /** Bytes (RSS). */
      memory: v.optional(v.number()),
      /** Where an unresponsive worker is stuck: the topmost frames of its stack; `line` counts from 1. */
      stuckAt: workerViewSchema.entries.stuckAt,
      inspector: workerViewSchema.entries.inspector,
      /** Only while it drains. */
      drain: v.optional(v.strictObject(drainOutputEntries)),
      lastFailure: v.optional(failureSchema),
    }),
  ),
  /** The renewal that is running. */
  renewal: snapshotSchema.entries.renewal,
  failure: v.optional(failureSchema),
});
export type StatusOutput = v.InferOutput<typeof statusOutputSchema>;

/** `hitless reload|graceful-reload|restart|rollback NAME --json`. */
export const renewOutputSchema = v.strictObject({ name: v.string(), ...renewalReportSchema.entries });
export type RenewOutput = v.InferOutput<typeof renewOutputSchema>;

/** `hitless history NAME --json`: newest first. */
export const historyOutputSchema = v.strictObject({
  name: v.string(),
  reports: v.array(v.strictObject(renewalReportSchema.entries)),
});
export type HistoryOutput = v.InferOutput<typeof historyOutputSchema>;

/** `hitless drain NAME --worker ID --json`. */
export const drainOutputSchema = v.strictObject({
  name: v.string(),
  worker: v.number(),
  action: v.picklist(["extend", "cut"]),
  /** Milliseconds until the new deadline of a drain that was extended. */
  leftMs: v.optional(v.number()),
});
export type DrainOutput = v.InferOutput<typeof drainOutputSchema>;

/** `hitless stop NAME --json`. */
export const stopOutputSchema = v.strictObject({
  name: v.string(),
  supervisorPid: v.number(),
  /** Workers that did not end before their deadline and were killed. */
  killed: v.number(),
  /** The clients for which the supervisor stays, since they have not read the last output, and for how many milliseconds at most. */
  unread: v.optional(v.array(v.string())),
  unreadMs: v.optional(v.number()),
});
export type StopOutput = v.InferOutput<typeof stopOutputSchema>;

/** `hitless watch NAME --json`. */
export const watchOutputSchema = v.strictObject({ name: v.string(), ...watchViewSchema.entries });
export type WatchOutput = v.InferOutput<typeof watchOutputSchema>;

/** `hitless scale NAME N --json`. */
export const scaleOutputSchema = v.strictObject({ name: v.string(), from: v.number(), to: v.number() });
export type ScaleOutput = v.InferOutput<typeof scaleOutputSchema>;

/** `hitless continue NAME --json`: the ids of the workers that go on. */
export const continueOutputSchema = v.strictObject({ name: v.string(), workers: v.array(v.number()) });
export type ContinueOutput = v.InferOutput<typeof continueOutputSchema>;

/** `hitless kill NAME --worker ID --json`. */
export const killOutputSchema = v.strictObject({ name: v.string(), worker: v.number(), pid: v.nullable(v.number()) });
export type KillOutput = v.InferOutput<typeof killOutputSchema>;

/** `hitless systemd [entry|app] --json`. */
export const systemdOutputSchema = v.strictObject({
  name: v.string(),
  /** The name of the file, such as `api.service`. */
  service: v.string(),
  /** Its `Type=`. */
  type: v.string(),
  /** The text of the file. */
  unit: v.string(),
});
export type SystemdOutput = v.InferOutput<typeof systemdOutputSchema>;

/** `hitless layers NAME --json`. */
export const layersOutputSchema = v.strictObject({
  name: v.string(),
  facts: layerFactsSchema,
  pulse: layerPulseSchema,
  /** Only with `--sample`. */
  sample: v.optional(cpuSampleSchema),
});
export type LayersOutput = v.InferOutput<typeof layersOutputSchema>;

/** `hitless profile NAME --json`. */
export const profileOutputSchema = v.strictObject({
  name: v.string(),
  /** Absolute path of the app's working directory. */
  root: v.string(),
  sample: cpuSampleSchema,
  /** Where the `.cpuprofile` is; only with `--out`. */
  file: v.optional(v.string()),
});
export type ProfileOutput = v.InferOutput<typeof profileOutputSchema>;

/** `hitless requests NAME --json` prints one of these a line. */
export const requestLineSchema = v.strictObject({
  /** Epoch milliseconds at which the request's header had been read. */
  time: v.number(),
  worker: v.number(),
  slot: v.number(),
  generation: v.number(),
  method: v.string(),
  /** Without query, at most 200 characters. */
  path: v.string(),
  /** Milliseconds until the response had been handed to the system, or so far. */
  ms: v.number(),
  /** Absent while the response has no header. */
  status: v.optional(v.number()),
  /** `open`: it has hung for a second or more and is not answered yet. `aborted`: its connection ended before the response had. */
  outcome: v.picklist(["answered", "aborted", "open"]),
});
export type RequestLine = v.InferOutput<typeof requestLineSchema>;

/** `hitless logs NAME --json` prints one of these a line. */
export const logLineSchema = v.strictObject({
  /** Epoch milliseconds at which the line began to arrive. */
  time: v.number(),
  worker: v.number(),
  slot: v.number(),
  generation: v.number(),
  stream: logStreamSchema,
  /** The line without its line ending. */
  text: v.string(),
});
export type LogLine = v.InferOutput<typeof logLineSchema>;

const machineErrorSchema = v.strictObject({
  code: v.picklist(errorCodes),
  message: v.string(),
  detail: v.array(v.string()),
});

/** `hitless machines --json`: an array in the order of the settings. */
export const machinesOutputSchema = v.array(
  v.strictObject({
    name: v.string(),
    /** What ssh is given. */
    ssh: v.string(),
    reachable: v.boolean(),
    /** Fleets whose balancer runs there, of a machine that has no other part in any: it needs no Hitless. */
    balancerOf: v.optional(v.array(v.string())),
    /** Why it can't be used; then what follows is absent. */
    error: v.optional(machineErrorSchema),
    /** Version of Hitless there. */
    version: v.optional(v.string()),
    nodeVersion: v.optional(v.string()),
    hostname: v.optional(v.string()),
    user: v.optional(v.string()),
    /** As `process.platform` has it. */
    platform: v.optional(v.string()),
    cores: v.optional(v.number()),
    /** Processes that ran or wanted to, on average over the last minute; absent on Windows. */
    load: v.optional(v.number()),
    /** Bytes. */
    memory: v.optional(v.strictObject({ total: v.number(), free: v.number() })),
    /** Names of the apps that have a supervisor. */
    apps: v.optional(v.array(v.string())),
    roundTripMs: v.optional(v.number()),
    /** How far its clock is ahead of this one's. */
    clockOffsetMs: v.optional(v.number()),
  }),
);
export type MachinesOutput = v.InferOutput<typeof machinesOutputSchema>;

/** `hitless machine prepare MACHINE --json`. */
export const prepareOutputSchema = v.strictObject({
  name: v.string(),
  /** False when there was nothing to do. */
  copied: v.boolean(),
  /** Folder on the machine. */
  path: v.optional(v.string()),
  bytes: v.optional(v.number()),
  /** Of the Node.js that runs Hitless there. */
  nodeVersion: v.string(),
});
export type PrepareOutput = v.InferOutput<typeof prepareOutputSchema>;

/** `hitless fleet reload|graceful-reload|restart|rollback NAME --json`. */
export const fleetRunOutputSchema = fleetRunSchema;
export type FleetRunOutput = v.InferOutput<typeof fleetRunOutputSchema>;

const fleetProblemSchema = v.strictObject({
  /** Absent for what concerns the whole fleet. */
  machine: v.optional(v.string()),
  /** `error`: nothing is touched until it is mended. */
  severity: v.picklist(["error", "warning"]),
  message: v.string(),
  detail: v.array(v.string()),
});

/** The same with `--dry-run`. */
export const fleetPlanOutputSchema = v.strictObject({
  fleet: v.string(),
  app: v.string(),
  kind: fleetKindSchema,
  /** Names of machines: each group at the same time, one group after the other. */
  groups: v.array(v.array(v.string())),
  /** Machines that are not touched, and why. */
  leftOut: v.array(v.strictObject({ machine: v.string(), reason: v.string() })),
  /** Who is at it now; nobody else can begin meanwhile. */
  busy: v.optional(lockHolderSchema),
  problems: v.array(fleetProblemSchema),
});
export type FleetPlanOutput = v.InferOutput<typeof fleetPlanOutputSchema>;

/** `hitless fleet check NAME --json`. */
export const fleetCheckOutputSchema = v.strictObject({
  name: v.string(),
  problems: v.array(fleetProblemSchema),
  /** What is wrong with the balancer's configuration. */
  findings: v.array(
    v.strictObject({
      code: v.string(),
      severity: v.picklist(["error", "warning", "note"]),
      /** Path on the balancer, or `hitless` for the fleet's own settings. */
      file: v.string(),
      /** From 1; 0 if there is no line to point at. */
      line: v.number(),
      message: v.string(),
      fix: v.string(),
    }),
  ),
  /** For how long the app on each machine keeps idle connections. */
  keepAlive: v.array(
    v.strictObject({
      machine: v.string(),
      /** The worker that was asked; absent where none could tell. */
      worker: v.optional(v.number()),
      servers: v.array(v.strictObject(serverIdleTimeSchema.entries)),
      /** Why it is not known. */
      problem: v.optional(v.string()),
    }),
  ),
});
export type FleetCheckOutput = v.InferOutput<typeof fleetCheckOutputSchema>;

/** `hitless fleet status NAME --json`. */
export const fleetStatusOutputSchema = v.strictObject({
  name: v.string(),
  app: v.string(),
  machines: v.array(
    v.strictObject({
      name: v.string(),
      reachable: v.boolean(),
      /** Why it or its app can't be used; then the app's fields are absent. */
      error: v.optional(machineErrorSchema),
      state: v.optional(appStateSchema),
      /** Workers that serve, of `desiredWorkers`. */
      ready: v.optional(v.number()),
      desiredWorkers: v.optional(v.number()),
      generation: v.optional(v.number()),
      nodeVersion: v.optional(v.string()),
      /** Version of Hitless. */
      version: v.optional(v.string()),
      addresses: v.optional(v.array(v.string())),
      lastReport: v.optional(renewalReportSchema),
    }),
  ),
  /** Who is busy with it; `alive` is false for a session that died without giving the lock back. */
  lock: v.optional(v.strictObject({ holder: lockHolderSchema, alive: v.boolean() })),
  /** What a run has taken out of the balancer and, as far as is known, nobody has put back. */
  drained: v.array(drainedMachineSchema),
  /** What was last done to it. */
  last: v.optional(fleetRunSchema),
});
export type FleetStatusOutput = v.InferOutput<typeof fleetStatusOutputSchema>;

/** `hitless fleet history NAME --json`: newest first. */
export const fleetHistoryOutputSchema = v.strictObject({ name: v.string(), runs: v.array(fleetRunSchema) });
export type FleetHistoryOutput = v.InferOutput<typeof fleetHistoryOutputSchema>;

/** What any command with `--json` prints on stderr when it fails. */
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
export function statusOutput(snapshot: Snapshot, now: number, staleFiles: readonly StaleFile[] = []): StatusOutput {
  const { app, supervisor, workers, renewal } = snapshot;
  return {
    ...listedApp(snapshot, now),
    state: app.state,
    entry: app.entry,
    nodeVersion: supervisor.nodeVersion,
    detached: supervisor.detached,
    desiredWorkers: app.desiredWorkers,
    ...(app.health === undefined ? {} : { health: app.health }),
    ...(app.logs === undefined ? {} : { logs: app.logs }),
    ...(app.waitingConnections === undefined ? {} : { waitingConnections: app.waitingConnections }),
    ...(app.refusedConnections === undefined ? {} : { refusedConnections: app.refusedConnections }),
    ...(app.schedule === undefined ? {} : { schedule: app.schedule }),
    ...(app.nextScheduledAt === undefined ? {} : { nextScheduledAt: app.nextScheduledAt }),
    ...(app.watch === undefined ? {} : { watch: app.watch }),
    ...(app.stale === undefined ? {} : { stale: app.stale }),
    ...(staleFiles.length === 0 ? {} : { staleFiles: [...staleFiles] }),
    workers: workers.map((worker) => statusWorker(worker, now)),
    ...(renewal === undefined ? {} : { renewal }),
    ...(app.failure === undefined ? {} : { failure: app.failure }),
  };
}

function listedWorker(worker: WorkerView, now: number): ListedApp["workers"][number] {
  const { id, pid, generation, state, health, paused, startedAt, restarts } = worker;
  return {
    id,
    pid,
    generation,
    state,
    health,
    ...(paused === undefined ? {} : { paused }),
    uptimeMs: whole(now - startedAt),
    restarts,
  };
}

function statusWorker(worker: WorkerView, now: number): StatusOutput["workers"][number] {
  const { slot, addresses, memory, stuckAt, inspector, lastFailure } = worker;
  return {
    ...listedWorker(worker, now),
    slot,
    addresses,
    ...(memory === undefined ? {} : { memory }),
    ...(stuckAt === undefined ? {} : { stuckAt }),
    ...(inspector === undefined ? {} : { inspector }),
    ...(worker.state === "draining" ? { drain: statusDrain(worker, now) } : {}),
    ...(lastFailure === undefined ? {} : { lastFailure }),
  };
}

function statusDrain(
  { drain, drainDeadline }: WorkerView,
  now: number,
): NonNullable<StatusOutput["workers"][number]["drain"]> {
  const { requests, connections, handedOver, kinds, inFlight } = drain ?? {};
  return {
    ...(drainDeadline === undefined ? {} : { leftMs: whole(drainDeadline - now) }),
    ...(requests === undefined ? {} : { requests }),
    ...(connections === undefined ? {} : { connections }),
    ...(handedOver === undefined ? {} : { handedOver }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(inFlight === undefined
      ? {}
      : { inFlight: inFlight.map(({ method, url, since }) => ({ method, url, ageMs: whole(now - since) })) }),
  };
}

/** Whole milliseconds for output, never below 0 where two clocks disagree. */
function whole(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds));
}

/** `hitless start --explain --json`: what a start would run. */
export const explainOutputSchema = v.object({
  name: v.string(),
  /** Absolute. */
  entry: v.string(),
  cwd: v.string(),
  /** The Node.js program. */
  node: v.string(),
  nodeArgs: v.array(v.string()),
  args: v.array(v.string()),
  /** What scripts, files and settings add to the variables of the shell; without npm's and the PATH. */
  env: v.record(v.string(), v.string()),
  /** Where the entry was found: `scripts.<name>`, `main`, `built`, `file name`, or `named`. */
  foundBy: v.string(),
  /** What of the scripts is left out, a sentence each. */
  leftOut: v.array(v.string()),
});
export type ExplainOutput = v.InferOutput<typeof explainOutputSchema>;
