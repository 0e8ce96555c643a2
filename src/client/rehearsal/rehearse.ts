import { setTimeout as delay } from "node:timers/promises";
import { HitlessError } from "../../shared/errors.ts";
import type { RehearsalProtocol, RehearsalResult } from "../../shared/rehearsal/rehearsalResult.ts";
import type { SupervisorClient } from "../connection/supervisorClient.ts";
import { chooseTarget } from "./chooseTarget.ts";
import { judge } from "./judge.ts";
import type { LoadEvents } from "./loads/load.ts";
import { planRehearsal, type RehearsalPlan, type RehearsalWish, rehearsalBounds } from "./rehearsalPlan.ts";
import { openers, runLoad } from "./runLoad.ts";
import { TrafficRecord } from "./trafficRecord.ts";
import { watchWorkers } from "./watchWorkers.ts";

/** A part of the load, in milliseconds, whose figures are told by themselves. */
const sliceMs = 100;

/** The share of the wished time that passes before the renewal. */
const calmShare = 1 / 3;

/** At least so long after the order clients are looked at as "during": who is slow must not look better for it. */
const leastWindowMs = 2_000;

/** After the renewal the load goes on for so long at least, in milliseconds. */
const leastAfterMs = 1_000;

export interface RehearsalOptions {
  /** Aborting it ends the load and cancels the renewal, if it still can be. */
  readonly signal: AbortSignal;
  readonly onDidProgress?: (progress: RehearsalProgress) => void;
}

export interface RehearsalProgress {
  readonly phase: "asking" | "before" | "during" | "after";
}

/**
 * Puts a bounded load of strict clients on the running app, renews it in the middle, and tells what the clients saw
 * beside what the supervisor reports.
 * @throws HitlessError `usage`; `invalidState` when the app does not run well, is being renewed, or does not answer
 * rightly even without a renewal; `cancelled`; and what the renewal's request can end with.
 */
export async function rehearse(
  client: SupervisorClient,
  wish: RehearsalWish,
  { signal, onDidProgress }: RehearsalOptions,
): Promise<RehearsalResult> {
  const plan = planRehearsal(wish);
  checkApp(client);
  const { target, protocol } = chooseTarget(client.snapshot, wish);
  const { app, supervisor } = client.snapshot;
  const startedAt = Date.now();

  onDidProgress?.({ phase: "asking" });
  for (const path of plan.paths) {
    await askOnce((events) => openers[protocol](target, plan, events), path, { app: app.name, protocol, signal });
    throwIfCancelled(signal);
  }

  const beganAt = performance.now();
  const record = new TrafficRecord(beganAt, sliceMs);
  const watch = watchWorkers(client, beganAt);
  const meter = meterClients();
  const load = runLoad(protocol, { target, plan, events: record });
  const since = (): number => performance.now() - beganAt;
  try {
    onDidProgress?.({ phase: "before" });
    await pause(plan.seconds * 1_000 * calmShare, signal);
    onDidProgress?.({ phase: "during" });
    const orderedAt = since();
    const clients = meter.end();
    watch.mark("ordered");
    const params = plan.kind === "brokenBuild" ? { kind: "reload" as const, broken: true } : { kind: plan.kind };
    // The renewal itself is limited by its supervisor, and by who called.
    const ending = setTimeout(() => void load.stop(), rehearsalBounds.renewalMs);
    const report = await client.request("app/renew", params, { signal }).finally(() => clearTimeout(ending));
    const doneAt = since();
    watch.mark("done");
    throwIfCancelled(signal);
    onDidProgress?.({ phase: "after" });
    const windowEnd = Math.max(doneAt, orderedAt + leastWindowMs);
    await pause(Math.max(plan.seconds * 1_000, windowEnd + leastAfterMs) - since(), signal);
    await load.stop();
    const parts = {
      before: record.part(0, orderedAt),
      during: record.part(orderedAt, windowEnd),
      after: record.part(windowEnd, Number.POSITIVE_INFINITY),
    };
    return complete(
      {
        app: app.name,
        kind: plan.kind,
        protocol,
        address: target.address,
        method: plan.method,
        paths: [...plan.paths],
        nodeVersion: supervisor.nodeVersion,
        connections: plan.connections,
        rate: plan.rate,
        startedAt,
        durationMs: Math.round(since()),
        requests: record.requests,
        failed: record.failedCount,
        refused: record.refusedCount,
        reopened: record.reopenedCount,
        ...parts,
        marks: [...watch.marks],
        sliceMs,
        slices: record.slices(),
        failures: record.failures,
        reopenings: record.reopenings,
        failureReasons: record.failureReasons,
        reopeningReasons: record.reopeningReasons,
        workers: watch.workers(),
        clients,
        ...(watch.debugged && { debugged: true }),
        report,
      },
      plan,
      client.snapshot.app.addresses,
    );
  } finally {
    watch.dispose();
    // Nobody waits for answers of a rehearsal that was cancelled or has failed.
    await load.abandon();
  }
}

function complete(
  measured: Omit<RehearsalResult, "findings" | "passed">,
  plan: RehearsalPlan,
  addresses: readonly string[],
): RehearsalResult {
  const findings = judge(measured, plan, addresses);
  return { ...measured, findings, passed: findings.every(({ level }) => level !== "bad") };
}

function checkApp({ snapshot: { app, renewal } }: SupervisorClient): void {
  if (renewal !== undefined) {
    throw new HitlessError("invalidState", `${app.name} is being renewed; rehearse when that is over.`, {
      remedy: "retry",
    });
  }
  if (app.state !== "running") {
    throw new HitlessError(
      "invalidState",
      `${app.name} is ${app.state}; a rehearsal needs an app whose workers all serve.`,
      { remedy: "showLog" },
    );
  }
}

/** Each path is asked once before anything else: a load of errors proves nothing. */
async function askOnce(
  open: (events: LoadEvents) => ReturnType<(typeof openers)["http"]>,
  path: string,
  {
    app,
    protocol,
    signal,
  }: { readonly app: string; readonly protocol: RehearsalProtocol; readonly signal: AbortSignal },
): Promise<void> {
  let problem: string | undefined;
  const connection = open({
    answered: () => undefined,
    failed: (what, why) => {
      problem = `${what}: ${why}`;
    },
    refused: () => {
      problem = "the server was ending the session";
    },
    reopened: () => undefined,
  });
  const close = (): void => connection.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await connection.ask(path, performance.now());
  } finally {
    signal.removeEventListener("abort", close);
    connection.close();
  }
  if (problem !== undefined && !signal.aborted) {
    throw new HitlessError("invalidState", wrongAtOnce(app, protocol, problem));
  }
}

/** What an app's first answer was, and what to name instead, as far as the answer tells. */
function wrongAtOnce(app: string, protocol: RehearsalProtocol, problem: string): string {
  // So answer servers that speak HTTP/2 only, without TLS and (Node's) with it.
  if (problem.includes("HPE_INVALID_CONSTANT") || (protocol === "https" && problem.endsWith("status 403"))) {
    return `${app} does not answer rightly even without a renewal (${problem}). If it speaks HTTP/2 only, name that protocol (h2); else a path that it answers (--path).`;
  }
  const isStream = protocol === "ws" || protocol === "sse";
  if (!isStream && problem.includes(": no answer within ")) {
    return `${app} does not answer rightly even without a renewal (${problem}). If it is an event stream, name that protocol (sse); else a path that it answers (--path).`;
  }
  if (!isStream && problem.endsWith("status 426")) {
    return `${app} does not answer rightly even without a renewal (${problem}). If it is for WebSockets, name that protocol (ws); else a path that it answers (--path).`;
  }
  return `${app} does not answer rightly even without a renewal (${problem}). Name a path that it answers (--path), or the status that is right (--expect).`;
}

/** Measures how much the clients themselves have to do, until `end`. */
function meterClients(): { end(): NonNullable<RehearsalResult["clients"]> } {
  const [loop, cpu, beganAt] = [performance.eventLoopUtilization(), process.cpuUsage(), performance.now()];
  return {
    end() {
      const { user, system } = process.cpuUsage(cpu);
      return {
        busy: performance.eventLoopUtilization(loop).utilization,
        cpu: (user + system) / 1_000 / (performance.now() - beganAt),
      };
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(0, ms), undefined, { signal });
  } catch {
    throw cancelledError();
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelledError();
  }
}

function cancelledError(): HitlessError {
  return new HitlessError("cancelled", "The rehearsal was cancelled.");
}
