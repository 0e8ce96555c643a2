import type { ConnectionKinds, RequestInFlight } from "./drainView.ts";
import type { LayerAnswer, LayerQuestion } from "./layers/collected.ts";

/**
 * Messages between the supervisor and the preload in each worker, over Node's own IPC channel.
 *
 * They carry `cmd: "NODE_HITLESS"`: Node delivers messages whose `cmd` starts with `NODE_` as `internalMessage` and
 * never as `message`, so the app's listeners do not see ours
 * (https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback). The app can send such too: what
 * comes from a worker is compared with a schema (`workerMessageSchemas`), what goes there is not, since the preload may have no
 * dependency and both ends come from one build.
 */
export const workerMessageCommand = "NODE_HITLESS";

/** Makes a worker's inspector, should it ever be opened, listen on a free port. The preload hides it from the app. */
export const inspectPortFlag = "--inspect-port=0";

/** The same, and makes a worker wait for a debugger and stop at the app's first line. */
export const inspectBreakFlag = "--inspect-brk=127.0.0.1:0";

/** Tells the preload to wait for a debugger, by being set in the worker's environment, out of which it takes it. */
export const debugVariable = "HITLESS_DEBUG";

/** `1` in the environment of the one worker that leads, `0` in that of all others. */
export const leaderVariable = "HITLESS_LEADER";

/** What the process of a worker emits, with whether it leads now, when that has changed. */
export const leaderEvent = "hitless:leader";

/** Signals with which a worker may be told to end; Node.js itself has a use for others. */
export const stopSignals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"] as const;
export type StopSignal = (typeof stopSignals)[number];

/**
 * How many connections may be in transfer at a time without confirmation: from a draining worker to others, and from
 * the supervisor to one worker. Other messages, among them the new connections of `node:cluster`, wait behind those
 * that Node has not sent yet, so it must stay small.
 */
export const handoffWindow = 16;

/** What kind of server listens, as its clients see it. */
export type ServerProtocol = "http" | "https" | "tcp" | "tls" | "http2" | "https2";

/** What `server.address()` says of a listening server: the path of a Unix socket or pipe, or an IP address and port. */
export type ServerAddress = string | { readonly address: string; readonly port: number; readonly family: string };

/** What the next worker must know about a handed-over connection, so that the app's limits keep their meaning. */
export interface HandedConnection {
  /** Names the server the connection belongs to: equal in all workers of an app. */
  readonly server: string;
  /** Requests already answered on it (counts toward `maxRequestsPerSocket`); 0 if no server has such a limit. */
  readonly requests: number;
  /** Whether no byte was ever received on it (a browser's preconnect). */
  readonly unused: boolean;
  /** Epoch milliseconds at which the old worker stopped reading it. */
  readonly stoppedAt: number;
  /** Epoch milliseconds since which it is known to be idle; kept if it was not used since the previous handover. */
  readonly idleSince: number;
}

/** Progress of a drain, as the worker reports it. */
export interface DrainProgress {
  /** Requests whose response has not ended. */
  readonly requests: number;
  readonly connections: number;
  /** Of them those on which these requests are: one with HTTP/1, any number with HTTP/2. */
  readonly carriers: number;
  /** Connections handed to the supervisor so far. */
  readonly handedOver: number;
  /** Connections that ended since the drain began, without those handed over. */
  readonly closed: number;
  readonly kinds: ConnectionKinds;
  readonly inFlight: readonly RequestInFlight[];
  /** Requests answered since counting began. */
  readonly served: number;
  /** Nothing is in flight any more. */
  readonly done: boolean;
  /** No connection is left that is to be handed over, or to be closed after its answer; others may be open. */
  readonly settled: boolean;
  /** The app listens to messages, so `shutdown` may mean something to it. */
  readonly listens: boolean;
}

/**
 * What a worker's listening handle waits for with shared scheduling, until the supervisor says `accept`: the handle to `listen`,
 * since others accept there already; or, where nobody does, the app to be given `connections`. It is part of the answer by
 * which `node:cluster` gives the handle to the worker.
 */
export type AcceptHold = "listen" | "connections";

/** One value of a metric of the app. What JSON has no number for is a text: `NaN`, `+Inf`, `-Inf`. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
  /** Where it differs from the metric's name: `…_bucket`, `…_sum`, `…_count`. */
  readonly name?: string;
}

/** A metric of the app's prom-client. */
export interface AppMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  /** How prom-client says that the values of several processes become one: `sum`, `first`, `min`, `max`, `average`, `omit`. */
  readonly aggregator: string;
  readonly values: readonly MetricValue[];
}

/** What a worker tells of itself when metrics are asked for. */
export interface WorkerMetrics {
  /** User and system time that the process has used, in seconds. */
  readonly cpuSeconds: number;
  /** The share of the time, from 0 to 1, since the last question in which its event loop was not waiting. */
  readonly loopUtilization: number;
  /** Empty if the app has no prom-client. */
  readonly metrics: readonly AppMetric[];
  /** Metrics that are left out since there are too many values, or that a registry could not tell. */
  readonly leftOut: number;
}

type FromWorker =
  /** The preload runs. */
  | { readonly type: "hello" }
  /**
   * A server began to listen. It counts once the worker has answered `listens` for it: a probe for a free port listens
   * too, and closes in the same turn.
   */
  | {
      readonly type: "listening";
      readonly server: string;
      readonly protocol: ServerProtocol;
      readonly address: ServerAddress;
      /** The system chose the port, so it is another one each time. */
      readonly systemPort: boolean;
      /** Ports and paths on which the app tried to listen before and does not now, and ports that it found answered. */
      readonly tried: readonly (number | string)[];
      /** Whether connections of this server can be handed over. */
      readonly handoff: boolean;
    }
  /**
   * Answers `listens`: the server still listens. `attended`: the app has a listener for what comes there; a probe for a free port has
   * none, however long it listens.
   */
  | { readonly type: "listens"; readonly server: string; readonly attended: boolean }
  /** A server could not listen. The app decides what to do then, and may exit without a message. */
  | {
      readonly type: "listenFailed";
      readonly name: string;
      readonly code: string | null;
      readonly message: string;
      readonly address: string | null;
      readonly port: number | null;
    }
  /** No server of this key listens any more. Not sent by a draining worker, which ends its listening itself. */
  | { readonly type: "closed"; readonly server: string }
  /** An uncaught exception, reported before it ends the process. */
  | {
      readonly type: "fatal";
      readonly name: string;
      readonly code: string | null;
      readonly message: string;
      readonly stack: string;
      readonly address: string | null;
      readonly port: number | null;
    }
  /** The app ends the process, with an exit code that is not 0, and no exception was the cause; the frames that called `process.exit`. */
  | { readonly type: "exits"; readonly stack: string }
  /** To `whose`: that connection is one that the app itself makes. */
  | { readonly type: "mine"; readonly port: number; readonly to: number }
  /** With shared scheduling, to `accept`: it accepts nothing by itself any more. */
  | { readonly type: "acceptStopped" }
  /**
   * With shared scheduling; comes with the handle of a connection that was accepted where the worker listened by that key of the
   * supervisor's, before it was ready, and not served: the app has closed that server.
   */
  | { readonly type: "unserved"; readonly key: string }
  /** Nothing but the channel keeps the process of this worker alive, which was sent `shutdown` and has not closed its servers. */
  | { readonly type: "alone" }
  | ({ readonly type: "drain" } & DrainProgress)
  /** Comes with a socket: the connection is idle and not being read. `arrived` tells the worker what became of it. */
  | ({ readonly type: "connection"; readonly id: number } & HandedConnection)
  /** The worker serves these connections. `stallMs`: the longest time for which one of them was not being read. */
  | { readonly type: "taken"; readonly ids: readonly number[]; readonly stallMs: number }
  /** The worker can't serve it (it drains, or does not listen there). */
  | { readonly type: "refused"; readonly id: number }
  /** Answers to `beat`. `memory`: RSS in bytes. */
  | {
      readonly type: "beat";
      readonly memory: number;
      /** Whether a signal opens its inspector, that is, the app does not use SIGUSR1 itself. */
      readonly inspectable: boolean;
    }
  /** Answers to `count`: requests answered since counting began. */
  | { readonly type: "counted"; readonly served: number }
  /** Answers `timeAnswers`, when there are enough or a drain begins: milliseconds that each of the next answers took. */
  | { readonly type: "answerTimes"; readonly ms: readonly number[] }
  /** Answers `layers`: `answer`, or `error` for the user. */
  | { readonly type: "layers"; readonly id: number; readonly answer: LayerAnswer }
  | { readonly type: "layers"; readonly id: number; readonly error: string }
  /** It waits for a debugger before the app's first line; or does no longer. */
  | { readonly type: "debugger"; readonly waits: boolean }
  /** Its inspector could not be opened. */
  | { readonly type: "noInspector"; readonly message: string }
  /** Answers to `closeInspector`. */
  | { readonly type: "inspectorClosed" }
  /** Answers `metrics`. */
  | { readonly type: "metrics"; readonly id: number; readonly answer: WorkerMetrics }
  /** The preload itself failed at something; the app is not affected. */
  | { readonly type: "trouble"; readonly message: string };

type ToWorker =
  /**
   * Stop accepting and finish what is in flight. Idle connections of the servers named in `handoff` are sent here; all
   * others are closed `idleGraceMs` milliseconds later, unless the client or `keepAliveTimeout` does so before. Event
   * streams are ended after `streamGraceMs`, WebSockets are closed over `spreadMs`.
   */
  | {
      readonly type: "drain";
      readonly handoff: readonly string[];
      readonly idleGraceMs: number;
      readonly streamGraceMs: number;
      readonly spreadMs: number;
      /** The connections go to workers of another supervisor. */
      readonly far?: boolean;
    }
  /** With shared scheduling: begin to accept; or stop it, answer `acceptStopped`, and take only what the supervisor sends. */
  | { readonly type: "accept"; readonly on: boolean }
  /**
   * A connection from this port of this machine waits where the worker listens, at the port `to`, and nobody serves yet. If it is the
   * app's own, it may be what the app waits for before it is ready.
   */
  | { readonly type: "whose"; readonly port: number; readonly to: number }
  /** The twin of the signal where a process can't catch it (Windows). */
  | { readonly type: "terminate"; readonly signal: StopSignal }
  /** Asks whether this server, which began to listen, still does. */
  | { readonly type: "listens"; readonly server: string }
  /**
   * The app is told to go, by that signal or else by the message `shutdown`: from now on the channel holds the process only as
   * long as connections are handed over on it.
   */
  | { readonly type: "leave"; readonly signal?: StopSignal }
  /** Whether this worker is the one of the app that leads: `HITLESS_LEADER` in its environment, and the event of the process. */
  | { readonly type: "leader"; readonly on: boolean }
  /** Asks for a sign of life. */
  | { readonly type: "beat" }
  /** Open the inspector on a free port of this machine, for a debugger. Node tells the address on stderr. */
  | { readonly type: "openInspector" }
  /** Close the inspector that the supervisor had opened. */
  | { readonly type: "closeInspector" }
  /** Begins to count answered requests from 0, or asks for the count and stops counting. */
  | { readonly type: "count"; readonly on: boolean }
  /** Begins to time the next answers. */
  | { readonly type: "timeAnswers" }
  /** Asks what is in the worker's layers; answered with the same id. */
  | { readonly type: "layers"; readonly id: number; readonly ask: LayerQuestion }
  /** Asks for its metrics and the app's; answered with the same id. */
  | { readonly type: "metrics"; readonly id: number }
  /** Comes with a socket whose other end the supervisor holds: this server takes it like one it accepted itself. */
  | { readonly type: "probe"; readonly server: string }
  /** Extends the drain by this many milliseconds. */
  | { readonly type: "extend"; readonly ms: number }
  /** These connections that this worker sent have a new owner (or were closed, since no worker could take them). */
  | { readonly type: "arrived"; readonly ids: readonly number[] }
  /** Comes with a socket to serve; answered with `taken` or `refused`. */
  | ({ readonly type: "connection"; readonly id: number } & HandedConnection);

/** From a worker to the supervisor. */
export type WorkerToSupervisor = { readonly cmd: typeof workerMessageCommand } & FromWorker;

/** From the supervisor to a worker. */
export type SupervisorToWorker = { readonly cmd: typeof workerMessageCommand } & ToWorker;

/** The messages without their envelope: what the sending helpers of both ends take. */
export type FromWorkerBody = FromWorker;
export type ToWorkerBody = ToWorker;
