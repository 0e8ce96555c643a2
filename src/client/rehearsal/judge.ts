import { droppedNothing, outcomeNames } from "../../shared/facts/reportFacts.ts";
import type { RehearsalFinding, RehearsalMark, RehearsalResult } from "../../shared/rehearsal/rehearsalResult.ts";
import { count } from "../../shared/text/count.ts";
import { adviseFailures, moreTime, words } from "./adviseFailures.ts";
import { type RehearsalPlan, rehearsalBounds } from "./rehearsalPlan.ts";

type Measured = Omit<RehearsalResult, "findings" | "passed">;

/** During the renewal a p99 of so many times that before it, and so many milliseconds more, is worth a word. */
const noticedFactor = 2;
const noticedMs = 10;

/** Clients whose event loop is busy for more than this share of the time are what limits the rate. */
const busyClients = 0.8;

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
    ...ofConditions(measured, plan),
  ];
  const order = { bad: 0, warning: 1, good: 2 } as const;
  return findings.sort((a, b) => order[a.level] - order[b.level]);
}

function ofOutcome({ kind, report, marks }: Measured): RehearsalFinding[] {
  const check = "outcome";
  const reason = report.reason ?? "";
  const at = (name: RehearsalMark) => marks.find(({ mark }) => mark === name)?.at ?? 0;
  const isCovered = at("done") - at("ordered") <= rehearsalBounds.renewalMs;
  const uncovered: RehearsalFinding[] = isCovered
    ? []
    : [
        {
          check,
          level: "bad",
          text: `The load ended ${rehearsalBounds.renewalMs / 1_000} s after the order, before the renewal was over: what clients have had later is not known.`,
          fix: moreTime,
        },
      ];
  if (kind === "brokenBuild") {
    return [
      report.outcome === "rolledBack"
        ? {
            check,
            level: "good",
            text: "The build that can't start was rolled back, and the old workers served on.",
          }
        : {
            check,
            level: "bad",
            text: `The build that can't start was not rolled back but ${outcomeNames[report.outcome]}. ${reason}`.trim(),
          },
      ...uncovered,
    ];
  }
  if (report.outcome === "completed") {
    return uncovered;
  }
  const how = outcomeNames[report.outcome];
  const text =
    reason === "" ? `The renewal did not complete (${how}).` : `The renewal did not complete (${how}): ${reason}`;
  const { location } = report;
  const fix = location && { fix: `The new code failed at ${location.file}:${location.line}; mend it.` };
  return [{ check, level: "bad", text, ...fix }];
}

/** Clients that find nobody where the app was are lost, whatever else went well. */
function ofAddress({ address, failed }: Measured, addresses: readonly string[]): RehearsalFinding[] {
  const check = "outcome";
  if (failed === 0 || addresses.includes(address)) {
    return [];
  }
  return addresses.length === 0
    ? [{ check, level: "bad", text: `At the end the app did not listen on ${address} any more.` }]
    : [
        {
          check,
          level: "bad",
          text: `At the end the app did not listen on ${address} any more, but on ${addresses.join(", ")}.`,
          fix: "Clients don't follow to another address: give the app a fixed one.",
        },
      ];
}

function ofFailures(measured: Measured): RehearsalFinding[] {
  const { kind, before, during, after, failed, refused, requests, failureReasons } = measured;
  const check = "requests";
  const findings: RehearsalFinding[] = [];
  const inRenewal = during.failed + after.failed;
  // The reasons are counted over the whole rehearsal.
  const why =
    before.failed > 0 && inRenewal > 0 ? failureReasons.map((reason) => reason.why).join("; ") : words(failureReasons);
  if (before.failed > 0) {
    findings.push({
      check,
      level: "bad",
      text: `${count(before.failed, "request")} failed before the renewal: ${why}.`,
      fix: "The app loses requests by itself; mend that first.",
    });
  }
  if (inRenewal > 0) {
    findings.push({
      check,
      level: "bad",
      ...(kind === "restart"
        ? {
            text: `${count(inRenewal, "request")} failed in the gap of the restart: ${why}.`,
            fix: "A reload has no gap.",
          }
        : {
            text: `${count(inRenewal, "request")} failed during the renewal or after it: ${why}.`,
            fix: adviseFailures(measured),
          }),
    });
  }
  if (refused > 0) {
    findings.push({
      check,
      level: "warning",
      text: `${count(refused, "request")} came when the HTTP/2 session was ending, and the server says that it has not begun with them.`,
      fix: "They are safe to repeat (RFC 9113, 8.7), which most clients do by themselves, and those of a rehearsal don't.",
    });
  }
  if (requests === 0) {
    findings.push({ check, level: "bad", text: "No request was answered, so nothing is proven." });
  } else if (failed + refused === 0) {
    findings.push({ check, level: "good", text: `All ${requests} requests got their whole answer.` });
  }
  return findings;
}

function ofReopenings({
  kind,
  protocol,
  connections,
  reopened,
  reopeningReasons,
  failed,
}: Measured): RehearsalFinding[] {
  const check = "connections";
  if (reopened === 0) {
    return failed > 0 ? [] : [{ check, level: "good", text: `All ${connections} connections were kept.` }];
  }
  const text = `${count(reopened, "connection")} had to be opened again: ${words(reopeningReasons)}.`;
  const fix =
    kind === "restart"
      ? "A reload keeps them."
      : closesPolitely.has(protocol)
        ? "Connections of this protocol can't be handed over; they are closed in its own way, and clients connect again."
        : "docs/reload.md says which connections can't be kept.";
  return [{ check, level: "warning", text, fix }];
}

/** Whether the supervisor's report and the clients say the same. */
function ofReport({ kind, report, during, after, failed, failureReasons }: Measured): RehearsalFinding[] {
  const check = "report";
  const answered = failureReasons.reduce((sum, { why, times }) => sum + (why.startsWith("status ") ? times : 0), 0);
  const seen = during.failed + after.failed;
  // A whole answer with the wrong status was not dropped, which is all that the report is about.
  if (seen > 0 && answered === failed) {
    return [];
  }
  const says = report.traffic === undefined ? undefined : report.traffic.failed + report.traffic.cut;
  if (droppedNothing(report) && seen > 0) {
    return [
      {
        check,
        level: "bad",
        text: `The report says that nothing was dropped, and ${count(seen, "request")} failed: they failed without the supervisor's knowledge.`,
      },
    ];
  }
  if (kind === "restart" || says === undefined || says === 0 || seen > 0) {
    return droppedNothing(report)
      ? [{ check, level: "good", text: "The report says the same: nothing was dropped." }]
      : [];
  }
  const text =
    during.reopened + after.reopened > 0
      ? `The report counts ${says} failed or cut, and none of this rehearsal's requests failed: they were connections that were opened again, or another client's.`
      : `The report counts ${says} failed or cut, and none of this rehearsal's requests was one of them: they were another client's.`;
  return [{ check, level: "warning", text }];
}

function ofTimes(measured: Measured, { maxP99Factor }: RehearsalPlan): RehearsalFinding[] {
  const { kind, protocol, before, during, debugged = false } = measured;
  // What else slows all answers is told by itself.
  const isApps = !debugged && !areClientsBusy(measured);
  const check = "times";
  if (before.p99 === undefined || during.p99 === undefined) {
    // Event streams that were kept are not asked for again.
    return protocol === "sse" && during.failed === 0
      ? []
      : [
          {
            check,
            level: maxP99Factor === undefined ? "warning" : "bad",
            text:
              before.p99 === undefined
                ? "Times can't be compared: too few requests were answered before the renewal."
                : "Times can't be compared: too few requests were answered during the renewal.",
          },
        ];
  }
  const times = `the p99 was ${ms(before.p99)} before and ${ms(during.p99)} during the renewal, the longest ${ms(during.max ?? 0)}`;
  const advice = isApps ? { fix: slower } : {};
  if (maxP99Factor !== undefined && during.p99 > maxP99Factor * before.p99) {
    return [
      {
        check,
        level: "bad",
        text: `Answers took too long: ${times}, more than ${maxP99Factor} times as long.`,
        ...advice,
      },
    ];
  }
  const isNoticed = during.p99 > noticedFactor * before.p99 && during.p99 - before.p99 > noticedMs;
  if (isNoticed && kind !== "restart") {
    return [{ check, level: "warning", text: `Answers took longer: ${times}.`, ...advice }];
  }
  return [{ check, level: "good", text: `${times[0]?.toUpperCase()}${times.slice(1)}.` }];
}

const slower =
  "New workers need processor time to start: lower surge, or let readyUrl hold them back until their first answers are fast.";

/** What was so already before the renewal, and is in all of the times. */
function ofConditions(measured: Measured, { connections, rate }: RehearsalPlan): RehearsalFinding[] {
  const { before, clients, debugged = false } = measured;
  const check = "conditions";
  const findings: RehearsalFinding[] = [];
  if (debugged) {
    findings.push({
      check,
      level: "warning",
      text: "Workers were being debugged: that slows their answers, and new ones wait for their debugger.",
      fix: "Stop debugging, and rehearse again.",
    });
  }
  const turnMs = (connections / rate) * 1_000;
  if (before.p50 !== undefined && before.p50 > turnMs) {
    findings.push({
      check,
      level: "warning",
      ...(clients !== undefined && areClientsBusy(measured)
        ? {
            text: `The clients can't ask ${rate} requests a second here: they were busy ${percent(clients.busy)} of the time, with ${percent(clients.cpu)} of a processor, and all times hold their own wait.`,
            fix: "Lower the rate: of the app this says nothing.",
          }
        : {
            text: `The app does not answer ${rate} requests a second on ${count(connections, "connection")}: all times hold the wait for a free connection.`,
            fix: "Lower the rate, or allow more connections.",
          }),
    });
  }
  return findings;
}

function areClientsBusy({ clients }: Measured): boolean {
  return clients !== undefined && clients.busy >= busyClients;
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
