import { trouble } from "../../apps/appView.ts";
import {
  isPlainBalancer,
  type MachineFactsView,
  type RemoteMachineView,
} from "../../apps/machines/remoteMachineView.ts";
import type { Localize } from "../../platform/localize.ts";
import { codeBlock, escapeMarkdown, factList } from "../../presentation/markdown.ts";
import { durationWord } from "../../presentation/stateWords.ts";
import { machineContext } from "../rowFlags.ts";
import { appRow, type TreeSight } from "./appRow.ts";
import { bad, busy, faint, firstLine, good, machineReason, type TreeIcon, type TreeRow } from "./treeRow.ts";

/** A clock that is off by more than this and half a round trip, in milliseconds, is worth a word. */
const clockToleranceMs = 5_000;

/** Another machine, and below it the apps that run there, those in trouble first. */
export function machineRow(machine: RemoteMachineView, sight: TreeSight): TreeRow {
  const { key, name, state, apps, unreachable } = machine;
  const { t } = sight;
  const words = machineWords(machine, t);
  // Times of its apps are of its clock.
  const now = sight.now + (machine.facts?.clockOffsetMs ?? 0);
  const shown = [...apps].sort((a, b) => trouble(a, now) - trouble(b, now));
  const children = [
    ...shown.map((app) => fromElsewhere(appRow(app, { ...sight, now }))),
    ...unreachable.map((one) => unreachableRow(machine, one, t)),
  ];
  return {
    // A tree remembers for each id whether it is expanded: a row that gets children has a new id, and is expanded.
    id: children.length > 0 ? key : `${key}#empty`,
    app: key,
    label: name,
    description: words.join(" · "),
    tooltip: machineTooltip(machine, t),
    icon: isPlainBalancer(machine) && state === "failed" ? icons.waiting : icons[state],
    contextValue: machineContext(machine),
    accessibilityLabel: [t("machine {0}", name), ...words].join(", "),
    expandable: children.length > 0,
    children,
  };
}

/** What is wrong in the files that name machines and fleets; a click leads to the line. */
export function machineProblemRows(problems: readonly string[], t: Localize): TreeRow[] {
  return problems.map((problem) => {
    const [, file, line, rule] = /^(.+?):(\d+): (.*)$/s.exec(problem) ?? [];
    const label = file === undefined ? t("Machines") : (file.split(/[\\/]/).at(-1) ?? file);
    return {
      id: `problem#${problem}`,
      app: "",
      label,
      description: rule ?? problem,
      tooltip: escapeMarkdown(problem),
      icon: { name: "error", color: bad },
      contextValue: "trouble",
      accessibilityLabel: `${label}, ${rule ?? problem}`,
      expandable: false,
      children: [],
      ...(file !== undefined && { opens: { file, line: Number(line) } }),
    };
  });
}

function machineWords(machine: RemoteMachineView, t: Localize): string[] {
  const { state, facts, problem, apps } = machine;
  if (problem !== undefined && state !== "connected") {
    const reason = isPlainBalancer(machine) ? balancerWords(machine, t) : machineReason(machine, problem, t);
    return [...(state === "connecting" ? [t("trying again")] : []), reason];
  }
  if (facts === undefined) {
    return [state === "connecting" ? t("connecting") : t("not connected")];
  }
  return [
    ...(apps.length === 0 ? [t("no apps")] : []),
    ...clockWords(facts, t),
    `Hitless ${facts.version}`,
    `Node.js ${facts.nodeVersion}`,
  ];
}

function balancerWords({ balancerOf = [] }: RemoteMachineView, t: Localize): string {
  return t("balancer of {0}, needs no Hitless", balancerOf.join(", "));
}

/** The command line says it likewise. */
function clockWords({ clockOffsetMs, roundTripMs }: MachineFactsView, t: Localize): string[] {
  const off = Math.abs(clockOffsetMs);
  if (off <= clockToleranceMs + roundTripMs / 2) {
    return [];
  }
  const by = durationWord(off, t);
  return [clockOffsetMs > 0 ? t("clock {0} ahead", by) : t("clock {0} behind", by)];
}

function machineTooltip(machine: RemoteMachineView, t: Localize): string {
  const { name, ssh, facts } = machine;
  const problem = isPlainBalancer(machine) ? undefined : machine.problem;
  const title = `**${escapeMarkdown(name)}** — ${escapeMarkdown(ssh)}`;
  const said = problem === undefined ? "" : escapeMarkdown(problem.message);
  const detail = problem === undefined || problem.detail.length === 0 ? "" : codeBlock(problem.detail);
  const list = factList([
    [t("Host"), facts?.hostname],
    [t("User"), facts?.user],
    [t("System"), facts?.platform],
    ["Hitless", facts?.version],
    ["Node.js", facts?.nodeVersion],
    [t("Round trip"), facts && `${Math.round(facts.roundTripMs)} ms`],
  ]);
  return [title, said, detail, facts === undefined ? "" : list].filter((part) => part !== "").join("\n\n");
}

function unreachableRow(
  { key, name }: RemoteMachineView,
  { app, reason }: RemoteMachineView["unreachable"][number],
  t: Localize,
): TreeRow {
  return {
    id: `${key}#unreachable#${app}`,
    app: key,
    label: app,
    description: firstLine(reason),
    tooltip: escapeMarkdown(reason),
    icon: { name: "error", color: bad },
    contextValue: "trouble",
    accessibilityLabel: [t("{0} on {1}", app, name), reason].join(", "),
    expandable: false,
    children: [],
  };
}

/** The files of another machine can't be opened here: what would lead to one leads to the log. */
function fromElsewhere(row: TreeRow): TreeRow {
  const { opens, children, ...rest } = row;
  const inner = children.filter(({ opens: inside }) => inside !== "changes").map(fromElsewhere);
  const leads = typeof opens === "object" ? "log" : opens;
  return { ...rest, children: inner, ...(leads !== undefined && { opens: leads }) };
}

const icons: Readonly<Record<RemoteMachineView["state"], TreeIcon>> = {
  waiting: { name: "vm", color: faint },
  connecting: { name: "loading~spin", color: busy },
  connected: { name: "vm-active", color: good },
  failed: { name: "vm-outline", color: bad },
};
