import { setTimeout as wait } from "node:timers/promises";
import type { ToolInput } from "../../shared/agents/toolTable.ts";
import { toolBounds } from "../../shared/agents/toolTable.ts";
import type { LogLine } from "../../shared/cliOutput.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import { droppedCount } from "../../shared/facts/reportFacts.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { Failure } from "../../shared/failure.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { workerTag } from "../../shared/text/workerName.ts";
import type { SupervisorClient } from "../connection/supervisorClient.ts";
import { createLineAssembler } from "../logs/lineAssembler.ts";
import { RequestFeed, type SeenRequest } from "../requests/requestFeed.ts";
import type { AgentHost, ToolAnswer } from "./agentHost.ts";
import { withApp, workerInSlot } from "./namedApp.ts";
import { isAtLeast, origin, quotedLine, withoutSecrets } from "./quotedLines.ts";

/** Milliseconds between two looks at the requests; workers watch for 5 s after one. */
const lookMs = 500;

/** Lines among which those of a level or a time are looked for. */
const searchedLines = 5_000;

/** Requests of each kind that are told. */
const requestsTold = 50;

export async function listApps(host: AgentHost): Promise<ToolAnswer> {
  const [endpoints, startable] = await Promise.all([host.list(), host.startable()]);
  const apps = await Promise.all(endpoints.map((endpoint) => summary(host, endpoint)));
  const names = new Set(endpoints.map(({ name }) => name));
  const resting = startable.filter((name) => !names.has(name));
  return {
    apps,
    startable: resting,
    next:
      apps.length > 0
        ? ["app_status tells more of one"]
        : ["start_app starts one of startable, or without arguments the app that package.json describes"],
  };
}

async function summary(host: AgentHost, endpoint: Endpoint): Promise<object> {
  const { name, root: folder, pid: supervisorPid } = endpoint;
  try {
    const client = await host.connect(endpoint);
    try {
      const { app } = client.snapshot;
      const { state, generation, addresses, desiredWorkers } = app;
      const workers = `${readyCount(client.snapshot)} of ${desiredWorkers} ready`;
      return { name, folder, supervisorPid, state, workers, generation, addresses };
    } finally {
      client.dispose();
    }
  } catch (error) {
    return { name, folder, supervisorPid, state: "unreachable", problem: toHitlessError(error).message };
  }
}

export function appStatus(host: AgentHost, { app }: ToolInput<"app_status">): Promise<ToolAnswer> {
  return withApp(host, app, async (client) => {
    // An older supervisor can't look; the rest is told all the same.
    const stale = await client.request("app/stale", {}).catch(() => undefined);
    return statusOf(
      client,
      stale?.files.map(({ file, change }) => `${file} (${change})`),
    );
  });
}

/** The state of an app without what is secret: no variable, no address of an inspector, no query. */
export function statusOf(client: SupervisorClient, changedFiles: readonly string[] = []): ToolAnswer {
  const { snapshot } = client;
  const { app, supervisor, workers, renewal } = snapshot;
  return {
    name: app.name,
    folder: app.root,
    entry: app.entry,
    state: app.state,
    generation: app.generation,
    addresses: app.addresses,
    nodeVersion: supervisor.nodeVersion,
    workers: workers.map((worker) => ({
      slot: worker.slot,
      generation: worker.generation,
      pid: worker.pid,
      state: worker.state,
      health: worker.health,
      uptimeSeconds: Math.max(0, Math.round((client.now() - worker.startedAt) / 1_000)),
      restarts: worker.restarts,
      ...(worker.memory !== undefined && { memoryBytes: worker.memory }),
      ...(worker.stuckAt !== undefined && { stuckAt: worker.stuckAt }),
      ...(worker.lastFailure !== undefined && { lastFailure: quotedFailure(worker.lastFailure) }),
    })),
    desiredWorkers: app.desiredWorkers,
    ...(renewal !== undefined && { renewal }),
    ...(app.failure !== undefined && { failure: quotedFailure(app.failure) }),
    ...(changedFiles.length > 0 && { changedFiles }),
    quoted: ["failure.message", "failure.stderr", "workers[].lastFailure.message", "workers[].lastFailure.stderr"],
    next: nextOfStatus(snapshot, changedFiles.length),
  };
}

function nextOfStatus({ app, renewal }: Snapshot, changed: number): string[] {
  if (app.failure?.location !== undefined) {
    const { file, line } = app.failure.location;
    return [`Mend ${file}:${line}, then reload_app (start_app if it is stopped)`];
  }
  if (app.failure !== undefined || app.state === "crash-looping") {
    return ["read_logs with level error tells what it wrote; mend it, then reload_app"];
  }
  if (renewal !== undefined) {
    return ["It is being renewed; last_reports tells how that ended"];
  }
  return changed > 0 ? [`${changed} files differ from what runs: reload_app runs them`] : [];
}

function quotedFailure(failure: Failure): object {
  const { message, stderr } = failure;
  return { ...failure, message: withoutSecrets(message), stderr: stderr.map(withoutSecrets), origin: origin.output };
}

export function readLogs(host: AgentHost, input: ToolInput<"read_logs">): Promise<ToolAnswer> {
  const { level, lines = toolBounds.logLines.usual } = input;
  const since = input.since === undefined ? undefined : timeOf(input.since);
  return withApp(host, input.app, async (client) => {
    const worker = workerInSlot(client, input.worker);
    const searches = level !== undefined || since !== undefined;
    const { chunks } = await client.request("logs/read", {
      lines: searches ? searchedLines : lines,
      ...(worker !== undefined && { worker: worker.id }),
    });
    const assembler = createLineAssembler();
    const read: LogLine[] = [...chunks.flatMap((chunk) => assembler.add(chunk)), ...assembler.rest()];
    const fitting = read
      .filter(({ time }) => since === undefined || time >= since)
      .map(quotedLine)
      .filter((line) => level === undefined || isAtLeast(line.level, level));
    const told = fitting.slice(-lines);
    return {
      app: client.snapshot.app.name,
      origin: origin.output,
      lines: told,
      ...(fitting.length > told.length && { earlierLinesLeftOut: fitting.length - told.length }),
      quoted: ["lines[].text"],
      next: told.length === 0 ? ["Nothing fits; leave level and since out, or see app_status"] : [],
    };
  });
}

function timeOf(written: string): number {
  const time = Date.parse(written);
  if (Number.isNaN(time)) {
    throw new HitlessError("usage", `since: must be a time such as 2026-01-31T09:05:00Z, not "${written}"`);
  }
  return time;
}

export function lastReports(host: AgentHost, input: ToolInput<"last_reports">): Promise<ToolAnswer> {
  return withApp(host, input.app, async (client) => {
    const { reports } = await client.request("app/reports", {});
    return {
      app: client.snapshot.app.name,
      kept: reports.length,
      reports: reports.slice(0, input.limit ?? toolBounds.reports.usual).map(reportOf),
      quoted: ["reports[].reason", "reports[].stderr", "reports[].cutRequests"],
      next: reports.length === 0 ? ["It has not been renewed since its supervisor started"] : [],
    };
  });
}

/** A whole report, with what follows from it. */
export function reportOf(report: RenewalReport): object {
  return {
    // What was rolled back or cancelled has dropped nothing either, if its traffic says so.
    nothingDropped: report.kind !== "restart" && droppedCount(report) === 0,
    ...report,
    startedAt: new Date(report.startedAt).toISOString(),
    ...(report.reason !== undefined && { reason: withoutSecrets(report.reason) }),
    ...(report.stderr !== undefined && { stderr: report.stderr.map(withoutSecrets) }),
  };
}

export function slowRequests(
  host: AgentHost,
  input: ToolInput<"slow_requests">,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const { slowMs = toolBounds.slowMs.usual, seconds = toolBounds.watchSeconds.usual } = input;
  return withApp(host, input.app, async (client) => {
    const worker = workerInSlot(client, input.worker);
    const feed = new RequestFeed(client, { slowMs, ...(worker !== undefined && { worker: worker.id }) });
    const end = performance.now() + seconds * 1_000;
    let skipped = 0;
    do {
      skipped += (await feed.look(signal)).skipped;
      await wait(Math.min(lookMs, Math.max(0, end - performance.now())), undefined, { signal });
    } while (performance.now() < end);
    skipped += (await feed.look(signal)).skipped;
    const hanging = feed.inFlight.filter(({ ms }) => ms >= Math.max(slowMs, 1_000));
    const { ended } = feed;
    return {
      app: client.snapshot.app.name,
      watchedSeconds: seconds,
      origin: origin.clients,
      slowOrFailed: [...ended]
        .sort((a, b) => b.ms - a.ms)
        .slice(0, requestsTold)
        .map(requestOf),
      hanging: hanging.slice(0, requestsTold).map(requestOf),
      inFlight: feed.inFlightCount,
      ...(skipped + Math.max(0, ended.length - requestsTold) > 0 && {
        leftOut: skipped + Math.max(0, ended.length - requestsTold),
      }),
      ...(feed.silent.length > 0 && { blockedWorkers: feed.silent.length }),
      quoted: ["slowOrFailed[].path", "hanging[].path"],
      next:
        ended.length + hanging.length > 0
          ? ["sample_cpu while they run tells whether it is the app's own code; else it waits for something"]
          : ["Nothing was slow; a lower slowMs tells more, and requests must come meanwhile"],
    };
  });
}

function requestOf(request: SeenRequest): object {
  const { method, path, ms, status, aborted, startedAt } = request;
  return {
    worker: workerTag(request),
    method,
    path,
    ms: Math.round(ms),
    ...(status !== undefined && { status }),
    ...(aborted === true && { aborted }),
    startedAt: new Date(startedAt).toISOString(),
  };
}
