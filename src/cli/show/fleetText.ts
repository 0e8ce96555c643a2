import type { FleetProblem } from "../../client/fleets/checkFleet.ts";
import { renewedSince } from "../../client/fleets/fleetPast.ts";
import type { FleetPlan } from "../../client/fleets/fleetPlan.ts";
import type { FleetView } from "../../client/fleets/lookAtFleet.ts";
import { stepNames } from "../../client/fleets/runFleet.ts";
import type { Fleet } from "../../client/settings/projectSettings.ts";
import { droppedCount, outcomeNames, renewalName, renewalNames } from "../../shared/facts/reportFacts.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { FleetKind, FleetRun, LockHolder, MachineRun } from "../../shared/machines/fleetRun.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Paint } from "../terminal/paint.ts";
import { type Cell, table } from "../terminal/table.ts";
import { count, duration, localTime, printable } from "../terminal/units.ts";
import { failureState } from "./machinesTable.ts";
import { generations } from "./reportLines.ts";
import { errorText } from "./statusTexts.ts";

/** How a fleet goes back. */
type WayBack = Pick<Fleet, "rollback">;

export const kindNames: Readonly<Record<FleetKind, string>> = { ...renewalNames, rollback: "rollback" };
const done: Readonly<Record<FleetKind, string>> = {
  reload: "reloaded",
  gracefulReload: "gracefully reloaded",
  restart: "restarted",
  rollback: "rolled back",
};

export function problemLine({ severity, message, detail = [] }: FleetProblem, paint: Paint): string {
  const mark = severity === "error" ? paint("red", "✖") : paint("yellow", "!");
  return [`${mark} ${message}`, ...detail.map((line) => `    ${line}`)].join("\n");
}

/** Somebody else is at it now. */
export function busyLine({ who, kind, since }: LockHolder, paint: Paint): string {
  return `${paint("yellow", "!")} ${printable(who)} is busy with it: ${kindNames[kind]} since ${localTime(since)}; nobody else can begin before that has ended`;
}

/** @param taken Whether it is taken over now; else the next run does. */
export function staleLockLine(machines: readonly string[], holder: LockHolder, taken: boolean, paint: Paint): string {
  const becomes = taken ? "it is taken over" : "the next run takes it over";
  return `${paint("yellow", "!")} a ${kindNames[holder.kind]} by ${printable(holder.who)} since ${localTime(holder.since)} died on the way and left its lock on ${machines.join(", ")}; ${becomes}`;
}

/** What would be done, in its order. */
export function planText({ fleet, kind, groups, leftOut }: FleetPlan, paint: Paint): string {
  const { deploy, rollback, verify, balancer, pause, onFailure } = fleet;
  const leaves = kind === "restart" && balancer !== undefined && balancer.kind !== "none";
  const program = kind === "rollback" ? rollback : deploy;
  const steps = [
    ...(program === undefined ? [] : [`run ${printable(program.join(" "))}`]),
    ...(leaves ? [`leave the balancer (${balancer.kind})`] : []),
    kind === "rollback" ? (rollback === undefined ? "start the generation before again" : "reload") : kindNames[kind],
    ...(leaves ? ["come back to the balancer"] : []),
    ...(verify === undefined
      ? []
      : [
          `ask ${verify.url} ${count(verify.times, "time")} for ${verify.status}${verify.watch === 0 ? "" : `, watch ${duration(verify.watch)}`}`,
        ]),
  ];
  const failure =
    kind === "rollback" || onFailure === "stop"
      ? "stop there"
      : "stop there, and go back on what was renewed, last first";
  return [
    `${paint("bold", fleet.name)} · ${kindNames[kind]} of ${fleet.app} on ${count(groups.flat().length, "machine")}`,
    ...groups.map((group, index) => `  ${index + 1}. ${group.map(({ name }) => name).join(", ")}`),
    ...leftOut.map(({ machine, reason }) => `  –  ${machine} is left out: ${reason}`),
    `  each: ${steps.join(" · ")}`,
    ...(pause === 0 ? [] : [`  between: ${duration(pause)} pause`]),
    `  first failure: ${failure}`,
  ].join("\n");
}

/** The report of a run: its outcome, each machine, and what to do next. */
export function fleetReportText(run: FleetRun, fleet: WayBack, paint: Paint): string {
  return [
    headLine(run, paint),
    ...(run.reason === undefined ? [] : [`  ${printable(run.reason)}`]),
    ...run.machines
      .filter(({ failedAt }) => failedAt !== undefined)
      .flatMap(({ detail = [] }) => detail.map((line) => `    ${printable(line)}`)),
    "",
    machinesOfRun(run, paint),
    ...nextLines(run, fleet),
  ].join("\n");
}

function headLine(run: FleetRun, paint: Paint): string {
  const took = run.durationMs === undefined ? "" : ` · ${duration(run.durationMs)}`;
  const all = count(run.machines.length, "machine");
  const at = run.machines.filter(({ failedAt }) => failedAt !== undefined).map(({ name }) => name);
  switch (run.outcome) {
    case "completed":
      return `${paint("green", "✔")} ${run.fleet} ${done[run.kind]} on ${all}${took}`;
    case "rolledBack":
      return `${paint("red", "✖")} ${run.fleet} failed${at.length === 0 ? "" : ` at ${at.join(", ")}`} and was rolled back${took}`;
    case "cancelled":
      return `${paint("yellow", "!")} ${run.fleet} was cancelled after ${doneOf(run).length} of ${all}${took}`;
    case "failed":
      return `${paint("red", "✖")} ${run.fleet} stopped${at.length === 0 ? "" : ` at ${at.join(", ")}`}${took}`;
    case "running":
      return `${run.fleet} is being ${done[run.kind]}`;
  }
}

function machinesOfRun(run: FleetRun, paint: Paint): string {
  const rows = run.machines.map((machine): Cell[] => [
    { text: machine.name, style: "bold" },
    stepCell(machine),
    { text: machine.report === undefined ? "–" : reached(machine.report) },
    { text: machine.report?.traffic === undefined ? "–" : String(machine.report.traffic.served) },
    droppedCell(machine),
    { text: machine.durationMs === undefined ? "–" : duration(machine.durationMs) },
  ]);
  return indented(table(["MACHINE", "OUTCOME", "GEN", "SERVED", "DROPPED", "TOOK"], rows, paint));
}

/** The generation that serves now: one that was rolled back has not got to another. */
function reached(report: RenewalReport): string {
  const stays = report.outcome === "rolledBack" || report.outcome === "cancelled";
  return stays ? `${report.from}, not ${report.to}` : generations(report);
}

function stepCell({ step, failedAt, renewed, serves, verified }: MachineRun): Cell {
  if (step === "failed") {
    const asBefore = verified === true ? ", serves as before" : ", its workers are as before";
    return {
      text: `failed while ${stepNames[failedAt ?? "failed"]}${serves === true && !renewed ? asBefore : ""}`,
      style: "red",
    };
  }
  return { text: stepNames[step], style: step === "done" ? "green" : step === "waiting" ? "dim" : "yellow" };
}

/** Requests and connections that were cut; `?` where that is not known. */
function droppedCell({ report }: MachineRun): Cell {
  if (report === undefined) {
    return { text: "–" };
  }
  const dropped = droppedCount(report);
  return {
    text: String(dropped ?? "?"),
    style: dropped === 0 ? "green" : report.traffic === undefined ? "dim" : "red",
  };
}

function doneOf({ machines }: FleetRun): readonly MachineRun[] {
  return machines.filter(({ step }) => step === "done");
}

function nextLines(run: FleetRun, fleet: WayBack): string[] {
  const { outcome, kind } = run;
  const facts = [
    ...(kind === "restart"
      ? [
          "DROPPED is of what was accepted: clients that a machine refuses in its gap are the balancer's to give to another.",
        ]
      : []),
    ...servingLines(run),
    ...(run.drained ?? [])
      .filter(({ back }) => back === undefined)
      .map(
        ({ machine, who, since }) =>
          `${machine} is out of the balancer (${printable(who)}, ${localTime(since)}): the next command of this fleet puts it back, once it serves.`,
      ),
  ];
  const goOn =
    outcome === "failed" || outcome === "cancelled" ? ["To go on, run the same again once the reason is mended."] : [];
  const goBack = goOn.length > 0 && kind !== "rollback" ? goBackLines(run, fleet) : [];
  const lines = [...facts, ...goOn, ...goBack].map((line) => `  ${line}`);
  return lines.length === 0 ? [] : ["", ...lines];
}

/** What is known of who serves, and no more than that. */
function servingLines({ outcome, machines }: FleetRun): string[] {
  const down = machines.filter(({ serves }) => serves === false);
  const unknown = machines.filter(({ serves }) => serves === undefined).map(({ name }) => name);
  const lines = [
    ...(down.length > 0 ? [`Not serving: ${down.map(downText).join(", ")}.`] : []),
    ...(unknown.length > 0 && outcome !== "running" ? [`Whether it serves is not known: ${unknown.join(", ")}.`] : []),
  ];
  if (lines.length > 0 || outcome === "completed" || outcome === "running") {
    return lines;
  }
  const workers = machines.map(
    ({ name, workers: { ready, desired } = { ready: 0, desired: 0 } }) => `${name} ${ready}/${desired}`,
  );
  return machines.every(({ verified }) => verified === true)
    ? ["All machines serve: the verify address answers on each as it must."]
    : [`Workers are ready on all machines (${workers.join(", ")}); no verify address is set that would tell more.`];
}

function downText({ name, workers, verified }: MachineRun): string {
  const why =
    verified === false
      ? "its verify address answers otherwise"
      : workers === undefined
        ? "no worker is ready"
        : `${workers.ready}/${count(workers.desired, "worker")} ready`;
  return `${name} (${why})`;
}

/** What goes back on the machines that have something new, and no other. */
function goBackLines(run: FleetRun, { rollback }: WayBack): string[] {
  const { names } = renewedSince([run], rollback !== undefined);
  return names.length === 0 ? [] : [`To go back on ${names.join(", ")}: hitless fleet rollback ${run.fleet}`];
}

/** `hitless fleet status`. */
export function fleetStatusText(fleet: Fleet, view: FleetView, paint: Paint): string {
  const { name, app } = fleet;
  const [last] = view.runs;
  const rows = view.machines.map(({ found, lastReport }): Cell[] => {
    const first: Cell = { text: found.machine.name, style: "bold" };
    if (found.member === undefined) {
      return [
        first,
        { text: failureState(found.error?.code), style: "red" },
        ...Array.from({ length: 5 }, () => ({ text: "–" })),
      ];
    }
    const { snapshot } = found.member.client;
    const { state, desiredWorkers, generation } = snapshot.app;
    return [
      first,
      { text: state, style: state === "running" ? "green" : "yellow" },
      { text: `${readyCount(snapshot)}/${desiredWorkers}` },
      { text: String(generation) },
      { text: snapshot.supervisor.nodeVersion },
      { text: snapshot.supervisor.version },
      {
        text:
          lastReport === undefined
            ? "–"
            : `${renewalName(lastReport)} ${outcomeNames[lastReport.outcome]}, ${localTime(lastReport.startedAt)}`,
      },
    ];
  });
  return [
    `${paint("bold", name)} · ${app} on ${count(view.machines.length, "machine")}`,
    "",
    indented(table(["MACHINE", "STATE", "READY", "GEN", "NODE.JS", "HITLESS", "LAST RENEWAL"], rows, paint)),
    ...view.machines.flatMap(({ found }) => (found.error === undefined ? [] : ["", errorText(found.error, paint)])),
    ...lockLines(view, paint),
    ...drainedLines(name, view, paint),
    ...(last === undefined ? [] : ["", ...lastRunLines(last, fleet, view, paint)]),
  ].join("\n");
}

function lockLines({ lock }: FleetView, paint: Paint): string[] {
  if (lock?.alive !== true) {
    return [];
  }
  const { who, kind, since } = lock.holder;
  return ["", paint("cyan", `${printable(who)} is busy with it: ${kindNames[kind]} since ${localTime(since)}`)];
}

function drainedLines(fleet: string, { drained }: FleetView, paint: Paint): string[] {
  return drained.length === 0
    ? []
    : [
        "",
        ...drained.map(
          ({ machine, who, since }) =>
            `${paint("red", "✖")} ${machine} was taken out of the balancer by ${printable(who)} at ${localTime(since)}, and not put back`,
        ),
        `  The next command of this fleet puts it back first, once it serves; by hand: hitless fleet check ${fleet} says how`,
      ];
}

function lastRunLines(run: FleetRun, fleet: Fleet, { lock }: FleetView, paint: Paint): string[] {
  const isBusy = lock?.alive === true && lock.holder.session === run.session;
  if (run.outcome !== "running" || isBusy) {
    const about = `last: ${kindNames[run.kind]} by ${printable(run.who)}, ${localTime(run.startedAt)}`;
    return [
      about,
      `  ${headLine(run, paint)}`,
      ...(run.reason === undefined ? [] : [`  ${printable(run.reason)}`]),
      "",
      machinesOfRun(run, paint),
    ];
  }
  const at = run.machines.find(({ step }) => step !== "done" && step !== "waiting" && step !== "rolledBack");
  const where = at === undefined ? "between two machines" : `at ${at.name}, while ${stepNames[at.step]}`;
  return [
    `${paint("red", "✖")} the ${kindNames[run.kind]} by ${printable(run.who)} of ${localTime(run.startedAt)} died on the way: it stopped ${where}`,
    "",
    machinesOfRun(run, paint),
    "",
    `  To go on: hitless fleet ${commandOf(run.kind)} ${run.fleet}`,
    ...(run.kind === "rollback" ? [] : goBackLines(run, fleet).map((line) => `  ${line}`)),
  ];
}

export function commandOf(kind: FleetKind): string {
  return kind === "gracefulReload" ? "graceful-reload" : kind;
}

/** `hitless fleet history`. */
export function fleetHistoryTable(runs: readonly FleetRun[], paint: Paint): string {
  const rows = runs.map((run): Cell[] => [
    { text: localTime(run.startedAt) },
    { text: kindNames[run.kind] },
    { text: printable(run.who) },
    {
      text: run.outcome === "running" ? "not over" : run.outcome === "rolledBack" ? "rolled back" : run.outcome,
      style: run.outcome === "completed" ? "green" : "red",
    },
    { text: `${doneOf(run).length}/${run.machines.length}` },
    { text: run.durationMs === undefined ? "–" : duration(run.durationMs) },
    { text: printable(run.reason ?? "") },
  ]);
  return table(["WHEN", "KIND", "WHO", "OUTCOME", "MACHINES", "TOOK", "REASON"], rows, paint);
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
