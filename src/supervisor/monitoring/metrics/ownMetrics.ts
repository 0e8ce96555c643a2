import { appStateSchema, type Snapshot, type WorkerState } from "../../../shared/snapshot.ts";
import type { MetricFamily, Sample } from "./metricFamily.ts";

/** What is known of a worker besides its view. */
export interface WorkerFigures {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  /** RSS in bytes; `undefined` before its first sign of life. */
  readonly memory: number | undefined;
  /** Milliseconds that its last heartbeat took, or takes. */
  readonly delayMs: number | undefined;
  /** As it last told; `undefined` before it did. */
  readonly cpuSeconds: number | undefined;
  readonly loopUtilization: number | undefined;
}

export interface OwnFigures {
  readonly snapshot: Snapshot;
  readonly ready: boolean;
  /** Unexpected ends of workers since the supervisor started. */
  readonly crashes: number;
  readonly workers: readonly WorkerFigures[];
  /** Workers that serve and did not tell their metrics in time. */
  readonly missing: number;
  /** Metrics of the app that could not be told, or were too many. */
  readonly leftOut: number;
}

/** What Hitless tells of itself and of the app's workers. */
export function ownMetrics({ snapshot, ready, crashes, workers, missing, leftOut }: OwnFigures): MetricFamily[] {
  const { app, supervisor } = snapshot;
  const count = (state: WorkerState): Sample => ({
    labels: { state },
    value: snapshot.workers.filter((worker) => worker.state === state).length,
  });
  const each = (figure: (worker: WorkerFigures) => number | undefined): Sample[] =>
    workers.flatMap((worker) => {
      const value = figure(worker);
      const { id, slot, generation } = worker;
      return value === undefined ? [] : [{ labels: { worker: id, slot, generation }, value }];
    });
  const { user, system } = process.cpuUsage();
  return [
    gauge("hitless_info", "Versions, and the app's name", [
      { labels: { app: app.name, version: supervisor.version, node: supervisor.nodeVersion }, value: 1 },
    ]),
    gauge("hitless_ready", "Whether clients are served: 1 when /ready says 200", [{ value: ready ? 1 : 0 }]),
    gauge(
      "hitless_app_state",
      "1 for the state that the app is in",
      appStateSchema.options.map((state) => ({ labels: { state }, value: state === app.state ? 1 : 0 })),
    ),
    gauge("hitless_workers", "Workers by state", [count("starting"), count("ready"), count("draining")]),
    gauge("hitless_workers_unresponsive", "Workers whose event loop is blocked", [
      { value: snapshot.workers.filter(({ health }) => health === "unresponsive").length },
    ]),
    gauge("hitless_workers_desired", "How many workers there should be", [{ value: app.desiredWorkers }]),
    gauge("hitless_generation", "The generation that serves", [{ value: app.generation }]),
    counter("hitless_worker_crashes_total", "Unexpected ends of workers", [{ value: crashes }]),
    gauge("hitless_waiting_connections", "Connections accepted for which no worker was free yet", [
      { value: app.waitingConnections ?? 0 },
    ]),
    counter("hitless_refused_connections_total", "Connections closed because too many others waited", [
      { value: app.refusedConnections ?? 0 },
    ]),
    gauge(
      "hitless_worker_memory_bytes",
      "Memory (RSS) at the last heartbeat",
      each(({ memory }) => memory),
    ),
    gauge(
      "hitless_worker_event_loop_delay_seconds",
      "How long the last heartbeat took to be answered, or the one that is not answered yet",
      each(({ delayMs }) => (delayMs === undefined ? undefined : delayMs / 1_000)),
    ),
    gauge(
      "hitless_worker_event_loop_utilization",
      "Share of the time between two scrapes in which the event loop was not waiting",
      each(({ loopUtilization }) => loopUtilization),
    ),
    counter(
      "hitless_worker_cpu_seconds_total",
      "User and system time",
      each(({ cpuSeconds }) => cpuSeconds),
    ),
    gauge("hitless_supervisor_memory_bytes", "Memory (RSS) of the supervisor", [{ value: process.memoryUsage.rss() }]),
    counter("hitless_supervisor_cpu_seconds_total", "User and system time of the supervisor", [
      { value: (user + system) / 1e6 },
    ]),
    gauge("hitless_scrape_workers_missing", "Workers that serve and did not tell their metrics in time", [
      { value: missing },
    ]),
    gauge("hitless_scrape_metrics_left_out", "Metrics of the app that could not be told, or were too many", [
      { value: leftOut },
    ]),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: "gauge", samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: "counter", samples };
}
