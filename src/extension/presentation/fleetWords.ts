import { droppedCount } from "../../shared/facts/reportFacts.ts";
import type { FleetRun, MachineRun, MachineStep } from "../../shared/machines/fleetRun.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";
import { codeBlock, escapeMarkdown } from "./markdown.ts";

/** How a step is called while it goes on. */
export function stepWord(step: MachineStep, t: Localize): string {
  return {
    waiting: t("not touched"),
    deploying: t("deploying"),
    draining: t("leaving the balancer"),
    renewing: t("renewing"),
    returning: t("coming back to the balancer"),
    verifying: t("verifying"),
    done: t("done"),
    failed: t("failed"),
    rollingBack: t("rolling back"),
    rolledBack: t("rolled back"),
  }[step];
}

const over: readonly MachineStep[] = ["waiting", "done", "failed", "rolledBack"];

/** What goes on now: `web2: verifying`. */
export function busyWords({ machines }: FleetRun, t: Localize): string {
  return machines
    .filter(({ step }) => !over.includes(step))
    .map(({ name, step }) => `${name}: ${stepWord(step, t)}`)
    .join(" · ");
}

/** How it ended, in a sentence that names the machines. */
export function fleetOutcome(run: FleetRun, t: Localize): string {
  const { fleet, machines, outcome } = run;
  const done = machines.filter(({ step }) => step === "done").length;
  const at = machines.flatMap(({ name, failedAt }) => (failedAt === undefined ? [] : [name])).join(", ");
  switch (outcome) {
    case "running":
      return t("The fleet “{0}” is being reloaded.", fleet);
    case "completed":
      return t("The fleet “{0}” was reloaded on {1} machines in {2} s.", fleet, machines.length, seconds(run));
    case "cancelled":
      return t("The reload of the fleet “{0}” was cancelled after {1} of {2} machines.", fleet, done, machines.length);
    case "rolledBack":
      return t("The reload of the fleet “{0}” failed at {1} and was rolled back.", fleet, at);
    case "failed":
      return at === ""
        ? t("The reload of the fleet “{0}” stopped.", fleet)
        : t("The reload of the fleet “{0}” stopped at {1}.", fleet, at);
  }
}

/** The whole report as a Markdown document. @param warnings What was found before, and is in the way of nothing. */
export function fleetDocument(run: FleetRun, warnings: readonly string[], t: Localize): string {
  const heads = [t("Machine"), t("Outcome"), t("Generation"), t("Served"), t("Dropped"), t("Took")];
  const rows = run.machines.map((machine) => {
    const { name, report, durationMs } = machine;
    return [
      name,
      memberOutcome(machine, t),
      report === undefined ? "–" : `${report.from} → ${report.to}`,
      report?.traffic === undefined ? "–" : String(report.traffic.served),
      droppedWord(machine),
      durationMs === undefined ? "–" : `${(durationMs / 1_000).toFixed(1)} s`,
    ];
  });
  const table = [heads, heads.map(() => "---"), ...rows]
    .map((cells, index) => `| ${cells.map((cell) => (index === 1 ? cell : escapeMarkdown(cell))).join(" | ")} |`)
    .join("\n");
  const failed = run.machines.filter(({ failedAt }) => failedAt !== undefined);
  return [
    `# ${escapeMarkdown(fleetOutcome(run, t))}`,
    ...(run.reason === undefined ? [] : [escapeMarkdown(engineSentence(run.reason, t))]),
    ...failed.flatMap(({ detail = [] }) => (detail.length === 0 ? [] : [codeBlock(detail)])),
    table,
    ...servingLines(run, t).map(escapeMarkdown),
    ...(warnings.length === 0 ? [] : [`## ${t("Found before")}`, bullets(warnings, t)]),
    `${t("Began: {0}", new Date(run.startedAt).toLocaleString())} · ${escapeMarkdown(run.who)}`,
    "",
  ].join("\n\n");
}

/** What is in the way of a reload, as a Markdown document. */
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

function memberOutcome({ step, failedAt, renewed }: MachineRun, t: Localize): string {
  if (step !== "failed") {
    return stepWord(step, t);
  }
  const at = t("failed while {0}", stepWord(failedAt ?? "failed", t));
  return renewed ? at : `${at}, ${t("serves as before")}`;
}

/** `?` where it is not known. */
function droppedWord({ report }: MachineRun): string {
  return report === undefined ? "–" : String(droppedCount(report) ?? "?");
}

/** Who serves when it is over, as far as that is known. */
function servingLines({ outcome, machines }: FleetRun, t: Localize): string[] {
  const named = (serves: boolean | undefined) =>
    machines.flatMap((machine) => (machine.serves === serves ? [machine.name] : [])).join(", ");
  const [down, unknown] = [named(false), named(undefined)];
  return [
    ...(down === "" ? [] : [t("Not serving: {0}.", down)]),
    ...(unknown === "" || outcome === "running" ? [] : [t("Whether it serves is not known: {0}.", unknown)]),
    ...(outcome !== "completed" && down + unknown === "" ? [t("All machines serve.")] : []),
  ];
}

function bullets(lines: readonly string[], t: Localize): string {
  return lines.map((line) => `- ${escapeMarkdown(engineSentence(line, t))}`).join("\n");
}

function seconds({ durationMs = 0 }: FleetRun): string {
  return (durationMs / 1_000).toFixed(1);
}
