import type { ToolInput } from "../../shared/agents/toolTable.ts";
import { isBusyPart } from "../../shared/facts/isBusyPart.ts";
import { droppedNothing } from "../../shared/facts/reportFacts.ts";
import { sampleSeconds } from "../../shared/layers/sample.ts";
import type { RehearsalResult } from "../../shared/rehearsal/rehearsalResult.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { stopApp } from "../connection/stopApp.ts";
import { verdictOf } from "../rehearsal/documents/rehearsalWords.ts";
import type { RehearsalWish } from "../rehearsal/rehearsalPlan.ts";
import { rehearse } from "../rehearsal/rehearse.ts";
import type { AgentHost, ToolAnswer } from "./agentHost.ts";
import { namedApp, refuseProduction, withApp, workerInSlot } from "./namedApp.ts";
import { origin, withoutSecrets } from "./quotedLines.ts";
import { reportOf, statusOf } from "./statusTools.ts";

/** Of each part of a CPU sample, and of the app itself. */
const functionsTold = 5;
const ownTold = 15;

export async function startOne(
  host: AgentHost,
  input: ToolInput<"start_app">,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const client = await host.connect(await host.start(input, signal));
  try {
    return { ...statusOf(client), next: ["rehearse_reload proves that its reloads lose nothing"] };
  } finally {
    client.dispose();
  }
}

export async function stopOne(host: AgentHost, { app, confirmed }: ToolInput<"stop_app">): Promise<ToolAnswer> {
  const client = await host.connect(namedApp(await host.list(), app));
  try {
    await refuseProduction(client, confirmed);
    const { name } = client.snapshot.app;
    const { killed } = await stopApp(client, { now: false });
    return {
      app: name,
      state: "stopped",
      killedWorkers: killed,
      next: killed === 0 ? [] : ["Workers did not end before their deadline; explain_rule lists what keeps a process"],
    };
  } finally {
    client.dispose();
  }
}

export function reloadOne(
  host: AgentHost,
  { app, kind = "reload", confirmed }: ToolInput<"reload_app">,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  return withApp(host, app, async (client) => {
    await refuseProduction(client, confirmed);
    const report = await client.request("app/renew", { kind }, { signal });
    return {
      app: client.snapshot.app.name,
      report: reportOf(report),
      origin: origin.output,
      quoted: ["report.reason", "report.stderr", "report.cutRequests"],
      next: nextOfReport(report),
    };
  });
}

function nextOfReport(report: RenewalReport): string[] {
  const { outcome, location } = report;
  if (location !== undefined) {
    return [`The new code failed at ${location.file}:${location.line}; mend it, then reload_app`];
  }
  if (outcome !== "completed") {
    return ["reason and stderr tell why; mend it, then reload_app"];
  }
  return droppedNothing(report) ? [] : ["Something was or may have been lost: see traffic, killed and cutRequests"];
}

export function sampleCpu(host: AgentHost, input: ToolInput<"sample_cpu">, signal: AbortSignal): Promise<ToolAnswer> {
  return withApp(host, input.app, async (client) => {
    const worker = workerInSlot(client, input.worker);
    const seconds = input.seconds ?? sampleSeconds.default;
    const only = worker === undefined ? {} : { worker: worker.id };
    const sample = await client.request("layers/sample", { ...only, seconds }, { signal });
    const busy = sample.parts.filter(isBusyPart);
    return {
      app: client.snapshot.app.name,
      worker: sample.worker,
      durationMs: sample.durationMs,
      ...(sample.cpuMs !== undefined && { cpuMs: sample.cpuMs }),
      ...(sample.poolMs !== undefined && { poolMs: sample.poolMs }),
      parts: sample.parts.map(({ id, layer, name, selfMs, share, functions }) => ({
        id,
        ...(layer !== undefined && { layer }),
        ...(name !== undefined && { name }),
        selfMs: rounded(selfMs),
        share: Math.round(share * 1_000) / 1_000,
        functions: functions.slice(0, functionsTold).map((each) => ({ ...each, selfMs: rounded(each.selfMs) })),
      })),
      ownFunctions: sample.own.slice(0, ownTold).map(({ name, at, line, selfMs, causedMs, totalMs, calls }) => ({
        name,
        ...(at !== undefined && { at: `${at.file}:${at.line}` }),
        ...(line !== undefined && { line }),
        selfMs: rounded(selfMs),
        causedMs: rounded(causedMs),
        totalMs: rounded(totalMs),
        calls: calls.slice(0, functionsTold),
      })),
      next:
        sample.own.length > 0
          ? ["Look at the function with the most causedMs first: that time is spent for it, by whatever code"]
          : busy.length === 0
            ? ["It was idle; sample while requests come"]
            : [],
    };
  });
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

export function rehearseOne(
  host: AgentHost,
  input: ToolInput<"rehearse_reload">,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const { app, confirmed, ...given } = input;
  // What was not given is chosen, so it must be absent.
  const wish: RehearsalWish = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return withApp(host, app, async (client) => {
    await refuseProduction(client, confirmed);
    return rehearsalOf(await rehearse(client, wish, { signal }));
  });
}

function rehearsalOf(result: RehearsalResult): ToolAnswer {
  const { app, kind, passed, protocol, address, paths, connections, rate, requests, failed, refused, reopened } =
    result;
  const { before, during, after, failures, failureReasons, reopeningReasons, findings, report, durationMs } = result;
  return {
    ...{
      app,
      kind,
      passed,
      protocol,
      address,
      paths,
      connections,
      rate,
      durationMs,
      requests,
      failed,
      refused,
      reopened,
    },
    ...{ before, during, after, failureReasons, reopeningReasons },
    // They name the reason why a renewal did not complete, which holds what the app wrote.
    findings: findings.map((finding) => ({ ...finding, text: withoutSecrets(finding.text) })),
    failures: failures.slice(0, 10),
    report: reportOf(report),
    quoted: ["report.reason", "report.stderr", "report.cutRequests", "findings[].text", "failures[].why"],
    next: passed
      ? [
          verdictOf(result).level === "good"
            ? "Nobody would have noticed this reload"
            : "Nothing was lost; see findings",
        ]
      : findings.flatMap(({ level, fix }) => (level === "bad" && fix !== undefined ? [fix] : [])),
  };
}
