import { droppedNothing } from "../../shared/facts/reportFacts.ts";
import type { RehearsalFinding, RehearsalReason, RehearsalResult } from "../../shared/rehearsal/rehearsalResult.ts";
import { count } from "../../shared/text/count.ts";
import type { RehearsalPlan } from "./rehearsalPlan.ts";

type Measured = Omit<RehearsalResult, "findings" | "passed">;

/** During the renewal a p99 of so many times that before it, and so many milliseconds more, is worth a word. */
const noticedFactor = 2;
const noticedMs = 10;

/** What clients of these protocols find at a reload is a close in order, and they connect again. */
const closesPolitely: ReadonlySet<string> = new Set(["https", "h2", "ws", "sse"]);

/**
 * What follows from the figures, and from where the app listens at the end: first what is wrong, then what is worth
 * knowing, then what is well.
 */
export function judge(measured: Measured, plan: RehearsalPlan, addresses: readonly string[]): RehearsalFinding[] {
  const findings = [
    ...ofOutcome(measured),
    ...ofAddress(measured, addresses),
    ...ofFailures(measured),
    ...ofReopenings(measured),
    ...ofReport(measured),
    ...ofTimes(measured, plan),
    ...ofLoad(measured, plan),
  ];
  const order = { bad: 0, warning: 1, good: 2 } as const;
  return findings.sort((a, b) => order[a.level] - order[b.level]);
}

function ofOutcome({ kind, report }: Measured): RehearsalFinding[] {
  const reason = report.reason ?? "";
  if (kind === "brokenBuild") {
    return report.outcome === "rolledBack"
      ? [{ level: "good", text: "The build that can't start was rolled back, and the old workers served on." }]
      : [
          {
            level: "bad",
            text: `The build that can't start was not rolled back but ${report.outcome}. ${reason}`.trim(),
          },
        ];
  }
  if (report.outcome === "completed") {
    return [];
  }
  return [{ level: "bad", text: `The renewal did not complete (${report.outcome}). ${reason}`.trim() }];
}

/** Clients that find nobody where the app was are lost, whatever else went well. */
function ofAddress({ address, failed }: Measured, addresses: readonly string[]): RehearsalFinding[] {
  if (failed === 0 || addresses.includes(address)) {
    return [];
  }
  return addresses.length === 0
    ? [{ level: "bad", text: `At the end the app did not listen on ${address} any more.` }]
    : [
        {
          level: "bad",
          text: `At the end the app did not listen on ${address} any more, but on ${addresses.join(", ")}.`,
          fix: "Clients don't follow to another address: give the app a fixed one.",
        },
      ];
}

function ofFailures({
  kind,
  before,
  during,
  after,
  failed,
  requests,
  failureReasons,
  report,
}: Measured): RehearsalFinding[] {
  const findings: RehearsalFinding[] = [];
  if (before.failed > 0) {
    findings.push({
      level: "bad",
      text: `${count(before.failed, "request")} failed before the renewal: ${words(failureReasons)}.`,
      fix: "The app loses requests by itself; mend that first.",
    });
  }
  const inRenewal = during.failed + after.failed;
  if (inRenewal > 0 && kind === "restart") {
    findings.push({
      level: "bad",
      text: `${count(inRenewal, "request")} failed in the gap of the restart: ${words(failureReasons)}.`,
      fix: "A reload has no gap.",
    });
  } else if (inRenewal > 0) {
    const isRefused =
      failureReasons.length > 0 && failureReasons.every(({ why }) => why.includes("NGHTTP2_REFUSED_STREAM"));
    const fix = isRefused ? refused : report.killed > 0 || (report.traffic?.cut ?? 0) > 0 ? moreTime : ownExit;
    findings.push({
      level: "bad",
      text: `${count(inRenewal, "request")} failed during the renewal or after it: ${words(failureReasons)}.`,
      fix,
    });
  }
  if (requests === 0) {
    findings.push({ level: "bad", text: "No request was answered, so nothing is proven." });
  } else if (failed === 0) {
    findings.push({ level: "good", text: `All ${requests} requests got their whole answer.` });
  }
  return findings;
}

const moreTime =
  "Old workers were ended before they were done: raise drainTimeout, or look at what takes them so long.";
const refused =
  "They came when their HTTP/2 session was ending, and the server says that it has not begun with them: clients may ask again, which those of a rehearsal don't.";
const ownExit =
  "Something in the app ended connections or its process: look for process.exit, closeAllConnections and destroy in its shutdown code.";

function ofReopenings({
  kind,
  protocol,
  connections,
  reopened,
  reopeningReasons,
  failed,
}: Measured): RehearsalFinding[] {
  if (reopened === 0) {
    return failed > 0 ? [] : [{ level: "good", text: `All ${connections} connections were kept.` }];
  }
  const told = `${count(reopened, "connection")} had to be opened again: ${words(reopeningReasons)}.`;
  if (kind !== "restart" && closesPolitely.has(protocol)) {
    return [
      {
        level: "warning",
        text: told,
        fix: "Connections of this protocol can't be handed over; they are closed in its own way, and clients connect again.",
      },
    ];
  }
  const fix = kind === "restart" ? "A reload keeps them." : "docs/reload.md says which connections can't be kept.";
  return [{ level: "warning", text: told, fix }];
}

/** Whether the supervisor's report and the clients say the same. */
function ofReport({ kind, report, during, after }: Measured): RehearsalFinding[] {
  const seen = during.failed + after.failed;
  const says = report.traffic === undefined ? undefined : report.traffic.failed + report.traffic.cut;
  if (droppedNothing(report) && seen > 0) {
    return [
      {
        level: "bad",
        text: `The report says that nothing was dropped, and ${count(seen, "request")} failed: they failed without the supervisor's knowledge.`,
      },
    ];
  }
  if (kind === "restart" || says === undefined || says === 0 || seen > 0) {
    return droppedNothing(report) ? [{ level: "good", text: "The report says the same: nothing was dropped." }] : [];
  }
  const text =
    during.reopened + after.reopened > 0
      ? `The report counts ${says} failed or cut, and none of this rehearsal's requests failed: they were connections that were opened again, or another client's.`
      : `The report counts ${says} failed or cut, and none of this rehearsal's requests was one of them: they were another client's.`;
  return [{ level: "warning", text }];
}

function ofTimes({ kind, protocol, before, during }: Measured, { maxP99Factor }: RehearsalPlan): RehearsalFinding[] {
  if (before.p99 === undefined || during.p99 === undefined) {
    // Event streams that were kept are not asked for again.
    return protocol === "sse" && during.failed === 0
      ? []
      : [
          {
            level: maxP99Factor === undefined ? "warning" : "bad",
            text:
              before.p99 === undefined
                ? "Times can't be compared: too few requests were answered before the renewal."
                : "Times can't be compared: too few requests were answered during the renewal.",
          },
        ];
  }
  const times = `the p99 was ${ms(before.p99)} before and ${ms(during.p99)} during the renewal, the longest ${ms(during.max ?? 0)}`;
  if (maxP99Factor !== undefined && during.p99 > maxP99Factor * before.p99) {
    return [
      {
        level: "bad",
        text: `Answers took too long: ${times}, more than ${maxP99Factor} times as long.`,
        fix: slower,
      },
    ];
  }
  const isNoticed = during.p99 > noticedFactor * before.p99 && during.p99 - before.p99 > noticedMs;
  if (isNoticed && kind !== "restart") {
    return [{ level: "warning", text: `Answers took longer: ${times}.`, fix: slower }];
  }
  return [{ level: "good", text: `${times[0]?.toUpperCase()}${times.slice(1)}.` }];
}

const slower =
  "New workers need processor time to start: lower surge, or let readyUrl hold them back until their first answers are fast.";

function ofLoad({ before }: Measured, { connections, rate }: RehearsalPlan): RehearsalFinding[] {
  const turnMs = (connections / rate) * 1_000;
  if (before.p50 === undefined || before.p50 <= turnMs) {
    return [];
  }
  return [
    {
      level: "warning",
      text: `The app does not answer ${rate} requests a second on ${count(connections, "connection")}: all times hold the wait for a free connection.`,
      fix: "Lower the rate, or allow more connections.",
    },
  ];
}

function words(reasons: readonly RehearsalReason[]): string {
  return reasons.map(({ why, times }) => (times === 1 ? why : `${why} (${times} ×)`)).join("; ");
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}
