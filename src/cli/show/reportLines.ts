import { droppedNothing, outcomeNames, renewalName } from "../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { workerName } from "../../shared/text/workerName.ts";
import type { Paint } from "../terminal/paint.ts";
import { count, duration, printable } from "../terminal/units.ts";
import { killedText, placeLines, stderrBlock } from "./statusTexts.ts";

/** Requests that were cut off are listed up to this number; `--json` has them all. */
const mostCutListed = 20;

const afterLossText =
  "a worker had died or connections had been cut off just before; clients may have noticed only now";

const renewed = { restart: "restarted", reload: "reloaded", gracefulReload: "gracefully reloaded" } as const;

/** A renewal's report in several lines. */
export function reportText(name: string, report: RenewalReport, paint: Paint): string {
  return [
    ...headLines(name, report, paint),
    ...detailLines(report, paint).map((line) => (line === "" ? line : `  ${line}`)),
    ...stderrBlock(report.stderr ?? [], paint),
  ].join("\n");
}

/** All that is known of how clients were affected, where the app is now and how long it took, a line each. */
export function detailLines(report: RenewalReport, paint: Paint): string[] {
  return [
    ...(report.moved === undefined ? [] : [`${report.moved.from} → ${report.moved.to}`]),
    ...trafficLines(report, paint),
    ...timeLines(report),
    ...(report.notes ?? []).map(printable),
    ...(report.killed === 0 ? [] : [killedText(report.killed, paint)]),
    ...cutLines(report, paint),
  ];
}

/** A line on requests, one on connections, one on what is unknown; none without data. */
function trafficLines(report: RenewalReport, paint: Paint): string[] {
  const { traffic } = report;
  if (traffic === undefined) {
    return [];
  }
  const {
    served,
    failed,
    handedOver,
    closed,
    cut,
    opaque = 0,
    inTransit = 0,
    crashed = 0,
    silent = 0,
    afterLoss,
    longestStallMs,
  } = traffic;
  const requests = [
    ...(droppedNothing(report) ? [paint("green", "0 dropped")] : []),
    ...(failed > 0 ? [paint("red", `${count(failed, "request")} cut off`)] : []),
    ...(served > 0 ? [`${count(served, "request")} served`] : []),
    ...(refused(report) ? ["clients were refused between stop and start"] : []),
  ];
  const connections = [
    ...(handedOver > 0 ? [`${count(handedOver, "connection")} handed over`] : []),
    ...(closed > 0 ? [`${count(closed, "connection")} closed politely`] : []),
    ...(cut > 0 ? [paint("red", `${count(cut, "connection")} cut off`)] : []),
    ...(handedOver > 0 ? [`longest stall ${duration(longestStallMs)}`] : []),
  ];
  const unknown = [
    ...(opaque > 0
      ? [
          paint(
            "red",
            `${opaque} of them in a protocol that Hitless does not know; what ${itWas(opaque)} carrying is lost`,
          ),
        ]
      : []),
    ...(inTransit > 0
      ? [
          paint(
            "red",
            `${count(inTransit, "connection")} still on the way; no new worker has taken ${inTransit === 1 ? "it" : "them"} yet`,
          ),
        ]
      : []),
    ...(crashed > 0 ? [paint("red", `${count(crashed, "worker")} died with what ${itWas(crashed)} answering`)] : []),
    ...(silent > 0
      ? [paint("red", `${count(silent, "worker")} ended without reporting; what ${itWas(silent)} answering is unknown`)]
      : []),
    ...(afterLoss === true ? [paint("yellow", afterLossText)] : []),
  ];
  return [requests, connections, unknown].filter((parts) => parts.length > 0).map((parts) => parts.join(" · "));
}

function itWas(count: number): string {
  return count === 1 ? "it was" : "they were";
}

export function generations({ from, to }: RenewalReport): string {
  return from === to ? String(to) : `${from} → ${to}`;
}

function headLines(name: string, report: RenewalReport, paint: Paint): string[] {
  const { kind, outcome, from, durationMs, workers, supervisor } = report;
  const took = duration(durationMs);
  if (outcome === "completed") {
    const parts = [
      supervisor === undefined ? `${name} ${renewed[kind]}` : `${name} upgraded · ${upgradeText(supervisor)}`,
      `generation ${generations(report)}`,
      count(workers.length, "worker"),
      took,
    ];
    return [`${paint("green", "✔")} ${parts.join(" · ")}`];
  }
  const why = outcome === "cancelled" || report.reason === undefined ? "" : `: ${report.reason}`;
  const fate =
    outcome === "failed"
      ? `it ended half-way after ${took}; see: hitless status ${name}`
      : `generation ${from} ${report.stoppedFirst ? "is started again" : "keeps serving, untouched"} · gave up after ${took}`;
  const what = renewalName(report);
  return [
    `${paint("red", "✖")} ${what} of ${name} ${outcomeNames[outcome]}${why}`,
    ...placeLines(report.location, paint),
    `  ${fate}`,
  ];
}

/** What has changed of the supervisor, such as `Node.js v20.1.0 → v22.2.0`. */
function upgradeText({ from, to }: NonNullable<RenewalReport["supervisor"]>): string {
  const parts = [
    ...(from.version === to.version ? [] : [`Hitless ${from.version} → ${to.version}`]),
    ...(from.nodeVersion === to.nodeVersion ? [] : [`Node.js ${from.nodeVersion} → ${to.nodeVersion}`]),
  ];
  return parts.length === 0 ? `Hitless ${to.version} on Node.js ${to.nodeVersion}` : parts.join(" · ");
}

/** A restart of one worker leaves the others serving; a gap of `stopFirst` is in the notes. */
function refused({ kind, outcome, from, to }: RenewalReport): boolean {
  return kind === "restart" && outcome === "completed" && from !== to;
}

function timeLines({ readyMs, drainedMs }: RenewalReport): string[] {
  const parts = [
    ...(readyMs === undefined ? [] : [`new workers ready after ${duration(readyMs)}`]),
    ...(drainedMs === undefined ? [] : [`old ones drained after ${duration(drainedMs)}`]),
  ];
  return parts.length === 0 ? [] : [parts.join(" · ")];
}

function cutLines(report: RenewalReport, paint: Paint): string[] {
  const { cutRequests = [], startedAt, drainedMs, durationMs, traffic } = report;
  if (cutRequests.length === 0) {
    return [];
  }
  const end = startedAt + (drainedMs ?? durationMs);
  const listed = cutRequests.slice(0, mostCutListed);
  const more = Math.max(traffic?.failed ?? 0, cutRequests.length) - listed.length;
  return [
    "",
    paint("dim", "requests cut off, with their age:"),
    ...listed.map(({ method, url, since, slot, generation }) => {
      const name = slot === undefined || generation === undefined ? "" : ` · ${workerName({ slot, generation })}`;
      return `  ${printable(`${method} ${url}`)} · ${duration(Math.max(0, end - since))}${name}`;
    }),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
