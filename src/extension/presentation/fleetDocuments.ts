import type { Finding, KeepAliveReading } from "../../client/balancers/check/finding.ts";
import type { FleetProblem } from "../../client/fleets/checkFleet.ts";
import { droppedCount } from "../../shared/facts/reportFacts.ts";
import type { FleetRun, MachineRun } from "../../shared/machines/fleetRun.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";
import { fleetOutcome, stepWord } from "./fleetWords.ts";
import { codeBlock, escapeMarkdown } from "./markdown.ts";
import { reportSections } from "./reportWords.ts";

/** The whole report as a Markdown document. @param warnings What was found before, and is in the way of nothing. */
export function fleetDocument(run: FleetRun, warnings: readonly string[], t: Localize): string {
  const heads = [t("Machine"), t("Outcome"), t("Generation"), t("Served"), t("Dropped"), t("Took")];
  const rows = run.machines.map((machine) => {
    const { name, report, durationMs } = machine;
    return [
      name,
      memberOutcome(machine, t),
      generationWord(machine),
      report?.traffic === undefined ? "–" : String(report.traffic.served),
      droppedWord(machine),
      durationMs === undefined ? "–" : `${(durationMs / 1_000).toFixed(1)} s`,
    ];
  });
  const table = [heads, heads.map(() => "---"), ...rows]
    .map((cells, index) => `| ${cells.map((cell) => (index === 1 ? cell : escapeMarkdown(cell))).join(" | ")} |`)
    .join("\n");
  return [
    `# ${escapeMarkdown(fleetOutcome(run, t))}`,
    ...(run.reason === undefined ? [] : [escapeMarkdown(engineSentence(run.reason, t))]),
    table,
    ...servingLines(run, t).map(escapeMarkdown),
    ...(warnings.length === 0 ? [] : [`## ${t("Found before")}`, bullets(warnings, t)]),
    ...run.machines.flatMap((machine) => machineSection(machine, t)),
    `${t("Began: {0}", new Date(run.startedAt).toLocaleString())} · ${escapeMarkdown(run.who)}`,
    "",
  ].join("\n\n");
}

/** What was done to one machine, as its own report says it; nothing of one that was not touched. */
function machineSection({ name, reason, detail = [], report }: MachineRun, t: Localize): string[] {
  if (reason === undefined && report === undefined) {
    return [];
  }
  return [
    `## ${escapeMarkdown(name)}`,
    ...(reason === undefined ? [] : [escapeMarkdown(engineSentence(reason, t))]),
    ...(detail.length === 0 ? [] : [codeBlock(detail)]),
    ...(report === undefined ? [] : reportSections(report, { t, linkRoot: undefined, heading: "###" })),
  ];
}

/** What is in the way, as a Markdown document. */
export function fleetProblemsDocument(
  fleet: string,
  problems: readonly { readonly message: string; readonly detail?: readonly string[] }[],
  t: Localize,
): string {
  return [
    `# ${escapeMarkdown(t("Nothing of the fleet “{0}” was touched", fleet))}`,
    ...problems.flatMap(({ message, detail = [] }) => [
      bullets([message], t),
      ...(detail.length === 0 ? [] : [codeBlock(detail)]),
    ]),
    "",
  ].join("\n\n");
}

function memberOutcome({ step, failedAt, renewed, serves, verified }: MachineRun, t: Localize): string {
  if (step !== "failed") {
    return stepWord(step, t);
  }
  const at = t("failed while {0}", stepWord(failedAt ?? "failed", t));
  const asBefore = verified === true ? t("serves as before") : t("its workers are as before");
  return serves === true && !renewed ? `${at}, ${asBefore}` : at;
}

/** One that was rolled back has not got to another generation. */
function generationWord({ report }: MachineRun): string {
  if (report === undefined) {
    return "–";
  }
  const stays = report.outcome === "rolledBack" || report.outcome === "cancelled";
  return stays ? String(report.from) : `${report.from} → ${report.to}`;
}

/** `?` where it is not known. */
function droppedWord({ report }: MachineRun): string {
  return report === undefined ? "–" : String(droppedCount(report) ?? "?");
}

/** Who serves when it is over, as far as that is known: workers that are ready, and the verify address where one is set. */
function servingLines({ outcome, machines, drained = [] }: FleetRun, t: Localize): string[] {
  const named = (serves: boolean | undefined) =>
    machines.flatMap((machine) => (machine.serves === serves ? [machine.name] : [])).join(", ");
  const [down, unknown] = [named(false), named(undefined)];
  const out = drained.flatMap(({ machine, back }) => (back === undefined ? [machine] : [])).join(", ");
  return [
    ...(down === "" ? [] : [t("Not serving: {0}.", down)]),
    ...(unknown === "" || outcome === "running" ? [] : [t("Whether it serves is not known: {0}.", unknown)]),
    ...(outcome !== "completed" && down + unknown === ""
      ? [
          machines.every(({ verified }) => verified === true)
            ? t("All machines serve: the verify address answers on each as it must.")
            : t("Workers are ready on all machines; no verify address is set that would tell more."),
        ]
      : []),
    ...(out === ""
      ? []
      : [t("Out of the balancer: {0}. The next command of this fleet puts it back, once it serves.", out)]),
  ];
}

function bullets(lines: readonly string[], t: Localize): string {
  return lines.map((line) => `- ${escapeMarkdown(engineSentence(line, t))}`).join("\n");
}

/** What `fleet check` has found. */
export interface FleetInspection {
  readonly fleet: string;
  readonly problems: readonly FleetProblem[];
  readonly findings: readonly Finding[];
  readonly keepAlive: readonly KeepAliveReading[];
}

/** All that was found wrong with a fleet and its balancer, the worst first, each with its place and its fix. */
export function inspectionDocument({ fleet, problems, findings, keepAlive }: FleetInspection, t: Localize): string {
  const levels = ["error", "warning", "note"] as const;
  const names = { error: t("Errors"), warning: t("Warnings"), note: t("Notes") };
  const groups = levels.flatMap((level) => {
    const items = [
      ...problems.filter(({ severity }) => severity === level).map((problem) => problemItem(problem, t)),
      ...findings.filter(({ severity }) => severity === level).map((finding) => findingItem(finding, t)),
    ];
    return items.length === 0 ? [] : [`## ${names[level]} (${items.length})`, ...items];
  });
  const title =
    groups.length === 0 ? t("Nothing is in the way of the fleet “{0}”", fleet) : t("The fleet “{0}”", fleet);
  return [`# ${escapeMarkdown(title)}`, ...groups, ...keepAliveLines(keepAlive, t), ""].join("\n\n");
}

function problemItem({ machine, message, detail = [] }: FleetProblem, t: Localize): string {
  const said = escapeMarkdown(engineSentence(message, t));
  const place = machine === undefined ? "" : `**${escapeMarkdown(machine)}** — `;
  return [`${place}${said}`, ...(detail.length === 0 ? [] : [codeBlock(detail)])].join("\n\n");
}

function findingItem({ file, line, message, fix }: Finding, t: Localize): string {
  const where = line === 0 ? file : `${file}:${line}`;
  const place = file === "hitless" ? "" : `**${escapeMarkdown(where)}** — `;
  return `${place}${escapeMarkdown(engineSentence(message, t))}\n\n> ${escapeMarkdown(engineSentence(fix, t))}`;
}

/** For how long the app keeps idle connections, which the balancer must not outlast. */
function keepAliveLines(readings: readonly KeepAliveReading[], t: Localize): string[] {
  const lines = readings.flatMap(({ machine, servers, problem }) =>
    problem === undefined
      ? servers.map(({ address, idleMs }) => {
          const at = address === undefined ? machine : `${machine} (${address})`;
          return idleMs === 0
            ? t("{0} never closes idle connections", at)
            : t("{0} closes idle connections after {1} s", at, String(idleMs / 1_000));
        })
      : [t("{0}: for how long it keeps idle connections is not known: {1}", machine, engineSentence(problem, t))],
  );
  const list = lines.map((line) => `- ${escapeMarkdown(line)}`).join("\n");
  return lines.length === 0 ? [] : [`## ${t("Idle connections of the app")}`, list];
}
